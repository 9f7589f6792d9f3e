"""A word is the same however its letters are written, in articles and in questions."""

from pathlib import Path
from unicodedata import normalize

import pytest

from engine.knowledge.library import Library
from engine.knowledge.readers import read_as
from engine.knowledge.terms import asked, path_terms, terms
from engine.models.local.synonyms import Synonyms

WORDS = "Rückgabe der Ware"


@pytest.mark.parametrize(
    "written",
    [
        normalize("NFD", WORDS),
        WORDS.replace("k", "k\u00ad"),
        WORDS.replace("k", "k\u200b"),
        WORDS.replace("k", "k\u2060\ufeff"),
        WORDS.replace("k", "k\u200c"),
    ],
)
def test_a_word_is_the_same_however_its_letters_are_written(written: str) -> None:
    assert terms(written) == terms(WORDS) == ["ruckgab", "der", "war"]
    assert asked(written) == asked(WORDS)
    assert path_terms(f"{written}.md") == path_terms(f"{WORDS}.md")
    document = read_as(".md", f"---\ntitle: {written}\n---\n# {written}\n{written}".encode(), "a.md")
    shown = WORDS if "\u200c" not in written else written  # which shapes letters in other scripts
    assert (document.title, document.sections[0].text) == (shown, shown)


@pytest.mark.parametrize(
    ("written", "words"),
    [("ＡＢＣ１２３", "ABC123"), ("Velo™ bikes", "Velo bikes"), ("2 m²", "2 m2"), ("reﬁll", "refill")],
)
def test_what_is_written_with_other_characters_is_the_same_word(written: str, words: str) -> None:
    assert terms(written) == terms(words)


def test_a_question_finds_what_is_written_in_another_way(library: Library, root: Path) -> None:
    (root / "faq" / "b.md").write_text("---\naudience: public\n---\n# Möbel\nEinrichtung für die Küche.", "utf-8")
    library.index(root)
    for question in ("Küche", normalize("NFD", "Küche"), "Kü\u00adche"):
        [one] = library.search(question, limit=1)
        assert one.source == "faq/b.md"


def test_a_teams_own_words_may_be_written_in_any_way() -> None:
    for word in ("Küche", normalize("NFD", "Küche")):
        assert Synonyms([[word, "Kochzimmer"]]).beside("Eine Küche?") == "Eine Küche (Kochzimmer)?"
