"""A value of another type than its place wants."""

from engine.compile.typing import type_flow
from engine.diagnostics import Sink
from engine.rules.base import Case, Rule

__all__ = ["RULE"]


def check(case: Case, sink: Sink) -> None:
    """Every expression, with what is known where it stands; in a piece, what it shows by itself, then what only a flow
    that uses it shows. Names that are not set yet are found by the same pass."""
    for piece in case.pieces.values():
        type_flow(piece, sink)
    alone = {(found.rule, found.place) for found in sink.ordered()}
    for flow in case.flows.values():
        own = Sink()
        type_flow(flow, own)
        for found in own.ordered():
            if found.place.path == flow.flow.place.path or (found.rule, found.place) not in alone:
                sink.add(found)


RULE = Rule(
    "wrong-type",
    check,
    why="The step would fail at this place on a real ticket, and a person would have to take over.",
    mend="Compare, convert or choose another value, as the message says.",
)
