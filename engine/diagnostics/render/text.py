"""`file:line:col: message [rule]`, then the line with carets, the other places, and a tip."""

import unicodedata
from collections.abc import Mapping, Sequence

from engine.diagnostics.finding import Diagnostic, Place, Severity

__all__ = ["render"]

_RED, _YELLOW, _BOLD, _DIM, _OFF = "\x1b[31m", "\x1b[33m", "\x1b[1m", "\x1b[2m", "\x1b[0m"
_WIDTH = 160
_TAB = "    "
_JOINERS = "\u200c\u200d"
_NARROW = frozenset({"Mn", "Me", "Cf"})
_WIDE = {"W": 2, "F": 2}


def render(findings: Sequence[Diagnostic], sources: Mapping[str, str], colour: bool = False) -> str:
    """All findings, a blank line between them."""
    lines = _Lines(sources)
    return "\n".join(_finding(found, lines, colour) for found in findings)


class _Lines(dict[str, list[str]]):
    """path -> the lines of that source, split once: a file can have as many findings as lines."""

    def __init__(self, sources: Mapping[str, str]) -> None:
        super().__init__()
        self.sources = sources

    def __missing__(self, path: str) -> list[str]:
        text = self.sources.get(path, "").removeprefix("\ufeff")
        lines = self[path] = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        return lines


def _finding(found: Diagnostic, lines_of: _Lines, colour: bool) -> str:
    tint = _RED if found.severity is Severity.ERROR else _YELLOW
    mark = "" if found.severity is Severity.ERROR else "warning: "
    head = f"{_paint(_BOLD, _clean(str(found.place)), colour)}: {_paint(tint, mark, colour)}{_clean(found.message)}"
    lines = [f"{head} {_paint(_DIM, f'[{found.rule}]', colour)}", *_excerpt(found.place, lines_of, tint, colour)]
    for label in found.labels:
        lines.append(f"  {_clean(str(label.place))}: {_clean(label.message)}")
        lines += _excerpt(label.place, lines_of, _DIM, colour)
    if found.tip:
        lines.append(f"  tip: {_clean(found.tip)}")
    return "\n".join(lines) + "\n"


def _excerpt(place: Place, lines_of: _Lines, tint: str, colour: bool) -> list[str]:
    """The source line with carets under the place, in the columns of a terminal; a long line is cut around it."""
    lines = lines_of[place.path]
    if not 1 <= place.line <= len(lines):
        return []
    line = lines[place.line - 1]
    start = place.column - 1
    end = place.end_column - 1 if place.end_line == place.line else len(line)
    cut = max(0, min(start - _WIDTH // 2, len(line) - _WIDTH))
    until = min(len(line), cut + _WIDTH)
    before, token, after = line[cut:start], line[start : min(end, until)], line[max(start, min(end, until)) : until]
    left, right = "..." if cut else "", "..." if until < len(line) else ""
    margin = f"{place.line:>5} | "
    indent = " " * (len(left) + _columns(before))
    carets = "^" * max(1, _columns(token))
    return [
        f"{margin}{left}{_clean(before)}{_clean(token)}{_clean(after)}{right}",
        f"{' ' * (len(margin) - 2)}| {indent}{_paint(tint, carets, colour)}",
    ]


def _clean(text: str) -> str:
    """Control and direction characters, which could rewrite what a terminal shows, as their escapes."""
    return "".join(map(_shown, text))


def _shown(char: str) -> str:
    if char.isprintable() or char in _JOINERS:
        return char
    return _TAB if char == "\t" else char.encode("unicode_escape").decode("ascii")


def _columns(text: str) -> int:
    """How wide a text stands in a terminal: East Asian and emoji characters take two columns, marks on others none."""
    return sum(0 if unicodedata.category(char) in _NARROW else _WIDE.get(unicodedata.east_asian_width(char), 1)
               for char in _clean(text))  # fmt: skip


def _paint(tint: str, text: str, colour: bool) -> str:
    return f"{tint}{text}{_OFF}" if colour and text else text
