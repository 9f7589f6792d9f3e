"""Articles in the language of who asks before others, and others where none of these answers."""

import csv
from pathlib import Path

import pytest

from engine.knowledge.base import Passage
from engine.knowledge.library import Library
from engine.knowledge.preferred import told
from engine.models.local.embedding import PackagedEmbedder
from tests.knowledge.conftest import BagOfWords

HERE = Path(__file__).parent
TWINS = {
    "returns.en.md": "# Returns\nYou have 30 days from delivery to send an item back.",
    "returns.de.md": "# Rückgabe\nSie haben 30 Tage ab Lieferung Zeit, einen Artikel zurückzusenden.",
    "costs.en.md": "# Shipping costs\nShipping within Germany costs 4.90 EUR, to Austria 8.90 EUR.",
    "costs.de.md": "# Versandkosten\nDer Versand innerhalb Deutschlands kostet 4,90 EUR, nach Österreich 8,90 EUR.",
    "times.en.md": "# Delivery times\nDelivery takes 2 to 4 working days.",
    "times.de.md": "# Lieferzeiten\nDie Lieferung dauert 2 bis 4 Werktage.",
    "payment.en.md": "# Payment\nYou can pay by card, PayPal or bank transfer.",
    "payment.de.md": "# Zahlung\nSie können mit Karte, PayPal oder Überweisung bezahlen.",
    "warranty.en.md": "# Warranty\nThe warranty on lamps is three years.",
    "hours.md": "# Opening hours\nMon-Fri 9:00-18:00",
}
"""Name -> text, with the language in the name; one says none, and one has no twin."""


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return indexed(tmp_path_factory.mktemp("twins"), TWINS)


def indexed(folder: Path, texts: dict[str, str]) -> Library:
    """A library of such articles."""
    root = folder / "articles"
    root.mkdir()
    for name, text in texts.items():
        language = f"language: {name.split('.')[1]}\n" if name.count(".") == 2 else ""
        (root / name).write_text(f"---\naudience: public\n{language}---\n{text}\n", encoding="utf-8")
    library = Library(folder / "index", PackagedEmbedder())
    library.index(root)
    return library


def languages(found: list[Passage]) -> list[str]:
    return [one.language for one in found]


@pytest.mark.parametrize(
    ("question", "prefer", "source"),
    [
        ("Wie lange kann ich etwas zurückschicken?", "de", "returns.de.md"),
        ("Kann ich mit PayPal bezahlen?", "de", "payment.de.md"),
        ("Was kostet der Versand nach Österreich?", "de", "costs.de.md"),
        ("How long does delivery take?", "en", "times.en.md"),
        ("Can I use PayPal?", "en", "payment.en.md"),
        ("PayPal", "de", "payment.de.md"),
        ("PayPal", "DE", "payment.de.md"),
        ("PayPal", "en", "payment.en.md"),
    ],
)
def test_of_twins_the_one_that_is_read_comes_first(twins: Library, question: str, prefer: str, source: str) -> None:
    found = twins.search(question, prefer=prefer)
    assert found[0].source == source
    assert set(languages(found[:4])) <= {prefer.lower(), "und"}


def test_a_matter_without_a_twin_is_found_in_the_other_language(twins: Library) -> None:
    found = twins.search("Wie lange habe ich Garantie auf Lampen?", prefer="de")
    assert "warranty.en.md" in {one.source for one in found}
    assert "de" in languages(found)  # what there is in German is there too


def test_a_word_in_common_hides_no_article_that_is_meant(shop: Library) -> None:
    """ "Paket" stands in the German article about returns; that about late parcels is English."""
    found = shop.search("Mein Paket ist zu spät", prefer="de")
    assert (found[0].language, found[1].source) == ("de", "shipping/late.md")


def test_a_language_without_articles_finds_those_of_all(twins: Library) -> None:
    question = "Combien de temps ai-je pour renvoyer un article ?"
    found = twins.search(question, prefer="fr")
    assert [one.id for one in found[:4]] == [one.id for one in twins.search(question)[:4]]
    assert {"returns.en.md", "returns.de.md"} <= {one.source for one in found}


def test_without_a_language_nothing_is_hidden(twins: Library) -> None:
    assert {"de", "en"} <= set(languages(twins.search("PayPal", prefer=None, limit=9)))


def test_filters_and_limits_hold_for_every_language(shop: Library) -> None:
    question = "Wie lange kann ich etwas zurückgeben?"
    assert languages(shop.search(question, prefer="de", language="en", limit=9)) == ["en"] * 9
    assert {one.collection for one in shop.search(question, prefer="de", collections=["returns"])} == {"returns"}
    assert [len(shop.search(question, prefer="de", limit=limit)) for limit in (0, 1, 2, 7, 40)] == [0, 1, 2, 7, 40]
    found = shop.search(question, prefer="de", limit=40)
    assert len({one.id for one in found}) == 40
    assert all(0 <= one.score <= 1 for one in found)


@pytest.mark.parametrize("prefer", ["x' OR 1=1 --", "", "und", "EN"])
def test_any_text_may_be_preferred(twins: Library, prefer: str) -> None:
    assert twins.search("PayPal", prefer=prefer)


def test_a_question_is_embedded_once(root: Path, tmp_path: Path) -> None:
    bag = BagOfWords()
    library = Library(tmp_path / "index", bag)
    library.index(root)
    bag.embedded.clear()
    assert library.search("return an item", prefer="de")
    assert bag.embedded == ["return an item"]


def test_no_german_question_to_a_mostly_english_shop_loses_its_article(shop: Library) -> None:
    """docs/knowledge.md has the figures, with those of a search in all languages, and in German alone."""
    with (HERE / "german_questions.csv").open(encoding="utf-8") as file:
        asked = [(row["question"], row["source"]) for row in csv.DictReader(file)]
    assert all(told(question) == "de" for question, _ in asked)
    found = {question: [one.source for one in shop.search(question, prefer="de")] for question, _ in asked}
    assert [question for question, source in asked if source not in found[question]] == []
    assert sum(found[question][0] == source for question, source in asked) >= 14


def test_what_tells_no_language_prefers_none() -> None:
    assert told("4821?") is None
    assert told("Où est mon colis ?") == "fr"
