"""Markdown to passages: verbatim sentences, labels, and files that are no articles."""

from pathlib import Path
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.knowledge import scan
from engine.knowledge.base import BrokenDocument, Document, Section
from engine.knowledge.chunks import MAX_CHARACTERS, MAX_WORDS, cut
from engine.knowledge.markdown import read_markdown
from engine.knowledge.readers import READERS

LABELS = "title: T\ncollection: faq\nlanguage: en\naudience: public\nreviewed: 2026-03-01\n"


def read(text: str) -> Document:
    return read_markdown(text.encode(), "faq/x.md")


def test_headings_make_paths_and_wrapped_lines_one_paragraph() -> None:
    document = read(f"---\n{LABELS}---\n# T\nIntro.\n\n## A\nOne\ntwo **three**.\n\n### B ##\n- x\n- y\n  z\n\n## C\n")
    assert document.sections == (
        Section((), "Intro."),
        Section(("A",), "One two three."),
        Section(("A", "B"), "x\ny z"),
    )
    assert (document.collection, document.audience, document.reviewed) == ("faq", "public", "2026-03-01")


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("See [the form](x.md 'title') and <https://x.org/a>.", "See the form and https://x.org/a."),
        ("![a photo](a.png) Print *My orders* and hand it in", "a photo Print My orders and hand it in"),
        ("Use `a_b_c` or snake_case_name and 2*3*4", "Use a_b_c or snake_case_name and 2*3*4"),
        ("a \\* b", "a * b"),
        ("<b>bold</b> and 3 < 4", "bold and 3 < 4"),
        ("Wait 3 - 5 days * at most", "Wait 3 - 5 days * at most"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "a | b\n1 | 2"),
        ("text <!-- secret\nnote --> more", "text more"),
        ("> quoted\n> twice", "quoted twice"),
    ],
)
def test_markup_is_gone_and_words_are_not(line: str, text: str) -> None:
    assert read(line).sections[-1].text == text


def test_headings_inside_code_are_code() -> None:
    assert read("A\n```\n# no heading\n```\nB").sections == (Section((), "A\n# no heading\nB"),)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "no text"),
        (b"---\ntitle: x\n---\n", "no text"),
        (b"# Only\n\n## Headings\n", "no text"),
        (b"---\ntitle: [x\n---\ntext", "not YAML"),
        (b"---\ntitle: x\nno end", "never closed"),
        (b"---\n- a\n- b\n---\ntext", "expected"),
        (b"---\ntitle: {a: b}\n---\ntext", "single text"),
        (b"---\naudience: yes\n---\ntext", "single text"),
        (b"---\nreviewed: soon\n---\ntext", "no date"),
        (b"---\nreviewed: 2026-13-45\n---\ntext", "front matter: `2026-13-45` is no day of the calendar"),
        (b"---\ntitle: x\nreviewed: 2026-02-30\n---\ntext", "`2026-02-30` is no day"),
        (b"---\ntitle: x\nlanguage: d: e\n---\ntext", r"not YAML \(line 3\)"),
        (b"---\ntitle: !!python/object/apply:os.system [ls]\n---\ntext", "single text"),
        (b"---\ntitle: " + b"[" * 3_000 + b"\n---\ntext", "nested"),
        (b"---\ntitle: " + b"x" * 9_000 + b"\n---\ntext", "over"),
        (b"caf\xe9", "not UTF-8"),
    ],
)
def test_a_broken_document_says_why(data: bytes, why: str) -> None:
    with pytest.raises(BrokenDocument, match=why):
        read_markdown(data, "x.md")


def test_a_rule_on_top_is_no_front_matter() -> None:
    assert read("---\n\ntext").sections[0].text == "text"


def test_every_reader_refuses_bytes_that_are_not_its_format() -> None:
    for reader in READERS.values():
        with pytest.raises(BrokenDocument):
            reader(b"\xff\xfe\x00\x01", "x")


@given(st.text(max_size=400))
def test_no_text_crashes_the_reader_and_chunks_keep_their_bounds(text: str) -> None:
    try:
        document = read_markdown(text.encode("utf-8", "replace"), "x.md")
    except BrokenDocument:
        return
    for chunk in cut(document, "x.md"):
        assert chunk.text.strip()
        assert len(chunk.text.split()) <= MAX_WORDS


@pytest.mark.parametrize(
    "text",
    [
        "word " * 5_000,
        "A sentence here. " * 900,
        "x" * 50_000,
        "\n".join(["line of five words here"] * 400),
        "返品。" * 3_000,
    ],
)
def test_long_sections_are_cut_and_nothing_is_lost(text: str) -> None:
    chunks = cut(Document(title="T", sections=(Section(("H",), text),)), "x.md")
    assert all(len(one.text.split()) <= MAX_WORDS and len(one.text) <= MAX_CHARACTERS + MAX_WORDS for one in chunks)
    kept = "".join("".join(one.text.split()) for one in chunks)
    if len({one.text for one in chunks}) > 1 or len(chunks) == 1:
        assert set(kept) == set("".join(text.split()))


def test_distinct_words_survive_cutting_in_order() -> None:
    words = [f"w{number}" for number in range(1_234)]
    chunks = cut(Document(title="T", sections=(Section((), " ".join(words)),)), "x.md")
    assert " ".join(one.text for one in chunks).split() == words


def test_labels_that_are_missing(tmp_path: Path) -> None:
    (tmp_path / "returns").mkdir()
    (tmp_path / "returns" / "a.md").write_text("# A\ntext")
    (tmp_path / "b.md").write_text("text")
    (tmp_path / ".hidden.md").write_text("text")
    (tmp_path / "c.txt").write_text("text")
    found = scan.documents(tmp_path)
    assert [one.name for one in found] == ["b.md", "returns/a.md"]
    read_back = [scan.read(one, scan.load(one)) for one in found]
    assert [(one.collection, one.audience, one.language) for one, _ in read_back] == [
        ("general", "internal", "und"),
        ("returns", "internal", "und"),
    ]
    assert {lacking for _, lacking in read_back} == {"audience"}


@pytest.mark.parametrize(
    "text",
    [
        "#" * 100_000 + "\n\n" + "[a](" * 100_000,
        "# " + "#" * 100_000 + "x",
        "![" * 100_000,
        "[" * 100_000 + "]x",
        "<http://" * 50_000,
        "-" + " " * 100_000 + "x",
        "".join("  " * depth + "- a\n" for depth in range(1_000)),
    ],
)
def test_reading_takes_time_in_proportion_to_the_text(text: str) -> None:
    begun = process_time()
    read(f"# T\n\nText.\n\n{text}\n")
    assert process_time() - begun < 4


def test_an_address_may_hold_a_pair_of_brackets() -> None:
    assert read("# T\nSee [the page](https://x.org/a_(b) 'c'), [one] (two).").sections[0].text == (
        "See the page, [one] (two)."
    )
