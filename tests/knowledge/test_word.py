"""Word documents as people write them: what is printed is read wherever it stands, what is hidden or gone is not."""

from io import BytesIO

import docx
import pytest
from docx.oxml import parse_xml

from engine.knowledge.base import BrokenDocument, Document, Section
from engine.knowledge.docx import read_docx

NAMES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    ' xmlns:v="urn:schemas-microsoft-com:vml" xmlns:wps="urn:shapes"'
)
STYLES = """
<w:style w:type="character" w:styleId="Aside"><w:name w:val="Aside"/><w:rPr><w:vanish/></w:rPr></w:style>
<w:style w:type="character" w:styleId="Note"><w:name w:val="Note"/><w:basedOn w:val="Aside"/></w:style>
<w:style w:type="paragraph" w:styleId="Gone"><w:name w:val="Gone"/><w:basedOn w:val="Gone"/>
<w:rPr><w:strike/></w:rPr></w:style>"""


def read(body: str) -> Document:
    made = docx.Document()
    for name in parse_xml(f"<w:styles {NAMES}>{STYLES}</w:styles>"):
        made.styles.element.append(name)
    for at, block in enumerate(parse_xml(f"<w:body {NAMES}>{body}</w:body>")):
        made.element.body.insert(at, block)
    buffer = BytesIO()
    made.save(buffer)
    return read_docx(buffer.getvalue(), "x.docx")


def text(body: str) -> str:
    return "\n".join(one.text for one in read(body).sections)


def p(inner: str, style: str = "Normal") -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{inner}</w:p>'


