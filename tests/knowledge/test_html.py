"""HTML articles as they are found: what is shown is read, for whom it is, and nothing is lost without a word."""

from pathlib import Path

import pytest

from engine.knowledge import scan, tables
from engine.knowledge.base import BrokenDocument, Document, Section
from engine.knowledge.html import read_html
from engine.knowledge.library import Library


def read(page: str) -> Document:
    return read_html(page.encode(), "page.html")


def text(page: str) -> str:
    return "\n".join(one.text for one in read(page).sections)


HIDDEN = {
    "hidden": "<b hidden>SECRET</b>",
    "aria-hidden": '<b aria-hidden="true">SECRET</b>',
    "popover": "<b popover>SECRET</b>",
    "display": '<b style="color: red; DISPLAY : none !important">SECRET</b>',
    "a comment in it": '<b style="/* x */ display:/**/none">SECRET</b>',
    "visibility": '<b style="visibility:hidden">SECRET</b>',
    "script": "<script>SECRET</script>",
    "style": "<style>SECRET</style>",
    "template": "<template>SECRET</template>",
    "del": "<del>SECRET</del>",
    "s": "<s>SECRET</s>",
    "strike": "<strike>SECRET</strike>",
    "line-through": '<b style="text-decoration: line-through red">SECRET</b>',
    "within": "<b hidden><i>SECRET</i></b>",
}


@pytest.mark.parametrize("hidden", HIDDEN.values(), ids=HIDDEN)
@pytest.mark.parametrize(
    "around",
    ["<p>Before %s after.</p>", "<table><tr><td>Before %s after.<td>x</table>", "<pre>Before %s after.</pre>",
     "<h2>Before %s after.</h2><p>x</p>", "<h1>Before %s after.</h1><p>x</p>", "<ul><li>Before %s after.</ul>"],
)  # fmt: skip
def test_what_is_not_shown_is_nowhere(around: str, hidden: str) -> None:
    document = read(f"<main>{around % hidden}</main>")
    assert "SECRET" not in repr(document)
    assert "Before after." in repr(document).replace("  ", " ")


def test_what_only_looks_like_a_style_that_hides_is_read() -> None:
    assert text('<p style="backface-visibility:hidden; --display:none">Shown.</p>') == "Shown."
    assert text('<p>a</p><div hidden="until-found">Folded up.</div>') == "a\nFolded up."


def test_a_hidden_row_and_a_hidden_cell_are_none() -> None:
    page = "<table><tr><td>a<td hidden>b<td>c</tr><tr style='display:none'><td>d<td>e</tr><tr><td>f<td>g</tr></table>"
    assert text(page) == "a | c\nf | g"


@pytest.mark.parametrize(
    "meta", ['property="audience"', 'name="Audience"', 'PROPERTY=" AUDIENCE "', 'name="x" property="audience"']
)
def test_a_page_is_for_those_that_it_says(meta: str, tmp_path: Path) -> None:
    (tmp_path / "labels.yaml").write_text("audience: public\n")
    (tmp_path / "page.html").write_text(f"<head><meta {meta} content=internal></head><p>Only for us.</p>")
    (found,) = scan.documents(tmp_path)
    assert scan.read(found, scan.load(found))[0].audience == "internal"


def test_a_page_that_says_two_audiences_is_not_read() -> None:
    with pytest.raises(BrokenDocument, match="two audiences, `internal` and `public`"):
        read("<meta property=audience content=internal><meta name=audience content=public><p>For whom?</p>")


