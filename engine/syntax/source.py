"""From offsets to places, and from a scalar's value back to the characters of the file."""

from bisect import bisect_right
from itertools import accumulate

from engine.diagnostics import Place

__all__ = ["Source", "offsets"]

_BLANK = " \t\n\r\u0085\u2028\u2029"
_HEX = {"x": 2, "u": 4, "U": 8}
_BLANK_ESCAPES = " tnrNLP\t"
"""Escapes of a double-quoted scalar that stand for a blank of `_BLANK`."""


class Source:
    """A file's text with the offsets of its lines."""

    __slots__ = ("_starts", "path", "text")

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self._starts = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]

    def place(self, start: int, end: int) -> Place:
        """The place of the characters `start` to `end`."""
        first, last = self._at(start), self._at(max(end, start))
        return Place(self.path, first[0], first[1], last[0], last[1])

    def _at(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self._starts, offset) - 1
        return line + 1, offset - self._starts[line] + 1


def offsets(value: str, raw: str, style: str) -> list[tuple[int, int]]:
    """For each character of the value its range within `raw`; a blank has that of the gap it stands for."""
    marks = _marks(raw, style)
    found: list[tuple[int, int]] = []
    at, last = 0, marks[0][0] if marks else 0
    for char in value:
        if char in _BLANK:
            found.append((last, last + 1))
        elif at < len(marks):
            found.append(marks[at])
            last = marks[at][1]
            at += 1
        else:
            found.append((last, last))
    return found


def _marks(raw: str, style: str) -> list[tuple[int, int]]:
    """The ranges of all characters that are no blanks, in order."""
    match style:
        case "'":
            return _single(raw)
        case '"':
            return _double(raw)
        case "|" | ">":
            head = raw.find("\n") + 1
            return [(at, at + 1) for at in range(head, len(raw)) if raw[at] not in _BLANK]
    return [(at, at + 1) for at, char in enumerate(raw) if char not in _BLANK]


def _single(raw: str) -> list[tuple[int, int]]:
    marks, at = [], 1
    while at < len(raw) - 1:
        width = 2 if raw[at] == "'" else 1
        if raw[at] not in _BLANK:
            marks.append((at, at + width))
        at += width
    return marks


def _double(raw: str) -> list[tuple[int, int]]:
    marks, at = [], 1
    while at < len(raw) - 1:
        width, blank = 1, raw[at] in _BLANK
        if raw[at] == "\\":
            escape = raw[at + 1]
            width = 2 + _HEX.get(escape, 0)
            blank = escape in _BLANK_ESCAPES or escape in "\n\r"
            if escape in _HEX:
                blank = chr(int(raw[at + 2 : at + width], 16)) in _BLANK
        if not blank:
            marks.append((at, at + width))
        at += width
    return marks
