"""A shared piece that the project does not have."""

from engine.diagnostics import Sink
from engine.project.shape import misspelt, quoted, shortened
from engine.rules.base import Case, Rule
from engine.rules.references import used

__all__ = ["RULE"]


def check(case: Case, sink: Sink) -> None:
    """A flow is no piece: a ticket goes on in it."""
    pieces = sorted(case.project.pieces)
    for _, text in used(case.project, "piece"):
        if text.value in case.project.flows:
            message = f"`{text.value}` is a flow, not a shared piece (a file with `gives`)"
            sink.error("unknown-piece", text.place, message, tip=f"go on in it with `- transfer: {text.value}`")
        elif text.value not in pieces:
            there = (
                f"the folder flows has {quoted(pieces, 'and')}" if pieces else "no file of the folder flows has `gives`"
            )
            message = f"unknown piece `{shortened(text.value)}`: {there}"
            tip, fix = misspelt(text, pieces)
            sink.error("unknown-piece", text.place, message, tip=tip, fix=fix)


RULE = Rule(
    "unknown-piece",
    check,
    unread=True,
    why="There are no steps to put in this place.",
    mend="Use the name of a file in the folder flows that has `gives`, or go on in a flow with `transfer`.",
)
