"""A shared piece that uses itself, perhaps by way of others."""

from collections import deque
from collections.abc import Mapping, Sequence
from itertools import pairwise

from engine.diagnostics import Label, Place, Sink
from engine.rules.base import Across, Case, Rule

__all__ = ["RULE", "circle"]


def tell(case: Case) -> dict[str, dict[str, Place]]:
    """piece -> the pieces that it uses, and where it names each of them last."""
    return {
        name: {text.value: text.place for what, text in piece.flow.references if what == "piece"}
        for name, piece in case.pieces.items()
    }


def judge(told: Sequence[dict[str, dict[str, Place]]], sink: Sink) -> None:
    """One finding for each circle, at the use that closes it; of a piece, its shortest one."""
    pieces = {name: uses for part in told for name, uses in part.items()}
    seen: set[frozenset[str]] = set()
    for name in sorted(pieces):
        found = circle(pieces, name)
        if not found or frozenset(found) in seen:
            continue
        seen.add(frozenset(found))
        *others, last = [(other, pieces[one][other]) for one, other in pairwise(found)]
        labels = [Label(place, f"`{other}` is used here") for other, place in others]
        tip = "a loop is written with `repeat` or `each`"
        sink.error("endless-use", last[1], f"the piece `{name}` uses itself", labels=labels, tip=tip)


def circle(after: Mapping[str, Mapping[str, Place]], start: str) -> list[str]:
    """The names from `start` back to it, in breadth, so that a hundred that all lead to each other take no time."""
    came: dict[str, str] = {}
    ways = deque([start])
    while ways:
        here = ways.popleft()
        for name in after[here]:
            if name == start:
                found = [start, here]
                while found[-1] != start:
                    found.append(came[found[-1]])
                return found[::-1]
            if name in after and name not in came:
                came[name] = here
                ways.append(name)
    return []


RULE = Rule(
    "endless-use",
    across=Across(tell, judge),
    unread=True,
    why="The steps of a piece are put in the place of each `use`. With a circle that would never end.",
    mend="Take one `use` out of the circle. What is to be done again is written with `repeat` or `each`.",
)
