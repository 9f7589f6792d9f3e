"""Loops within each other that may go round too often."""

from engine.compile import Compiled
from engine.diagnostics import Sink
from engine.plan import Node
from engine.rules.base import Case, Rule

__all__ = ["MOST", "RULE"]

MOST = 1000
"""Rounds of an innermost loop. Each round is recorded, and a ticket's record has an end."""


def check(case: Case, sink: Sink) -> None:
    """The innermost loop whose rounds, times those around it, are too many."""
    for flow in case.files:
        for node in flow.nodes("each", "until"):
            _loop(flow, node, sink)


def _loop(flow: Compiled, node: Node, sink: Sink) -> None:
    rounds = node.data["most"]
    around = [
        other for other in flow.nodes("each", "until") if node.id.startswith(f"{other.data.get('of', other.id)}/do/")
    ]
    for other in around:
        rounds *= other.data["most"]
    if rounds > MOST and around:
        message = f"this may go round {rounds:,} times, with the loops around it; at most {MOST:,} are allowed"
        place = flow.graph.places[node.data.get("of", node.id)]
        sink.error("endless-work", place, message, tip=_tip({node.kind, *(other.kind for other in around)}))


def _tip(kinds: set[str]) -> str:
    """By the word that each kind has for how often it goes round."""
    if kinds == {"each"}:
        return "lower `most` here or around it"
    return f"lower the number of `repeat`{' or `most` of `each`' if 'each' in kinds else ''}, here or around it"


RULE = Rule(
    "endless-work",
    check,
    why=(
        "Loops inside each other multiply. Each round is recorded, and a ticket's record has an end: it would stop "
        "in the middle."
    ),
    mend="Lower `most` of an `each` or the number of a `repeat`, or take one loop out of the other.",
)
