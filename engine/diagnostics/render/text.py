"""`file:line:col: message [rule]`, then the line with carets, the other places, the way there, and a tip."""

import unicodedata
from collections.abc import Mapping, Sequence
from itertools import accumulate

from engine.diagnostics.finding import Diagnostic, Label, Place, Severity
from engine.diagnostics.render import PLAIN, View
from engine.diagnostics.render.lines import Lines

__all__ = ["clean", "render"]

_RED, _YELLOW, _BOLD, _DIM, _OFF = "\x1b[31m", "\x1b[33m", "\x1b[1m", "\x1b[2m", "\x1b[0m"
_MARGIN = 8
"""Columns before a source line: its number and a bar."""
_DOTS = "..."
_NARROWEST = 20
_WIDEST = 160
_TAB = "    "
_JOINERS = "\u200c\u200d"
_NARROW = frozenset({"Mn", "Me", "Cf"})
_WIDE = {"W": 2, "F": 2}


def render(
    findings: Sequence[Diagnostic], sources: Mapping[str, str], colour: bool = False, view: View = PLAIN, /
) -> str:
    """All findings, a blank line between them."""
    printer = _Printer(sources, colour, view.width)
    return "\n".join(printer.finding(found) for found in findings)


def clean(text: str) -> str:
    """Control and direction characters, which could rewrite what a terminal shows, as their escapes."""
    return "".join(map(_shown, text))


class _Printer:
    def __init__(self, sources: Mapping[str, str], colour: bool, width: int) -> None:
        self.lines_of = Lines(sources)
        self.colour = colour
        self.room = max(_NARROWEST, min(_WIDEST, width - _MARGIN))
        """Columns that a source line may take."""

    def finding(self, found: Diagnostic) -> str:
        tint = _RED if found.severity is Severity.ERROR else _YELLOW
        mark = "" if found.severity is Severity.ERROR else "warning: "
        head = f"{self._paint(_BOLD, clean(str(found.place)))}: {self._paint(tint, mark)}{clean(found.message)}"
        lines = [f"{head} {self._paint(_DIM, f'[{found.rule}]')}", *self._excerpt(found.place, tint)]
        for label in found.labels:
            lines += self._label(label)
        if found.path:
            lines.append("  how a ticket gets there:")
        for number, label in enumerate(found.path, 1):
            lines += self._label(label, f"{number}. ")
        if found.tip:
            lines.append(f"  tip: {clean(found.tip)}")
        return "\n".join(lines) + "\n"

    def _label(self, label: Label, number: str = "") -> list[str]:
        line = f"  {number}{clean(str(label.place))}: {clean(label.message)}"
        return [line, *self._excerpt(label.place, _DIM)]

    def _excerpt(self, place: Place, tint: str) -> list[str]:
        """The source line with carets under the place, in the columns of a terminal; a long line is cut around it."""
        lines = self.lines_of[place.path] if place.path in self.lines_of.sources else ()
        if not 1 <= place.line <= len(lines):
            return []
        line = lines[place.line - 1]
        start = min(place.column - 1, len(line))
        end = place.end_column - 1 if place.end_line == place.line else len(line)
        cut, until = _window(line, start, max(start, end), self.room)
        before, token, after = line[cut:start], line[start : min(end, until)], line[max(start, min(end, until)) : until]
        left, right = _DOTS if cut else "", _DOTS if until < len(line) else ""
        margin = f"{place.line:>5} | "
        indent = " " * (len(left) + _columns(before))
        carets = "^" * max(1, _columns(token))
        return [
            f"{margin}{left}{clean(before)}{clean(token)}{clean(after)}{right}",
            f"{' ' * (len(margin) - 2)}| {indent}{self._paint(tint, carets)}",
        ]

    def _paint(self, tint: str, text: str) -> str:
        return f"{tint}{text}{_OFF}" if self.colour and text else text


def _window(line: str, start: int, end: int, room: int) -> tuple[int, int]:
    """The part of a line that is shown in `room` columns: all of it, or what stands around the token's beginning."""
    if len(line) * len(_TAB) <= room or _columns(line) <= room:
        return 0, len(line)
    before = list(accumulate(map(_width, line), initial=0))
    room -= 2 * len(_DOTS)
    wanted = min(before[end] - before[start], room)
    middle = max(0, before[start] - (room - wanted) // 2)
    cut = next(at for at, columns in enumerate(before) if columns >= min(middle, before[-1] - room))
    cut = min(cut, start)
    until = max((at for at in range(cut, len(line) + 1) if before[at] - before[cut] <= room), default=cut)
    return cut, max(until, min(start + 1, len(line)))


def _shown(char: str) -> str:
    if char.isprintable() or char in _JOINERS:
        return char
    return _TAB if char == "\t" else char.encode("unicode_escape").decode("ascii")


def _columns(text: str) -> int:
    """How wide a text stands in a terminal: East Asian and emoji characters take two columns, marks on others none."""
    return sum(map(_width, text))


def _width(char: str) -> int:
    if char == "\t" or not (char.isprintable() or char in _JOINERS):
        return len(_shown(char))
    if unicodedata.category(char) in _NARROW:
        return 0
    return _WIDE.get(unicodedata.east_asian_width(char), 1)
