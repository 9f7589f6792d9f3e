"""Word documents: paragraphs by the level of their heading style, list items, tables row by row, and text boxes.

Title and language come from the document's properties. What it unpacks to is added up before anything is unpacked.
"""

from io import BytesIO
from typing import TYPE_CHECKING, Final
from zipfile import BadZipFile, ZipFile, ZipInfo

from engine.knowledge.base import BrokenDocument, Document
from engine.knowledge.outline import one_line, outlined
from engine.knowledge.word import Body

if TYPE_CHECKING:
    from docx.document import Document as Word

MAX_UNPACKED: Final = 100_000_000
"""Bytes of all parts; a zip never gives more than it declares."""
MAX_XML: Final = 30_000_000
"""Bytes of one part that is parsed."""
MAX_PARTS: Final = 5_000

_HEAD: Final = 4_096


def read_docx(data: bytes, path: str) -> Document:
    """Read a document; raises `BrokenDocument` for what is none, unpacks to too much, or has no text."""
    _weigh(data)
    import docx  # 0.2 s for who reads none
    from docx.opc.exceptions import PackageNotFoundError

    try:
        word = docx.Document(BytesIO(data))
    except (PackageNotFoundError, KeyError, ValueError, BadZipFile) as error:
        raise BrokenDocument(f"not a Word document: {one_line(str(error))[:100]}") from None
    properties = word.core_properties
    labels = {"title": one_line(properties.title or ""), "language": (properties.language or "").split("-")[0].lower()}
    body = Body(word.styles.element)
    return outlined(
        body.lines(word.element.body), path, {name: value for name, value in labels.items() if value}, _links(word)
    )


def _weigh(data: bytes) -> None:
    try:
        with ZipFile(BytesIO(data)) as archive:
            parts = archive.infolist()
            there = {part.filename for part in parts}
            declared = len(parts) <= MAX_PARTS and any(_declares(archive, part) for part in parts)
    # the last two are zipfile's own, for a compression that it does not know and for what is locked
    except (BadZipFile, ValueError, OSError, NotImplementedError, RuntimeError):
        raise BrokenDocument("not a Word document (.docx): it is no zip archive") from None
    if "[Content_Types].xml" not in there:
        raise BrokenDocument("not a Word document (.docx): it is a zip archive of something else")
    if len(parts) > MAX_PARTS:
        raise BrokenDocument(f"over {MAX_PARTS:,} parts")
    if declared:
        raise BrokenDocument("declares entities of its own (<!DOCTYPE>), which no Word document does")
    largest = max((part.file_size for part in parts if part.filename.endswith((".xml", ".rels"))), default=0)
    if largest > MAX_XML or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise BrokenDocument(f"unpacks to over {MAX_UNPACKED // 1_000_000} MB, or {MAX_XML // 1_000_000} MB of text")


def _declares(archive: ZipFile, part: ZipInfo) -> bool:
    """Whether a part begins as XML with entities of its own, which can be made to grow without end."""
    if not part.filename.endswith((".xml", ".rels")):
        return False
    with archive.open(part) as file:
        return b"<!DOCTYPE" in file.read(_HEAD)


def _links(word: "Word") -> list[str]:
    kind = "/hyperlink"
    return [one.target_ref for one in word.part.rels.values() if one.is_external and one.reltype.endswith(kind)]