def r(said: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{said}</w:t></w:r>'


def table(*rows: str) -> str:
    return f"<w:tbl><w:tblPr/>{''.join(f'<w:tr>{row}</w:tr>' for row in rows)}</w:tbl>"


def cell(*said: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{''.join(one if '<' in one else p(r(one)) for one in said)}</w:tc>"


@pytest.mark.parametrize(
    "hidden",
    [
        r("SECRET ", "<w:vanish/>"),
        r("SECRET ", '<w:vanish w:val="1"/>'),
        r("SECRET ", "<w:strike/>"),
        r("SECRET ", '<w:dstrike w:val="true"/>'),
        r("SECRET ", '<w:rStyle w:val="Aside"/>'),
        r("SECRET ", '<w:rStyle w:val="Note"/>'),
        f"<w:ins>{r('SECRET ', '<w:vanish/>')}</w:ins>",
        '<w:del><w:r><w:delText xml:space="preserve">SECRET </w:delText></w:r></w:del>',
        f"<w:moveFrom>{r('SECRET ')}</w:moveFrom>",
        f"<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{r('SECRET ')}</w:sdtContent></w:sdt>",
        f"<w:r><w:rPr><w:vanish/></w:rPr><w:pict><w:txbxContent>{p(r('SECRET'))}</w:txbxContent></w:pict></w:r>",
    ],
)
def test_what_is_hidden_struck_or_deleted_is_nowhere(hidden: str) -> None:
    body = r("Before ") + hidden + r("after.")
    assert text(p(body)) == "Before after."
    assert text(table(cell(p(body)) + cell("x"))) == "Before after. | x"
    assert read(p(body, "Heading1") + p(r("x"))).title == "Before after."


def test_a_style_that_hides_is_overruled_by_the_run() -> None:
    assert text(p(r("struck", "") + r("Not struck.", '<w:strike w:val="0"/>'), "Gone")) == "Not struck."
    assert text(p(r("Shown.", '<w:vanish w:val="false"/>'))) == "Shown."


@pytest.mark.parametrize(
    "around",
    [
        "<w:ins>%s</w:ins>",
        "<w:moveTo>%s</w:moveTo>",
        "<w:ins><w:sdt><w:sdtContent>%s</w:sdtContent></w:sdt></w:ins>",
        '<w:fldSimple w:instr="DATE">%s</w:fldSimple>',
        '<w:smartTag w:element="country">%s</w:smartTag>',
        "<w:hyperlink>%s</w:hyperlink>",
    ],
)
def test_what_stands_within_something_else_is_read(around: str) -> None:
    body = r("We refund within ") + around % r("14") + r(" days.")
    assert text(p(body)) == "We refund within 14 days."


def test_whole_blocks_rows_and_cells_may_be_in_content_controls() -> None:
    control = "<w:sdt><w:sdtContent>%s</w:sdtContent></w:sdt>"
    line = "<w:tr>" + control % cell("a") + cell("b") + "</w:tr>"
    body = control % p(r("Sale items stay.")) + "<w:tbl><w:tblPr/>" + control % line + "</w:tbl>"
    assert text(body) == "Sale items stay.\na | b"


def test_a_table_of_contents_is_no_text() -> None:
    gallery = '<w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj>'
    contents = f"<w:sdt><w:sdtPr>{gallery}</w:sdtPr><w:sdtContent>{p(r('Refunds 3'))}</w:sdtContent></w:sdt>"
    assert text(contents + p(r("We refund."))) == "We refund."


def test_equal_cells_and_empty_ones_keep_their_columns() -> None:
    rows = (("", "Basic", "Pro"), ("Price", "10 EUR", "10 EUR"), ("Phone", "", "Yes"))
    assert text(table(*("".join(map(cell, one)) for one in rows))) == (
        "– | Basic | Pro\nPrice | 10 EUR | 10 EUR\nPhone | – | Yes"
    )


def test_a_merged_cell_is_one_and_goes_on_in_the_rows_below() -> None:
    begun, goes_on = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    made = table(
        cell("All prices with tax", properties='<w:gridSpan w:val="2"/>') + cell("Days"),
        cell("Germany", properties=begun) + cell("Standard") + cell("3"),
        cell("", properties=goes_on) + cell("Express") + cell("1"),
    )
    assert text(made) == "All prices with tax | Days\nGermany | Standard | 3\nGermany | Express | 1"


def test_deleted_and_hidden_rows_are_none() -> None:
    made = table(cell("a") + cell("b"), *(f"<w:trPr><w:{gone}/></w:trPr>{cell('c')}" for gone in ("del", "hidden")))
    assert text(made) == "a | b"


def test_a_text_box_is_read_once_behind_its_paragraph() -> None:
    box = f"<w:txbxContent>{p(r('Call 0800 first.'))}</w:txbxContent>"
    shape = f"<w:drawing><wps:txbx>{box}</wps:txbx></w:drawing>"
    older = f"<w:pict><v:textbox>{box}</v:textbox></w:pict>"
    both = (
        f'<mc:AlternateContent><mc:Choice Requires="wps">{shape}</mc:Choice>'
        f"<mc:Fallback>{older}</mc:Fallback></mc:AlternateContent>"
    )
    for drawn in (shape, older, both):
        assert text(p(r("We ") + f"<w:r>{drawn}</w:r>" + r("help.")) + p(r("Always."))) == (
            "We help.\nCall 0800 first.\nAlways."
        )


def test_a_table_within_a_table_and_headings_within_one_are_read() -> None:
    inner = table(cell("Basic") + cell("5 EUR"))
    page = table(cell("Beside") + cell(p(r("Prices"), "Heading1"), "Per month.", inner, "Plus tax."))
    assert read(page).sections == (
        Section((), "Beside"),
        Section((), "Per month.\nBasic | 5 EUR\nPlus tax."),
    )
    columns = table(cell(p(r("Basic"), "Heading2")) + cell(p(r("Pro"), "Heading2")), cell("a", "b") + cell("c."))
    assert text(columns) == "Basic | Pro\na; b | c."


def test_a_document_with_nothing_but_what_is_hidden_has_no_text() -> None:
    with pytest.raises(BrokenDocument, match="no text"):
        read(p(r("SECRET", "<w:vanish/>")))
