"""HTML, PDF, Word and past tickets: what they say, and those that are made to hurt."""

import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import engine
from engine.knowledge import scan
from engine.knowledge.apart import Apart
from engine.knowledge.base import BrokenDocument, Section
from engine.knowledge.docx import read_docx
from engine.knowledge.html import read_html
from engine.knowledge.library import Library
from engine.knowledge.pdf import read_pdf
from engine.knowledge.tickets import read_tickets
from tests.knowledge import files
from tests.knowledge.conftest import BagOfWords

PAGE = b"""<!doctype html><html lang="en-GB"><head><title>Shop | Returns</title>
<meta name="audience" content="public"><meta name="reviewed" content="2026-03-01"><script>var x = "secret"</script>
</head><body><nav><a href="/">Home</a> Menu</nav><main><h1>Returns</h1><p>Within <b>30</b> days,
see <a href="how.html">how</a>.</p><h2>Fees</h2><ul><li>Small: free<li>Large: 9 EUR</ul><table><tr><th>Size<th>Fee
<tr><td>XL<td>12 EUR</table><pre>line one
line two</pre><h2>Empty</h2><div hidden>never shown</div></main><footer>Imprint</footer></body></html>"""


ENTITIES = b"""<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>
<d>&b;&c;</d>"""


@pytest.fixture
def apart() -> Iterator[Apart]:
    with Apart() as made:
        yield made


def test_html_is_read_by_its_headings_without_menus_and_scripts() -> None:
    document = read_html(PAGE, "faq/returns.html")
    assert document.title == "Returns"
    assert (document.language, document.audience, document.reviewed) == ("en", "public", "2026-03-01")
    assert document.sections == (
        Section((), "Within 30 days, see how."),
        Section(("Fees",), "Small: free\nLarge: 9 EUR\nSize | Fee\nXL | 12 EUR\nline one\nline two"),
    )
    assert document.links == ("how.html",)
    assert document.bare == ("Empty",)


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1"])
def test_html_is_decoded_as_it_says_or_as_it_is(charset: str) -> None:
    text = "<p>Rückgabe für Möbel</p>".encode(charset)
    assert read_html(text, "x.html").sections[0].text == "Rückgabe für Möbel"


def test_html_of_any_depth_ends(apart: Apart) -> None:
    for depth in (200, 200_000):  # libxml2 stops at 2,048
        deep = b"<div>" * depth + b"the end"
        if depth == 200:
            assert apart.read(".html", deep, "x.html").sections == (Section((), "the end"),)
        else:
            with pytest.raises(BrokenDocument, match="nested too deeply"):
                apart.read(".html", deep, "x.html")


def test_word_documents_are_read_by_their_heading_styles() -> None:
    document = read_docx(files.word(), "returns/long.docx")
    assert (document.title, document.language) == ("Returns", "en")
    assert document.sections == (
        Section(("How long you have",), "You can return any item within 30 days."),
        Section(("How long you have", "Exceptions"), "Gift cards\nSize | Fee\nLarge | 9 EUR"),
    )
    assert document.bare == ("Nothing here",)


def test_pdfs_are_read_by_their_bookmarks() -> None:
    lines = (("Returns", "Within thirty", "days of delivery.", "Fees", "None at all."), ("Next page.",))
    document = read_pdf(files.pdf(lines, bookmarks=[("Returns", 0), ("Fees", 0)]), "x.pdf")
    assert document.title == "Returns"
    assert document.sections == (
        Section((), "Within thirty days of delivery."),
        Section(("Fees",), "None at all.\nNext page."),
    )


def test_past_tickets_are_a_question_and_its_answer_each() -> None:
    data = 'id;Subject;Description;Resolution\n1;Late;"Where is it?\nI wait";It ships on Monday.\n2;Open;When?;\n'
    document = read_tickets(data.encode(), "past/tickets.csv")
    assert document.title == "tickets"
    assert document.sections == (Section(("Late",), "Where is it?\nI wait\nIt ships on Monday."),)


