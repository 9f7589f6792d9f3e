"""The text of an answer while it is still being written: out of a plain text, or out of JSON that has no end yet."""

import json
import re
from typing import Final

from engine.models.base import Job

__all__ = ["Pieces"]

_BEGIN: Final = re.compile(r'^\s*\{\s*"answer"\s*:\s*"')
_ESCAPE: Final = 6
"""Characters of the longest escape, `\\u20ac`."""


class Pieces:
    """Takes what comes and gives what may be shown of it. For ANSWER, whose JSON begins with `answer`, that string's
    characters as soon as they are whole; for WORK the text itself; for jobs without a text nothing."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._waiting = ""
        self._inside = False
        self._over = False

    def feed(self, piece: str) -> str:
        """What this piece adds."""
        if self._job is Job.WORK:
            return piece
        if self._job is not Job.ANSWER or self._over:
            return ""
        self._waiting += piece
        if not self._inside:
            begin = _BEGIN.match(self._waiting)
            if begin is None:
                return ""
            self._inside, self._waiting = True, self._waiting[begin.end() :]
        return self._characters()

    def _characters(self) -> str:
        at, text = 0, self._waiting
        while at < len(text) and text[at] != '"':
            step = _step(text, at)
            if at + step > len(text):
                break
            at += step
        self._over = at < len(text) and text[at] == '"'
        whole, self._waiting = text[:at], text[at:]
        try:
            return str(json.loads(f'"{whole}"', strict=False))
        except ValueError:  # no string of JSON: the whole answer will say so
            self._over = True
            return ""


def _step(text: str, at: int) -> int:
    """Characters that belong together. Half of a surrogate pair waits for the other one."""
    if text[at] != "\\":
        return 1
    if text[at + 1 : at + 2] != "u":
        return 2
    first = text[at + 2 : at + _ESCAPE].lower()
    return 2 * _ESCAPE if first.startswith(("d8", "d9", "da", "db")) else _ESCAPE
