"""The element of an `each` under a name that is known there already."""

from engine.diagnostics import Label, Sink
from engine.rules.base import Case, Rule

__all__ = ["RULE"]


def check(case: Case, sink: Sink) -> None:
    """What the steps inside name is held against the rest by `duplicate-step-name`."""
    for flow in case.files:
        for node in flow.nodes("each"):
            state = flow.states.get(node.id)
            if state is None or node.data["item"] not in state.names or "/" in node.data["item"]:
                continue
            name, places = node.data["item"], flow.graph.places
            labels = [Label(places[at], f"`{name}` is set here") for at in flow.graph.binders.get(name, ())]
            message = f"`{name}` is the name of something else here already"
            tip = "give the element another name"
            sink.error("shadowed-name", places[node.id], message, labels=labels[:1], tip=tip)


RULE = Rule(
    "shadowed-name",
    check,
    why=(
        "Inside the loop the name would mean the element, outside something else. Whoever reads the flow would mix "
        "them up."
    ),
    mend="Give the element a name of its own.",
)
