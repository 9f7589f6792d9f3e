"""Between places (lines and characters from 1) and the positions of the Language Server Protocol.

A position counts lines from 0 and, within a line, code units of the encoding that client and server agreed on: UTF-16
unless they said otherwise. LF, CR LF and CR end a line, nothing else does (LSP 3.17, "Text Documents").
"""

import re
from typing import Final

__all__ = ["Lines"]

_BREAK: Final = re.compile(r"\r\n|\r|\n")
_WIDTHS: Final = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}


class Lines:
    """The lines of a text. Positions outside of it are moved to its nearest end: a client may be ahead or behind."""

    def __init__(self, text: str, encoding: str = "utf-16") -> None:
        self.lines = _BREAK.split(text)
        self._codec, self._unit = _WIDTHS[encoding]

    def units(self, line: int, column: int) -> tuple[int, int]:
        """A line and column from 1 as a position."""
        at = min(max(line, 1), len(self.lines))
        return at - 1, self._length(self.lines[at - 1][: max(column, 1) - 1])

    def column(self, line: int, character: int) -> tuple[int, int]:
        """A position as a line and column from 1. One that is within a character is before it."""
        at = min(max(line, 0), len(self.lines) - 1)
        text, rest = self.lines[at], character
        for number, char in enumerate(text):
            rest -= self._length(char)
            if rest < 0:
                return at + 1, number + 1
        return at + 1, len(text) + 1

    def _length(self, text: str) -> int:
        return len(text) if text.isascii() else len(text.encode(self._codec, "surrogatepass")) // self._unit
