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
        "[[a]" * 100_000,
        "![a](" * 100_000,
        ("[[a]" * 25 + "\n\n") * 1_000,
        "{/*\n\n" * 50_000,
        "x <!--\n\n" * 50_000,
        "[^a]: b\n" * 50_000,
        "[a\n" * 50_000,
        "<table><tr><td>x" * 20_000,
        "<s>" * 50_000 + "</p>" * 50_000,
        "<div hidden>" * 20_000 + "</b>" * 20_000,
        "<pre>\n" * 50_000,
        "|a" * 50_000 + "\n" + "|-" * 50_000 + "\n" + "|b" * 50_000,
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


def test_a_table_that_is_cut_has_its_head_in_each_part() -> None:
    rows = [f"Boat {number} | {number} EUR" for number in range(100)]
    text = "\n".join(["Our boats.", "Boat | Price", *rows, "All with oars.", "word " * 150])
    first, *others, last = cut(Document(title="T", sections=(Section(("H",), text),)), "x.md")
    assert first.text.startswith("Our boats.\nBoat | Price\nBoat 0 | 0 EUR\n")
    assert others
    assert all(one.text.startswith("Boat | Price\nBoat ") for one in others)
    assert not last.text.startswith("Boat | Price")
    kept = [line for one in (first, *others, last) for line in one.text.split("\n") if line in rows]
    assert kept == rows


SHOWN = {
    "an address in brackets": ("Write to <support@acme.example>.", "Write to support@acme.example."),
    "tags in code": ("Paste it before `</body>`, as `a <b> c`.", "Paste it before </body>, as a <b> c."),
    "code of several lines": ("Run ``a `b` c`` and `d\ne`.", "Run a `b` c and d e."),
    "struck": ("It costs ~~49~~ 39 EUR, <s>or</s> <del>30</del> 14 days.", "It costs 39 EUR, 14 days."),
    "struck in several paragraphs": ("A.\n\n<del>\n\nOld.\n\n</del>\n\nB.", "A.\nB."),
    "struck and never closed": ("It costs <s>49 EUR.\n\nMore.", "It costs\nMore."),
    "a comment in a fence": ("A\n\n```html\n<!-- start\n```\n\nB", "A\n<!-- start\nB"),
    "a comment in code": ("Put `<!--` in front.\n\nB", "Put <!-- in front.\nB"),
    "comments": ("A <!-- x --> b\n<!-- y -->\n\n<!--\n# no heading\n\n```\n-->\n\nC", "A b\nC"),
    "a comment from one paragraph to another": ("A <!-- x\n\n# no heading\n\n- y --> b\n\nC", "A\nb\nC"),
    "a comment without an end": ("A\n\n<!-- x\n\nB", "A"),
    "a fence in one line": ("Run:\n\n```npm install```\n\nB", "Run:\nnpm install\nB"),
    "a date at the start of a line": (
        "Open until\n24. Dezember, then from\n2. Januar.",
        "Open until 24. Dezember, then from 2. Januar.",
    ),
    "a number at the start of a line": ("We pay up to\n500. That is all.", "We pay up to 500. That is all."),
    "a date at the start of a paragraph": (
        "24. Dezember geschlossen.\n\nA\n\n1. B\n\nC\n\n2. D\n\nE\n\n6. Januar.\n7. Januar.",
        "24. Dezember geschlossen.\nA\nB\nC\nD\nE\n6. Januar.\n7. Januar.",
    ),
    "a line's end": ("First<br>second<br/>\nthird", "First\nsecond\nthird"),
    "a line's end in a cell": (
        "| D | H |\n|---|---|\n| Mon | 9:00–18:00<br>Sat 10:00 |",
        "D | H\nMon | 9:00–18:00; Sat 10:00",
    ),
    "a table in HTML": (
        "<table><tr><th>Plan</th><th>Price</th></tr>\n<tr><td>Basic<td>5&nbsp;EUR\n"
        "<tr><td></td><td>x</td></table>\nEnd",
        "Plan | Price\nBasic | 5 EUR\n– | x\nEnd",
    ),
    "a table in HTML with blank lines": (
        "<table>\n\n    <tr>\n\n    <td>A</td>\n    <td>\n\n**B**\n\nC\n</td>\n\n</table>\n\nEnd",
        "A | B; C\nEnd",
    ),
    "items and headings in HTML": ("<p>A</p><ul><li>One</li><li>Two</li></ul>", "A\nOne\nTwo"),
    "entities": ("5&nbsp;&euro; &amp; R&D, 3 &lt; 4, `&amp;`", "5 € & R&D, 3 < 4, &amp;"),
    "a container": (
        ":::tip\nYes.\n:::\n\n:::warning[Only in the EU]\nNo **way**.\n:::\n::: details Click {.x}\nOpen\n:::",
        "Yes.\nOnly in the EU\nNo way.\nClick\nOpen",
    ),
    "a notice": ("> [!NOTE]\n> Not on Sundays.", "Not on Sundays."),
    "MDX": (
        "import Tabs from '@theme/Tabs';\nimport {\n  A } from 'a'\n\nexport const x = 1;\n\n"
        "<Tabs>\n<TabItem value={a}>\n\n    Go **on**.\n\n"
        "</TabItem>\n<Card style={{x: 1}}>B</Card>\n</Tabs>\n\n{/* 40 %\n\nmargin */}\n\nEnd {/* x */}.",
        "Go on.\nB\nEnd .",
    ),
    "words like those of MDX": (
        "We\nimport cars from 'Japan', and\nexport const values.",
        "We import cars from 'Japan', and export const values.",
    ),
    "footnotes": (
        "Within 14 days[^1], [^2].\n\n[^1]: Except Sundays.\n[^b]: Or\n  so.",
        "Within 14 days, [^2].\nExcept Sundays.\nOr so.",
    ),
    "references": ("See [terms][t], [t] and [other].\n\n[t]: https://x.org/t 'T'", "See terms, t and [other]."),
    "styles and scripts": (
        "A\n<style>\n.x { color: red }\n\n.y {}\n</style>\n<script>if (a < b) c('</p>')</script>\n\nB",
        "A\nB",
    ),
    "hidden": ("A\n<div hidden>\n\nB **c**\n\n- d\n\n</div>\n\nE <span style='display: none'>f</span>g", "A\nE g"),
    "hidden in one paragraph": ("<p hidden>A</p>\n\n<p hidden>B\n\nC", "C"),
    "preformatted": ("A\n<pre><code>if a &lt; b:\n\n  <b>c</b> **d**</code></pre> E", "A\nif a < b:\nc **d**\nE"),
    "a table without outer lines": (
        "Plan | Price\n--- | ---\nBasic | 5 EUR\nPro | 10 EUR",
        "Plan | Price\nBasic | 5 EUR\nPro | 10 EUR",
    ),
    "rows that are longer than the head": ("| A |\n|---|\n| 1 | 2 |\nB", "A\n1 | 2\nB"),
    "a list below a table": ("a | b\n-|-\n1 | 2\n- c | d\n\n| x\n\ny | z", "a | b\n1 | 2\nc | d\nx\ny | z"),
    "a table without a head": ("| a | b |\n| 1 | 2 |", "a | b\n1 | 2"),
    "empty cells": (
        "| Plan | Monthly | Yearly |\n|---|---|---|\n| Student | | 40 EUR |\n| Pro | 10 EUR | |\n| | | |",
        "Plan | Monthly | Yearly\nStudent | – | 40 EUR\nPro | 10 EUR | –",
    ),
    "a line in a cell": ("| a | b |\n|---|---|\n| `x \\| y` | 2 |", "a | b\nx | y | 2"),
    "tasks": ("- [x] done\n- [ ] to do\n- [link](x.md)", "done\nto do\nlink"),
    "an address that is none": (
        "[Open it]({{ site.url }}/a b) and ![](my photo.png)[x](y z.md)!",
        "Open it and x!",
    ),
    "attributes": ("A **b**{: .note} c\n{: #x}\n\n{{#if}} {x}", "A b c\n{{#if}} {x}"),
    "emphasis within a word": (
        "Rück**gabe**frist, これは**重要**です, __init__ and a*b*c",
        "Rückgabefrist, これは重要です, init and abc",
    ),
}