@pytest.mark.parametrize(
    ("said", "codec"),
    [("iso-8859-1", "cp1252"), ("us-ascii", "cp1252"), ("utf-8", "cp1252"), ("", "cp1252"), ("iso-8859-1", "utf-8"),
     ("utf-8", "utf-16"), ("", "utf-16-le"), ("", "utf-16-be"), ("nonsense", "utf-8"), ("iso-8859-15", "iso8859-15")],
)  # fmt: skip
def test_a_page_is_decoded_as_browsers_do(said: str, codec: str) -> None:
    page = f"<html><head><meta charset='{said}'></head><body><p>Rückgabe für 5 € und mehr</p></body></html>"
    assert read_html(page.encode(codec), "x.html").sections[0].text == "Rückgabe für 5 € und mehr"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ("<p>Rückgabe für Möbel</p>".encode() + b"<p>\xfc</p>", "not UTF-8: byte 31 is 0xfc"),
        (b"<meta charset=iso-8859-1><p>\x81 \xfc</p>", "not windows-1252: byte 28 is 0x81"),
        (b"<p>a</p>" + b"\0\0\0\0\xff\xfe" * 50, "zero bytes"),
        ("<meta charset=shift_jis><p>返品".encode("cp932")[:-1], "not cp932"),
    ],
)
def test_a_page_that_cannot_be_decoded_says_so(data: bytes, why: str) -> None:
    with pytest.raises(BrokenDocument, match=why):
        read_html(data, "x.html")


@pytest.mark.parametrize("depth", [250, 300, 2_000])
@pytest.mark.parametrize("opened", ["<div>", "<span>Question.<br>"])
def test_the_rest_of_a_page_that_is_nested_deeply_is_read(depth: int, opened: str) -> None:
    assert text(f"<body>{opened * depth}<h2>After</h2><p>After it.</p>").endswith("After it.")


def test_a_page_that_is_not_read_to_its_end_is_broken() -> None:
    with pytest.raises(BrokenDocument, match="nested too deeply, or never closed, to be read beyond line 3"):
        read("<p>Before.</p>\n\n" + "</b><foo &bad; =></foo>" * 500 + "<div>" * 3_000 + "<p>Lost.</p>")


def test_what_stands_in_one_cell_is_told_apart() -> None:
    page = """<table><tr><th>Day<th>Hours<th>For</tr><tr><td>Mon<td>9-12<br>14-18<td></tr>
        <tr><td><p>We refund.</p><p>Always.</p></td><td><ul><li>one<li>two</ul></td><td><div>A</div>B</tr></table>"""
    assert text(page) == "Day | Hours | For\nMon | 9-12; 14-18 | –\nWe refund. Always. | one; two | A; B"


def test_a_table_that_lays_out_the_page_is_read_by_its_headings() -> None:
    page = """<table><tr><td>Home<td><h1>Refunds</h1><p>Within 14 days.</p><h2>How</h2><p>Write us.</p>
        <table><tr><td>Basic<td>5 EUR</tr></table></td></tr></table>"""
    assert read(page).sections == (
        Section((), "Home"),
        Section((), "Within 14 days."),
        Section(("How",), "Write us.\nBasic | 5 EUR"),
    )


def test_a_heading_may_stand_in_a_row_of_its_own() -> None:
    page = "<table><tr><td><h1>Prices</h1></td></tr><tr><td>Basic<td>5 EUR</tr></table>"
    assert read(page).title == "Prices"
    assert text(page) == "Basic | 5 EUR"


def test_headings_of_columns_are_cells() -> None:
    page = "<table><tr><th><h3>Basic</h3>small<th><h3>Pro</h3></tr><tr><td><h4>5 EUR</h4><td>9 EUR</tr></table>"
    assert text(page) == "Basic; small | Pro\n5 EUR | 9 EUR"


@pytest.mark.parametrize(
    ("page", "title"),
    [
        ("<title>Refunds - Acme</title><header><h1>Acme</h1></header><main><h2>Refunds</h2><p>x</p></main>",
         "Refunds - Acme"),
        ("<title>T</title><header><h1>Acme</h1></header><main><h1>Refunds</h1><p>x</p></main>", "Refunds"),
        ("<title>T</title><header><h1>Acme</h1></header><h1>Refunds</h1><p>x</p>", "Refunds"),
        ("<title>T</title><header><h1>Acme</h1></header><h2>Refunds</h2><p>x</p>", "T"),
        ("<header><h1>Refunds</h1></header><p>x</p>", "Refunds"),
        ("<article><header><h1>Refunds</h1></header><p>x</p></article>", "Refunds"),
        ("<main><h1>Returns<br>and refunds</h1><p>x</p></main>", "Returns and refunds"),
    ],
)  # fmt: skip
def test_the_title_is_that_of_the_article(page: str, title: str) -> None:
    assert read(f"<body>{page}").title == title


