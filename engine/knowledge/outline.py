"""Lines and headings, as every reader finds them, to a document."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import PurePosixPath
from typing import Any, Final

from engine.knowledge.base import BrokenDocument, Document, Section
from engine.knowledge.letters import composed
from engine.models.base import CELL

ACCEPTED: Final = ("title", "collection", "language", "audience", "reviewed")
MAX_TEXT: Final = 5_000_000
"""Characters of one document. A manual of 1,000 pages has 3 million."""

_BLANKS = re.compile(r"\s+")
_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})\b")


def outlined(
    lines: Iterable[tuple[int, str]], path: str, labels: Mapping[str, str] | None = None, links: Iterable[str] = (),
    ids: Iterable[str] | None = None,
) -> Document:  # fmt: skip
    """A document of (level, heading) and (0, line of text); raises `BrokenDocument` for one without text.

    `labels`: those of `ACCEPTED` that it says. The first heading names an untitled one, else its path does. `ids`: what
    links may name besides headings; None where it is not known what they may.
    """
    known = dict(labels or {})
    headings: list[str] = []
    sections, bare = _sections(_noting(lines, headings))
    if not any(section.text for section in sections):
        raise BrokenDocument("has no text below its headings")
    first = next((section.headings[0] for section in sections if section.headings), "")
    title = composed(known.pop("title", "")) or first or PurePosixPath(path).stem
    kept = tuple(
        Section(one.headings[1:] if one.headings[:1] == (title,) else one.headings, one.text)
        for one in sections
        if one.text
    )
    return Document(
        title=title, sections=kept, links=tuple(dict.fromkeys(links)), bare=tuple(bare),
        anchors=None if ids is None else tuple(dict.fromkeys((*headings, *ids))), **_plain(known),
    )  # fmt: skip


def _noting(lines: Iterable[tuple[int, str]], headings: list[str]) -> Iterator[tuple[int, str]]:
    for level, raw in lines:
        line = composed(raw)
        if level:
            headings.append(line)
        yield level, line


def _plain(labels: Mapping[str, str]) -> dict[str, Any]:
    return {name: value for name, value in labels.items() if name in (*ACCEPTED, "misspelt") and name != "title"}


def _sections(lines: Iterable[tuple[int, str]]) -> tuple[list[Section], list[str]]:
    """Sections, those without text too, and the headings that nothing stands below."""
    path: list[tuple[int, str]] = []
    text: list[str] = []
    sections: list[Section] = []
    bare: list[str] = []
    size = 0
    for level, line in lines:
        size += len(line)
        if size > MAX_TEXT:
            raise BrokenDocument(f"over {MAX_TEXT:,} characters of text: cut it into several")
        if not level:
            text.append(line)
            continue
        sections.append(Section(tuple(title for _, title in path), "\n".join(text).strip()))
        if path and not sections[-1].text and path[-1][0] >= level:
            bare.append(path[-1][1])
        text = []
        path = [*(one for one in path if one[0] < level), (level, line)]
    sections.append(Section(tuple(title for _, title in path), "\n".join(text).strip()))
    if path and not sections[-1].text:
        bare.append(path[-1][1])
    return sections, bare


def row(cells: Sequence[Sequence[tuple[int, str]]]) -> Iterator[tuple[int, str]]:
    """The lines of a table's row, by the lines of its cells: one, with the cells side by side and `–` for an empty one.

    A row that only serves to lay a page out stays as the lines that it has: one of a single cell, or with a heading
    that has text below it, or the row to itself.
    """
    filled = [cell for cell in cells if cell]
    if len(cells) == 1 or any(
        (len(cell) > 1 or len(filled) == 1) and any(level for level, _ in cell) for cell in filled
    ):
        for cell in filled:
            yield from cell
    elif filled:
        yield 0, CELL.join(_run_on(text for _, text in cell) or "–" for cell in cells)


def _run_on(lines: Iterable[str]) -> str:
    """Paragraphs, items and lines of one cell in one line, still told apart."""
    text = ""
    for line in lines:
        text += (" " if text[-1:] in "…:;,.!?。！？" else "; ") + line if text else line
    return text


def one_line(text: str) -> str:
    """The text with single blanks."""
    return _BLANKS.sub(" ", text).strip()


def iso_day(text: str, where: str) -> str:
    """The day as `2026-03-01`; raises `BrokenDocument`."""
    found = _DATE.match(text)
    try:
        return (date(*map(int, found.groups())) if found else date.fromisoformat(text[:10])).isoformat()
    except ValueError:
        if found:
            raise BrokenDocument(f"{where}`{found[0]}` is no day of the calendar") from None
        raise BrokenDocument(f"{where}`reviewed` is no date like 2026-03-01: {text[:40]!r}") from None