@pytest.mark.parametrize("case", SHOWN)
def test_text_is_that_of_the_page_that_is_shown(case: str) -> None:
    written, shown = SHOWN[case]
    assert read(f"# T\n\n{written}\n").sections == (Section((), shown),)


def test_anchors_are_no_part_of_a_heading_and_can_be_linked_to() -> None:
    document = read(
        "# Cancel {#cancel}\n\nA\n\n## How *it* works {: #how .x}\n\nB\n\n### <a name='old'></a>C {/* #c */}\n\nD"
    )
    assert document.title == "Cancel"
    assert [one.headings for one in document.sections] == [(), ("How it works",), ("How it works", "C")]
    assert document.anchors is not None
    assert {"cancel", "how", "old", "c"} <= {*document.anchors}


def test_headings_of_html_are_headings() -> None:
    document = read("<h1 align='center'>\n  Refunds<br>here\n</h1>\n\nA\n\n<h2>When</h2>\n14 days.\n")
    assert document.title == "Refunds here"
    assert document.sections == (Section((), "A"), Section(("When",), "14 days."))


def test_links_are_those_of_the_text_and_not_of_code_or_comments() -> None:
    document = read(
        "[a](a.md#x) ![](b.png) ![B](b2.png) [c](<my c.md> 'C') [d][] <a href=\"e.md\">e</a> <img src='f.png'>\n\n"
        "`[g](g.md)` <!-- [h](h.md) -->\n\n```\n[i](i.md)\n```\n\n[d]: d.md\n[unused]: u.md\n"
    )
    assert sorted(document.links) == ["a.md#x", "b.png", "b2.png", "d.md", "e.md", "f.png", "my c.md", "u.md"]


def test_what_lies_too_deep_is_still_text() -> None:
    deep = "".join(f"{'<table><tr><td>'}{number}" for number in range(40))
    assert read(f"# T\n\n{deep}\n").sections[0].text.split() == [str(number) for number in range(40)]
