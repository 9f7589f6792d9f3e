"""A flow with so many steps, those of its shared pieces in their places, that nobody can oversee it."""

from engine.compile.lowering import PIECES, STEPS
from engine.diagnostics import Sink
from engine.rules.base import Case, Rule

__all__ = ["RULE"]


def check(case: Case, sink: Sink) -> None:
    """What is beyond is neither looked at nor run: a ticket that gets there goes to a person."""
    for flow in case.files:
        if flow.graph.beyond is not None:
            message = (
                f"a flow has at most {STEPS:,} steps, those of its shared pieces counted in each of their places, and "
                f"{PIECES} pieces within each other"
            )
            sink.error(
                "too-many-steps", flow.graph.beyond, message, tip="hand the rest over to another flow with `transfer`"
            )


RULE = Rule(
    "too-many-steps",
    check,
    unread=True,
    why="A check could not follow all the ways through it, and neither could anybody who reads it.",
    mend="Divide it into several flows that hand tickets over with `transfer`.",
)
