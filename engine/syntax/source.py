"""From offsets to places, and from a scalar's value back to the characters of the file."""

from array import array
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate
from typing import TypeAlias

from engine.diagnostics import Place

__all__ = ["Offsets", "Source", "offsets", "shortened"]

_BLANK = " \t\n\r\u0085\u2028\u2029"
_HEX = {"x": 2, "u": 4, "U": 8}
_BLANK_ESCAPES = " tnrNLP\t"
"""Escapes of a double-quoted scalar that stand for a blank of `_BLANK`."""


class Source:
    """A file's text with the offsets of its lines. Each of CR LF, CR and LF ends one, and stands in `text` as LF."""

    __slots__ = ("_starts", "path", "text")

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text.replace("\r\n", "\n").replace("\r", "\n")
        self._starts = [0, *accumulate([len(line) + 1 for line in self.text.split("\n")])]

    def place(self, start: int, end: int) -> Place:
        """The place of the characters `start` to `end`."""
        end = max(end, start)
        line = last = bisect_right(self._starts, start)
        if last < len(self._starts) and end >= self._starts[last]:
            last = bisect_right(self._starts, end)
        return Place(self.path, line, start - self._starts[line - 1] + 1, last, end - self._starts[last - 1] + 1)


Offsets: TypeAlias = tuple["array[int]", "array[int]"]
"""For each character of a value where it begins and ends in the file's part. Arrays: a file may be one text of 1 MB."""


def offsets(value: str, raw: str, style: str) -> Offsets:
    """For each character of the value its range within `raw`; a blank has that of the gap it stands for."""
    marks = _marks(raw, style)
    starts, ends = array("l"), array("l")
    first, last = next(marks, (0, 0))
    before = first
    for char in value:
        if char in _BLANK:
            starts.append(before)
            ends.append(before + 1)
        else:
            starts.append(first)
            ends.append(last)
            before = last
            first, last = next(marks, (last, last))
    return starts, ends


def _marks(raw: str, style: str) -> Iterator[tuple[int, int]]:
    """The ranges of all characters that are no blanks, in order."""
    match style:
        case "'":
            return _single(raw)
        case '"':
            return _double(raw)
        case "|" | ">":
            head = raw.find("\n") + 1
            return ((at, at + 1) for at in range(head, len(raw)) if raw[at] not in _BLANK)
    return ((at, at + 1) for at, char in enumerate(raw) if char not in _BLANK)


def _single(raw: str) -> Iterator[tuple[int, int]]:
    at = 1
    while at < len(raw) - 1:
        width = 2 if raw[at] == "'" else 1
        if raw[at] not in _BLANK:
            yield at, at + width
        at += width


def _double(raw: str) -> Iterator[tuple[int, int]]:
    at = 1
    while at < len(raw) - 1:
        width, blank = 1, raw[at] in _BLANK
        if raw[at] == "\\":
            escape = raw[at + 1]
            width = 2 + _HEX.get(escape, 0)
            blank = escape in _BLANK_ESCAPES or escape in "\n\r"
            if escape in _HEX:
                blank = chr(int(raw[at + 2 : at + width], 16)) in _BLANK
        if not blank:
            yield at, at + width
        at += width


def shortened(text: str, most: int = 60) -> str:
    """As it stands in a message: a key may be as long as the file."""
    return text if len(text) <= most else text[: most - 3] + "..."
