"""A shared piece that uses itself, perhaps by way of others."""

from collections.abc import Iterator, Mapping
from itertools import pairwise

from engine.diagnostics import Label, Sink
from engine.project.flow import Flow
from engine.rules.base import Case, Rule
from engine.syntax import Text

__all__ = ["RULE"]


def check(case: Case, sink: Sink) -> None:
    """One finding for each circle, at the use that closes it."""
    pieces = case.project.pieces
    seen: set[frozenset[str]] = set()
    for name in sorted(pieces):
        for circle in _circles(pieces, [name]):
            if circle[0] not in circle[1:] or frozenset(circle) in seen:
                continue
            seen.add(frozenset(circle))
            *others, last = [_use(pieces[one], other) for one, other in pairwise(circle)]
            message = f"the piece `{circle[0]}` uses itself"
            labels = [Label(text.place, f"`{text.value}` is used here") for text in others]
            sink.error(
                "endless-use", last.place, message, labels=labels, tip="a loop is written with `repeat` or `each`"
            )


def _circles(pieces: Mapping[str, Flow], way: list[str]) -> Iterator[list[str]]:
    for text in _uses(pieces[way[-1]]):
        if text.value == way[0]:
            yield [*way, text.value]
        elif text.value in pieces and text.value not in way:
            yield from _circles(pieces, [*way, text.value])


def _uses(piece: Flow) -> list[Text]:
    return list({found.text.value: found.text for found in piece.references if found.what == "piece"}.values())


def _use(piece: Flow, other: str) -> Text:
    return next(text for text in _uses(piece) if text.value == other)


RULE = Rule(
    "endless-use",
    check,
    unread=True,
    why="The steps of a piece are put in the place of each `use`. With a circle that would never end.",
    mend="Take one `use` out of the circle. What is to be done again is written with `repeat` or `each`.",
)
