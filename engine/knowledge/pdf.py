"""PDF documents with a text layer: by their bookmarks, where there are some; scanned pages need OCR first."""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from engine.knowledge.base import BrokenDocument, Document
from engine.knowledge.outline import one_line, outlined
from engine.knowledge.pages import Words, ends, goes_on, key, without_running

if TYPE_CHECKING:
    from pypdf import PdfReader

MAX_PAGES: Final = 2_000

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
    named = [{key(title): (level, title) for level, title in marks.get(at, ())} for at in range(len(reader.pages))]
    pages = [page.extract_text().split("\n") for page in reader.pages]
    words = Words(line for page in pages for line in page)
    paragraph: list[str] = []
    longest = 0
    for page, pending in zip(without_running(pages, [frozenset(one) for one in named]), named, strict=True):
        for at, line in enumerate(page):
            text = one_line(line)
            heading = pending.pop(key(text), None)
            left = not at and paragraph and not goes_on(paragraph[-1], text, longest)
            if heading or left or not text or _STARTS.match(line):
                yield from _joined(paragraph, words)
            if heading:
                yield heading
            elif text:
                paragraph.append(text)
                if ends(text):
                    yield from _joined(paragraph, words)
        longest = max(map(len, page), default=longest)
        if pending:  # named in the bookmarks in other words than on the page
            yield from _joined(paragraph, words)
            yield from pending.values()
    yield from _joined(paragraph, words)


def _joined(paragraph: list[str], words: Words) -> Iterator[tuple[int, str]]:
    if paragraph:
        yield 0, words.joined(paragraph)
        paragraph.clear()


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
