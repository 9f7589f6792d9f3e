"""Two steps on one way through a flow that set the same name: the second would hide the first."""

from engine.compile import Compiled
from engine.diagnostics import Label, Sink
from engine.rules.base import Case, Rule

__all__ = ["RULE"]


def check(case: Case, sink: Sink) -> None:
    """Steps in branches that exclude each other may share a name."""
    for flow in case.files:
        for name, binders in flow.graph.binders.items():
            if len(binders) > 1 and name != "customer" and "/" not in name:  # a piece's own, looked at alone
                _pairs(flow, name, binders, sink)


def _pairs(flow: Compiled, name: str, binders: list[str], sink: Sink) -> None:
    for first in binders:
        after = flow.graph.reachable(first, once=True) - {first}
        for second in binders:
            places = flow.graph.places
            if second in after and places[first] != places[second]:
                labels = (Label(places[first], f"`{name}` is set here already"),)
                message = f"`{name}` is set twice on one way through the flow"
                sink.error("duplicate-step-name", places[second], message, tip="give it another name", labels=labels)


RULE = Rule(
    "duplicate-step-name",
    check,
    why="Later steps read values by name. With two of one name nobody could tell which value a reply or a gate means.",
    mend="Give one of the two steps another name, and read that name where its value is meant.",
)
