"""`# engine: ignore[rule] why`: silences findings of its line, or of the next one if it stands alone."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

import yaml

from engine.diagnostics import Place, Sink
from engine.syntax.read import EVENTS, SIZE, readable
from engine.syntax.source import Source

__all__ = ["IGNORE", "Ignore", "ignores"]

IGNORE = "ignore"
MOST = 1_000
_COMMENT = re.compile(
    r"(?:(?<=[ \t])|^)#[ \t]*engine:[ \t]*(?P<word>[A-Za-z-]+)[ \t]*(?:\[(?P<names>[^\]\n]*)\])?(?P<why>[^\n]*)",
    re.MULTILINE,
)
_NAME = re.compile(r"[^\s,]+")
_BLOCKS = ("|", ">")


class Ignore(NamedTuple):
    """Rules silenced on a line, with the reason that somebody gave."""

    place: Place
    """Of the comment."""
    word: str
    """`ignore`, if it is written as it should be."""
    rules: tuple[tuple[str, Place], ...]
    """The names in the brackets."""
    why: str
    line: int | None
    """The line that it is about; None where nothing follows it."""


def ignores(path: str, text: str) -> list[Ignore]:
    """Such comments of a file, `MOST` at most: any more silence nothing. A `#` inside a text is none, and nothing
    is read behind an error of YAML's."""
    if "engine:" not in text or len(text) > SIZE:
        return []
    source = Source(path, text.removeprefix("\ufeff"))
    found = list(_COMMENT.finditer(source.text))
    if not found:
        return []
    about = _about(source.text.split("\n"))
    return [_ignore(source, match, about) for match in islice(_outside(source, found), MOST)]


def _outside(source: Source, found: list[re.Match[str]]) -> Iterator[re.Match[str]]:
    """Those that stand outside of every scalar, as far as the file could be read."""
    spans, end = _scalars(source)
    starts = [start for start, _ in spans]
    for match in found:
        at = bisect_right(starts, match.start()) - 1
        if match.start() < end and (at < 0 or match.start() >= spans[at][1]):
            yield match


def _scalars(source: Source) -> tuple[list[tuple[int, int]], int]:
    """Where texts stand, in order, and how far the file could be read. The first line of a block may have a comment."""
    text = readable(source, Sink())
    spans: list[tuple[int, int]] = []
    end = 0
    events: Iterator[Any] = yaml.parse(text, Loader=yaml.CSafeLoader)
    try:
        for count, event in enumerate(events):
            if count > EVENTS:
                return spans, end
            start, end = event.start_mark.index, event.end_mark.index
            if isinstance(event, yaml.ScalarEvent):
                head = text.find("\n", start, end) if event.style in _BLOCKS else start
                spans.append((head if head >= 0 else end, end))
    except yaml.YAMLError:
        return spans, end
    return spans, len(text)


def _ignore(source: Source, match: re.Match[str], about: list[int | None]) -> Ignore:
    names = match["names"] or ""
    rules = tuple(
        (name[0], source.place(match.start("names") + name.start(), match.start("names") + name.end()))
        for name in _NAME.finditer(names)
    )
    place = source.place(match.start(), match.start("why") if match["why"].strip() else match.end())
    return Ignore(place, match["word"], rules, match["why"].strip(" \t:-"), about[place.line - 1])


def _about(lines: list[str]) -> list[int | None]:
    """For each line the number of the first one from there on that has content."""
    found: list[int | None] = []
    number = None
    for at in range(len(lines), 0, -1):
        number = at if _has_content(lines[at - 1]) else number
        found.append(number)
    return found[::-1]


def _has_content(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")
