"""Word documents: paragraphs by the level of their heading style, list items, and tables row by row.

Title and language come from the document's properties. What it unpacks to is added up before anything is unpacked.
"""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING, Final
from zipfile import BadZipFile, ZipFile, ZipInfo

from engine.knowledge.base import BrokenDocument, Document
from engine.knowledge.outline import one_line, outlined

if TYPE_CHECKING:
    from docx.document import Document as Word
    from docx.table import Table
    from docx.text.paragraph import Paragraph

MAX_UNPACKED: Final = 100_000_000
"""Bytes of all parts; a zip never gives more than it declares."""
MAX_XML: Final = 30_000_000
"""Bytes of one part that is parsed."""
MAX_PARTS: Final = 5_000

_HEAD: Final = 4_096

_LEVEL = re.compile(r"(?:Heading|heading|Überschrift|Titre|Título) ?(\d)$")


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
    return outlined(_lines(word), path, {name: value for name, value in labels.items() if value}, _links(word))


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


def _lines(word: "Word") -> Iterator[tuple[int, str]]:
    from docx.table import Table

    for block in word.iter_inner_content():
        if isinstance(block, Table):
            yield from _rows(block)
        elif text := one_line(block.text):
            yield _level(block), text


def _rows(table: "Table") -> Iterator[tuple[int, str]]:
    for row in table.rows:
        cells = list(dict.fromkeys(one_line(cell.text) for cell in row.cells))  # merged cells repeat
        if any(cells):
            yield 0, " | ".join(cell for cell in cells if cell)


def _level(paragraph: "Paragraph") -> int:
    name = (paragraph.style.name if paragraph.style is not None else "") or ""
    if name == "Title":
        return 1
    match = _LEVEL.match(name)
    return min(int(match[1]), 6) if match and int(match[1]) else 0


def _links(word: "Word") -> list[str]:
    kind = "/hyperlink"
    return [one.target_ref for one in word.part.rels.values() if one.is_external and one.reltype.endswith(kind)]