@pytest.mark.parametrize(
    ("suffix", "data", "why"),
    [
        (".html", b"plain words", "no tag"),
        (".html", b"<p></p>", "no text"),
        (".docx", b"PK\x03\x04 and no more", "no zip"),
        (".docx", None, "unpacks to over"),
        (".docx", files.altered("word/document.xml", ENTITIES), "declares entities of its own"),
        (".docx", files.archive(readme="Hello."), "a zip archive of something else"),
        (".docx", files.altered("[Content_Types].xml", b"<Types/>"), "not a sound .docx file: it is damaged"),
        (".docx", files.altered("word/document.xml", b"<a"), "not a sound .docx file: it is damaged"),
        (".pdf", b"hello", "%PDF-"),
        (".pdf", b"%PDF-1.4\nnothing", "not a sound PDF"),
        (".pdf", files.pdf([[]]), "OCR"),
        (".pdf", files.pdf([["x"]] * 2_001), "over 2,000 pages"),
        (".csv", b"a,b\n1,2\n", "names no question"),
        (".csv", b"question,answer\n\x81,x\n", "neither UTF-8 nor Windows-1252: byte 16 is 0x81"),
        (".csv", b"question,answer\n\xfc,\x00\n", "neither UTF-8 nor Windows-1252: byte 18 is 0x00"),
        (".csv", "question,answer\nWarum,für fünf".encode() + b"\xc3\n", "not UTF-8: byte 32 is 0xc3"),
        (".csv", "question,answer\nWhy,so\n".encode("utf-16")[:-1], "not UTF-16: byte 46 is 0x0a"),
        (".csv", b'question,answer\nWhy?,"So.\nAnd,so\non\n', "line 2: a quote .* never closed"),
        (".csv", b'sep=;\nquestion;answer\na;b\nWhy?;"So.\n', "line 4: a quote .* never closed"),
        (".csv", b"question,answer\n" + b"x" * 1_200_000 + b",y\n", "line 2: a cell of this row has over 1,000,000"),
    ],
)
def test_a_broken_document_says_why(suffix: str, data: bytes | None, why: str, tmp_path: Path) -> None:
    data = files.bomb() if data is None else data  # not made while tests are collected
    with Apart() as apart, pytest.raises(BrokenDocument, match=why):
        scan.read(scan.Found(f"x{suffix}", tmp_path / f"x{suffix}"), data, apart)


@pytest.mark.parametrize("sign", [";", "|", "\t", ","])
def test_a_table_may_say_what_stands_between_its_cells(sign: str) -> None:
    text = f"sep={sign}\r\nquestion{sign}answer\r\nWhich socket?{sign}An E27 socket.\r\n"
    assert read_tickets(text.encode("utf-8-sig"), "past.csv").sections[0].text == "Which socket?\nAn E27 socket."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1252"])
def test_a_table_is_read_in_what_spreadsheets_write(encoding: str) -> None:
    text = "question\tanswer\nWie lange?\tFür 14 Tage, für 5 €, „ohne“ Gebühr.\n"
    found = read_tickets(text.encode(encoding), "past.csv").sections[0].text
    assert found == "Wie lange?\nFür 14 Tage, für 5 €, „ohne“ Gebühr."


def test_a_long_thread_of_mails_is_a_cell() -> None:
    text = 'question,answer\n"How?","' + "So.\n" * 200_000 + '"\n'
    assert len(read_tickets(text.encode(), "past.csv").sections[0].text) > 700_000


@pytest.mark.parametrize(
    "head", ['"Question, as asked, by customers";question;answer', '"a ""b, c, d"", e";question;answer']
)
def test_what_stands_in_quotes_does_not_say_what_parts_cells(head: str) -> None:
    assert read_tickets(f"{head}\nx;Why?;So.\n".encode(), "past.csv").sections[0].text == "Why?\nSo."


def test_a_document_that_does_not_end_is_given_up_and_the_next_one_is_read() -> None:
    endless = files.pdf([["word " * 10] * 40] * 50, repeat=200)
    with Apart(seconds=1) as apart:
        with pytest.raises(BrokenDocument, match="takes over 1 s"):
            apart.read(".pdf", endless, "endless.pdf")
        assert apart.read(".html", PAGE, "returns.html").title == "Returns"


