"""The text of an answer while it is still being written: out of a plain text, or out of JSON that has no end yet."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from engine.models.base import Job

__all__ = ["Pieces"]

_BEGIN: Final = re.compile(r'^\s*\{\s*"answer"\s*:\s*"')
_ESCAPE: Final = 6
"""Characters of the longest escape, `\\u20ac`."""
_HEAD: Final = 20_000
"""Characters in which what is decided has come to its end; what is longer is read as a whole."""
_JSON: Final = json.JSONDecoder()
_NUMBER: Final = re.compile(r"[0-9.eE+-]*\Z")
"""What may go on being a number."""
_SPACE: Final = re.compile(r"[ \t\n\r]*")


class Pieces:
    """Takes what comes and gives what may be shown of it. For ANSWER, whose JSON begins with `answer`, that string's
    characters as soon as they are whole; for WORK the text itself; for jobs without a text nothing.

    `upfront`: the JSON begins with what is decided, which is in `decided` before the first character is given.
    """

    def __init__(self, job: Job, *, upfront: bool = False) -> None:
        self.decided: Mapping[str, Any] | None = None
        self._job = job
        self._upfront = upfront
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
            begin = self._begin()
            if begin is None:
                return ""
            self._inside, self._waiting = True, self._waiting[begin:]
        return self._characters()

    def _begin(self) -> int | None:
        """Where the text begins. None: not yet, or nowhere."""
        if not self._upfront:
            found = _BEGIN.match(self._waiting)
            return found.end() if found else None
        try:
            head = _head(self._waiting)
        except ValueError:
            head, self._over = None, True
        if head is None:
            self._over = self._over or len(self._waiting) > _HEAD
            return None
        self.decided, begin = head
        return begin

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


def _head(text: str) -> tuple[dict[str, Any], int] | None:
    """The members of an object before its member `answer`, and where the characters of that one begin. None: they have
    not all come. Raises ValueError for what becomes no such object, a member that stands there twice included."""
    found: dict[str, Any] = {}
    at, due = _skip(text, 0), "{"
    while at < len(text):
        if text[at] != due:
            raise ValueError("no object")
        at = _skip(text, at + 1)
        if at < len(text) and text[at] != '"':
            raise ValueError("no name")
        name, at = _value(text, at)
        at = _skip(text, at)
        if at >= len(text):
            return None
        if text[at] != ":" or name in found:
            raise ValueError("no member, or a second one")
        at = _skip(text, at + 1)
        if name == "answer" and at < len(text):
            if text[at] != '"':
                raise ValueError("no text")
            return found, at + 1
        found[name], at = _value(text, at)
        at, due = _skip(text, at), ","
    return None


def _value(text: str, at: int) -> tuple[Any, int]:
    """The value that begins here and where it ends: behind the text, as long as it has not come to its end."""
    try:
        value, end = _JSON.raw_decode(text, at)
    except RecursionError:
        raise ValueError("too deep") from None
    except ValueError:
        return "", len(text)
    more = _NUMBER.match(text, end) if isinstance(value, int | float) else None
    return value, more.end() if more else end


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _step(text: str, at: int) -> int:
    """Characters that belong together. Half of a surrogate pair waits for the other one."""
    if text[at] != "\\":
        return 1
    if text[at + 1 : at + 2] != "u":
        return 2
    first = text[at + 2 : at + _ESCAPE].lower()
    return 2 * _ESCAPE if first.startswith(("d8", "d9", "da", "db")) else _ESCAPE
