"""A value of another type than its place wants."""

from engine.compile.typing import type_flow
from engine.diagnostics import Sink
from engine.rules.base import Case, Rule

__all__ = ["RULE"]


def check(case: Case, sink: Sink) -> None:
    """Every expression, with what is known where it stands. Names that are not set yet are found by the same pass."""
    for flow in case.flows.values():
        type_flow(flow, sink)


RULE = Rule(
    "wrong-type",
    check,
    why="The step would fail at this place on a real ticket, and a person would have to take over.",
    mend="Compare, convert or choose another value, as the message says.",
)