@pytest.mark.parametrize(
    "sign", ['<a class="headerlink" href="#x">¶</a>', "<a>#</a>", '<a href="#x">\u200b</a>', "<span><a>🔗</a></span>"]
)
def test_a_sign_that_links_to_its_heading_is_no_text(sign: str) -> None:
    document = read(f"<main><h1>Refunds{sign}</h1><p>a</p><h2 id=x>When{sign}</h2><p>b</p></main>")
    assert (document.title, document.sections[1].headings) == ("Refunds", ("When",))
    assert document.anchors == ("Refunds", "When", "x")


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("<div><h1>R</h1><p>We refund.</p></div><article><h3>Related</h3><p>See prices.</p></article>",
         "We refund.\nSee prices."),
        ("<div>Cookies are used here, and much is said of them.</div><article><h1>R</h1><p>We refund.</p></article>",
         "We refund."),
        ("<article>One.</article><article>We refund within 14 days.</article>", "We refund within 14 days."),
        ("<div role=main>One.</div><p>Beside.</p><main>Two.</main>", "One.\nTwo."),
        ("<main></main><p>We refund.</p>", "We refund."),
    ],
)  # fmt: skip
def test_the_main_part_is_the_one_that_says_most(page: str, said: str) -> None:
    assert text(f"<body>{page}") == said


def test_a_form_around_the_page_is_none() -> None:
    page = "<form id=aspnetForm><h1>R</h1><p>We refund.</p><input value=x><button>Send</button></form>"
    assert text(f"<body>{page}") == "We refund."
    assert (
        text("<body><p>We refund within 14 days.</p><form><label>Your mail</label></form>")
        == "We refund within 14 days."
    )


def test_notes_beside_the_text_and_questions_that_unfold_are_kept() -> None:
    page = """<main><h1>R</h1><p>We refund.</p><aside>Sale items are <a href=x>never</a> refunded.</aside>
        <aside><a href=a>One</a> <a href=b>Two</a></aside><h2><button>Can I pause?</button></h2><div>Yes.</div>
        <details><summary><button>How?</button></summary>So.</details><button aria-expanded=false>When?</button>
        <p>Now.</p><button>Copy</button></main>"""
    assert read(page).sections == (
        Section((), "We refund.\nSale items are never refunded."),
        Section(("Can I pause?",), "Yes.\nHow?\nSo.\nWhen?\nNow."),
    )


STORED = """<p>Intro</p><ac:structured-macro ac:name="expand"><ac:parameter ac:name="title">How?</ac:parameter>
<ac:rich-text-body><p>So.</p></ac:rich-text-body></ac:structured-macro><ac:structured-macro ac:name="code">
<ac:parameter ac:name="language">bash</ac:parameter><ac:plain-text-body><![CDATA[acme login <token>
acme logout]]></ac:plain-text-body></ac:structured-macro><ac:structured-macro ac:name="excerpt">
<ac:parameter ac:name="hidden">true</ac:parameter><ac:rich-text-body>SECRET</ac:rich-text-body></ac:structured-macro>
<ac:structured-macro ac:name="html"><ac:plain-text-body><![CDATA[<i>x</i>]]></ac:plain-text-body></ac:structured-macro>
<p>See <ac:link><ri:page ri:content-title="Refunds" /></ac:link> and <ac:link><ri:page ri:content-title="x" />
<ac:plain-text-link-body><![CDATA[R&D]]></ac:plain-text-link-body></ac:link>.</p>"""


def test_a_page_of_confluence_keeps_its_code_and_links_and_no_parameters() -> None:
    assert text(STORED) == "Intro\nHow?\nSo.\nacme login <token>\nacme logout\nSee Refunds and R&D."
    assert text("<p>a<![CDATA[ a comment, as browsers have it ]]>b</p>") == "ab"


def test_an_index_of_before_is_read_anew(library: Library, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "faq" / "page.html").write_text("<p>x</p>")
    with monkeypatch.context() as before:
        before.setattr(tables, "FORMAT", 2)
        added = library.index(root).added
    assert library.index(root).added == added
    assert library.index(root).added == 0
