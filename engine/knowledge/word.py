"""The lines of a Word document's body, as its last reader would see them on paper.

What was inserted counts and what was deleted does not, whether or not somebody has accepted it; hidden and struck runs
are left out, by themselves or by their style. Content controls, fields and text boxes are read where they stand.
ECMA-376 part 1, chapter 17 (https://ecma-international.org/publications-and-standards/standards/ecma-376/).
"""

import re
from collections.abc import Iterator
from itertools import chain
from typing import Any, Final

from engine.knowledge.outline import one_line, row

__all__ = ["Body"]

_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_EITHER: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent"
_LEVEL = re.compile(r"(?:heading|Überschrift|Titre|Título) ?(\d)$", re.IGNORECASE)
_WRAPS: Final = frozenset(
    f"{_W}{name}" for name in "hyperlink ins moveTo sdt sdtContent fldSimple smartTag customXml dir bdo".split()
)
"""What only goes around blocks, rows, cells or runs."""
_BLANKS: Final = frozenset(f"{_W}{name}" for name in ("tab", "ptab", "br", "cr"))
_UNSEEN: Final = ("vanish", "strike", "dstrike")
_OFF: Final = frozenset({"0", "false", "off"})

_Lines = list[tuple[int, str]]


class Body:
    """Reads the parts of a document whose `styles` are the root of its part of styles."""

    def __init__(self, styles: Any) -> None:
        self._styles = {_of(one, "styleId"): one for one in styles.iter(f"{_W}style")}
        self._default = next(
            (
                name
                for name, one in self._styles.items()
                if _of(one, "type") == "paragraph" and _of(one, "default") == "1"
            ),
            "",
        )
        self._unseen: dict[tuple[str, str], bool | None] = {}

    def lines(self, parent: Any) -> Iterator[tuple[int, str]]:
        """(level, heading) and (0, text) of a body, a cell or a text box."""
        for child in _within(parent):
            if child.tag == f"{_W}p":
                yield from self._paragraph(child)
            elif child.tag == f"{_W}tbl":
                yield from self._rows(child)

    def _paragraph(self, paragraph: Any) -> Iterator[tuple[int, str]]:
        style = _value(paragraph.find(f"{_W}pPr/{_W}pStyle")) or self._default
        boxes: list[Any] = []
        if text := one_line("".join(self._runs(paragraph, style, boxes))):
            yield self._level(style), text
        for box in boxes:
            yield from self.lines(box)

    def _level(self, style: str) -> int:
        found = self._styles.get(style)
        name = _value(found.find(f"{_W}name")) if found is not None else ""
        if name == "Title":
            return 1
        match = _LEVEL.match(name)
        return min(int(match[1]), 6) if match and int(match[1]) else 0

    # -- runs --------------------------------------------------------------------------------------

    def _runs(self, parent: Any, style: str, boxes: list[Any]) -> Iterator[str]:
        """Their text; text boxes that hang in them are added to `boxes`, as they stand beside the paragraph."""
        for run in _within(parent):
            if run.tag != f"{_W}r" or any(self._hides(run, style, kind) for kind in _UNSEEN):
                continue
            for child in _within(run):
                if child.tag == f"{_W}t":
                    yield child.text or ""
                elif child.tag in _BLANKS:
                    yield " "
                elif child.tag == f"{_W}noBreakHyphen":
                    yield "-"
                elif child.tag == f"{_W}ruby":
                    yield from chain.from_iterable(self._runs(one, style, boxes) for one in child.iter(f"{_W}rubyBase"))
                else:
                    boxes += _boxes(child)

    def _hides(self, run: Any, style: str, kind: str) -> bool:
        own = _switch(run.find(f"{_W}rPr"), kind)
        if own is None:
            own = self._by_style(_value(run.find(f"{_W}rPr/{_W}rStyle")), kind)
        return bool(self._by_style(style, kind) if own is None else own)

    def _by_style(self, style: str, kind: str) -> bool | None:
        """What a style says, or the nearest that it is based on; None where none does."""
        known = (style, kind)
        if known not in self._unseen:
            said, seen = None, set[str]()
            while said is None and style in self._styles and style not in seen:
                seen.add(style)
                found = self._styles[style]
                said, style = _switch(found.find(f"{_W}rPr"), kind), _value(found.find(f"{_W}basedOn"))
            self._unseen[known] = said
        return self._unseen[known]

    # -- tables ------------------------------------------------------------------------------------

    def _rows(self, table: Any) -> Iterator[tuple[int, str]]:
        above: dict[int, _Lines] = {}
        for one in _within(table):
            if one.tag != f"{_W}tr" or any(one.find(f"{_W}trPr/{_W}{gone}") is not None for gone in ("del", "hidden")):
                continue
            cells: list[_Lines] = []
            own: list[_Lines] = []
            at = 0
            for cell in _within(one):
                if cell.tag != f"{_W}tc":
                    continue
                merged = cell.find(f"{_W}tcPr/{_W}vMerge")
                if merged is not None and _value(merged) != "restart":  # it goes on from the row above
                    cells.append([(0, text) for _, text in above.get(at, ())])
                else:
                    cells.append(list(self.lines(cell)))
                    own.append(cells[-1])
                above[at] = cells[-1]
                at += int(_value(cell.find(f"{_W}tcPr/{_W}gridSpan")) or 1)
            if one.find(f".//{_W}tbl") is not None:
                yield from chain.from_iterable(own)
            elif own:
                yield from row(cells)


def _within(parent: Any) -> Iterator[Any]:
    """Its children, and those of what only goes around them."""
    for child in parent:
        if child.tag == _EITHER:
            yield from _within(_chosen(child))
        elif child.tag not in _WRAPS:
            yield child
        elif not _instead(child):
            yield from _within(child)


def _chosen(either: Any) -> Any:
    """The first of several ways to say the same; all others are for older programs."""
    return next(iter(either), either)


def _instead(control: Any) -> bool:
    """Whether a content control shows what is to be written there, or repeats the headings as a table of contents."""
    if control.find(f"{_W}sdtPr/{_W}showingPlcHdr") is not None:
        return True
    return _value(control.find(f"{_W}sdtPr/{_W}docPartObj/{_W}docPartGallery")) == "Table of Contents"


def _boxes(drawn: Any) -> list[Any]:
    found: list[Any] = []
    stack = [drawn]
    while stack:
        one = stack.pop()
        if one.tag == f"{_W}txbxContent":
            found.append(one)
        else:
            stack.extend(reversed([_chosen(one)] if one.tag == _EITHER and len(one) else list(one)))
    return found


def _switch(properties: Any, kind: str) -> bool | None:
    found = properties.find(f"{_W}{kind}") if properties is not None else None
    return None if found is None else _value(found).lower() not in _OFF


def _value(element: Any) -> str:
    return "" if element is None else _of(element, "val")


def _of(element: Any, name: str) -> str:
    return str(element.get(f"{_W}{name}") or "")
