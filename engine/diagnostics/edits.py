"""Which edits are safe, and edits applied to a file: nothing else changes, line ends and byte order mark included."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from engine.diagnostics.finding import Diagnostic, Edit, Place

__all__ = ["Edited", "edited", "sure"]

_ENDS = re.compile(r"\r\n|\r|\n")
_MARK = "\ufeff"
_LANGUAGE = frozenset({"unknown-key", "unknown-step", "unknown-filter", "unknown-test", "wrong-word", "wrong-model"})
"""What these miss is a word of the language, or the same at each model. All other names are declared by authors, who
may misspell them there."""


class Edited(NamedTuple):
    """What a file's text became."""

    text: str
    done: tuple[Edit, ...]
    """Those that were applied, in the order of the file."""


def sure(found: Sequence[Diagnostic]) -> Iterator[Edit]:
    """Fixes, without those of a name that is written alike in several places: its declaration may be the odd one."""
    fixes = {one.fix: one.rule for one in found if one.fix is not None}
    times = Counter((rule, fix.old, fix.text) for fix, rule in fixes.items())
    yield from (fix for fix, rule in fixes.items() if rule in _LANGUAGE or times[rule, fix.old, fix.text] == 1)


def edited(text: str, edits: Iterable[Edit]) -> Edited:
    """Applies edits from the end of the file to its beginning.

    Left out are those whose `old` does not stand at their place, and those that overlap with another one. A line end in
    what is inserted becomes that of the file.
    """
    starts = _starts(text)
    spans = sorted({(*_span(edit.place, starts), edit) for edit in edits if edit.place.line <= len(starts)})
    fitting = [(start, end, edit) for start, end, edit in spans if text[start:end] == edit.old]
    clashing = _clashing(fitting)
    done = [one for number, one in enumerate(fitting) if number not in clashing]
    found = _ENDS.search(text)
    line_end = found[0] if found else "\n"
    for start, end, edit in reversed(done):
        text = text[:start] + edit.text.replace("\n", line_end) + text[end:]
    return Edited(text, tuple(edit for _, _, edit in done))


def _starts(text: str) -> list[int]:
    """Where each line begins; the first one behind the byte order mark."""
    first = len(_MARK) if text.startswith(_MARK) else 0
    return [first, *(found.end() for found in _ENDS.finditer(text))]


def _span(place: Place, starts: list[int]) -> tuple[int, int]:
    """Offsets of a place within one line; of a longer one nothing, which fits no edit but an insertion."""
    start = starts[place.line - 1] + place.column - 1
    return start, start + (place.end_column - place.column if place.end_line == place.line else 0)


def _clashing(spans: Sequence[tuple[int, int, Edit]]) -> set[int]:
    """Numbers of those, in their order, that share a character with another one, or insert at the same place."""
    found: set[int] = set()
    far = 0
    for number, (start, end, _) in enumerate(spans[1:], 1):
        if start < spans[far][1] or (start, end) == spans[far][:2]:
            found |= {far, number}
        if end >= spans[far][1]:
            far = number
    return found