def test_a_document_that_fills_the_memory_is_given_up_and_the_next_one_is_read() -> None:
    wide = b"<p>" + b"<b>x</b>" * 2_000_000
    with Apart(memory=500_000_000) as apart:
        with pytest.raises(BrokenDocument, match=r"takes over .*MB|over the memory"):
            apart.read(".html", wide, "wide.html")
        assert apart.read(".html", PAGE, "returns.html").title == "Returns"


def test_what_lies_in_the_working_folder_is_no_part_of_the_reader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("token", "queue", "docx", "json", "engine"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('not yours')")
    monkeypatch.chdir(tmp_path)
    with Apart() as apart:
        assert apart.read(".docx", files.word(), "returns.docx").title == "Returns"


def test_the_reader_is_of_the_same_engine_wherever_that_was_found(tmp_path: Path) -> None:
    """In a checkout that is not installed, or an archive, of which a process that starts by itself knows nothing."""
    home = Path(engine.__file__).parents[1]
    with zipfile.ZipFile(tmp_path / "engine.zip", "w") as made:
        for one in home.glob("engine/**/*"):
            if one.suffix in {".py", ".txt", ".npy"} and one.is_file():
                made.write(one, one.relative_to(home))
    code = "import sys; sys.path.insert(0, sys.argv[1]); from engine.knowledge.apart import Apart; import engine\n"
    code += "assert engine.__file__.startswith(sys.argv[1])\n"
    code += "with Apart() as apart: print(apart.read('.md', b'# Returns\\nText.', 'a.md').title)"
    command = [sys.executable, "-P", "-c", code, str(tmp_path / "engine.zip")]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (0, "Returns\n"), ran.stderr


def test_one_index_of_all_formats_goes_on_past_the_hostile_ones(tmp_path: Path) -> None:
    root = tmp_path / "knowledge" / "faq"
    root.mkdir(parents=True)
    (root / "labels.yaml").write_text("audience: public\n")
    (root / "page.html").write_bytes(PAGE)
    (root / "word.docx").write_bytes(files.word())
    (root / "paper.pdf").write_bytes(files.pdf([["Lamps need a bulb of 9 watts."]]))
    (root / "past.csv").write_text("question,answer\nWhich socket?,Our lamps have an E27 socket.\n")
    (root / "bomb.docx").write_bytes(files.bomb())
    library = Library(tmp_path / "index", BagOfWords())
    report = library.index(tmp_path / "knowledge")
    assert report.added == 4
    assert [path for path, _ in report.broken] == ["faq/bomb.docx"]
    assert not report.unlabelled
    for question, source in (
        ("large fee 12 EUR", "faq/page.html"), ("gift cards", "faq/word.docx"), ("bulb watts", "faq/paper.pdf"),
        ("socket", "faq/past.csv"),
    ):  # fmt: skip
        assert library.search(question)[0].source == source


def test_labels_of_a_folder_hold_where_a_document_says_none(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "labels.yaml").write_text("audience: public\nlanguage: de\n")
    (tmp_path / "a" / "b" / "labels.yaml").write_text("language: fr\n")
    (tmp_path / "a" / "b" / "x.md").write_text("---\naudience: agents\n---\ntext")
    (tmp_path / "a" / "y.md").write_text("text")
    found = [scan.read(one, scan.load(one))[0] for one in scan.documents(tmp_path)]
    assert [(one.language, one.audience) for one in found] == [("fr", "agents"), ("de", "public")]
    before = [scan.digest(one, b"") for one in scan.documents(tmp_path)]
    (tmp_path / "a" / "b" / "labels.yaml").write_text("language: es\n")
    after = [scan.digest(one, b"") for one in scan.documents(tmp_path)]
    assert [one == other for one, other in zip(before, after, strict=True)] == [False, True]
    (tmp_path / "labels.yaml").write_text("[")
    assert {one.name: one.refused[:8] for one in scan.documents(tmp_path)} == {
        "a/b/x.md": "not read", "a/y.md": "not read", "labels.yaml": "not YAML",
    }  # fmt: skip
