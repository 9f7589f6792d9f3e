"""PDF documents with a text layer: by their bookmarks, where there are some; scanned pages need OCR first."""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from engine.knowledge.base import BrokenDocument, Document
from engine.knowledge.outline import one_line, outlined

if TYPE_CHECKING:
    from pypdf import PdfReader

MAX_PAGES: Final = 2_000

_HYPHEN = re.compile(r"(?<=[^\W\d_])[-\u00ad]\n(?=[a-zà-öø-ÿ])")
_ENDS = re.compile(r"[.!?:;。！？]$")
_STARTS = re.compile(r"^\s*(?:[-•*–]|\d{1,3}[.)])\s")


def read_pdf(data: bytes, path: str) -> Document:
    """Read a document; raises `BrokenDocument` for what is none, is locked, is endless, or has no text."""
    from pypdf import PdfReader  # 0.3 s for who reads none
    from pypdf.errors import PyPdfError

    if b"%PDF-" not in data[:1_024]:
        raise BrokenDocument("not a PDF: it does not begin with `%PDF-`")
    try:
        reader = PdfReader(BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise BrokenDocument("locked by a password")
        if len(reader.pages) > MAX_PAGES:
            raise BrokenDocument(f"over {MAX_PAGES:,} pages: cut it into several")
        title = one_line(reader.metadata.title or "") if reader.metadata else ""
        lines = list(_lines(reader))
        links = list(_links(reader))
    except PyPdfError as error:
        raise BrokenDocument(f"not a sound PDF: {one_line(str(error))[:100]}") from None
    if not any(not level for level, _ in lines):
        raise BrokenDocument("has no text: scanned pages need OCR first")
    return outlined(lines, path, {"title": title} if title else {}, links)


def _lines(reader: "PdfReader") -> Iterator[tuple[int, str]]:
    marks = _bookmarks(reader)
    for number, page in enumerate(reader.pages):
        here = {_key(title): (level, title) for level, title in marks.get(number, ())}
        pending = dict(here)
        paragraph: list[str] = []
        for line in _HYPHEN.sub("", page.extract_text()).split("\n"):
            text = one_line(line)
            if (found := pending.pop(_key(text), None)) is not None:
                yield from _joined(paragraph)
                yield found
                continue
            if not text or _STARTS.match(line):
                yield from _joined(paragraph)
            if text:
                paragraph.append(text)
                if _ENDS.search(text):
                    yield from _joined(paragraph)
        yield from _joined(paragraph)
        yield from pending.values()  # named in the bookmarks in other words than on the page


def _joined(paragraph: list[str]) -> Iterator[tuple[int, str]]:
    if paragraph:
        yield 0, " ".join(paragraph)
        paragraph.clear()


def _key(text: str) -> str:
    return re.sub(r"\W+", "", text).casefold()


def _bookmarks(reader: "PdfReader") -> dict[int, list[tuple[int, str]]]:
    """Page number -> (level, title)."""
    found: dict[int, list[tuple[int, str]]] = {}
    stack: list[tuple[int, Any]] = [(1, one) for one in reversed(reader.outline)]
    while stack and len(found) < MAX_PAGES:
        level, one = stack.pop()
        if isinstance(one, list):
            stack.extend((level + 1, inner) for inner in reversed(one))
            continue
        page = reader.get_destination_page_number(one)
        title = one_line(str(one.title or ""))
        if title and page is not None:
            found.setdefault(page, []).append((min(level, 6), title))
    return found


def _links(reader: "PdfReader") -> Iterator[str]:
    for page in reader.pages:
        for one in page.get("/Annots") or ():
            action = one.get_object().get("/A")
            target = action.get_object().get("/URI") if action is not None else None
            if target is not None:
                yield str(target)
