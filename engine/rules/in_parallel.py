"""A step in a `parallel` that does more than look things up, or a name that two of its branches set."""

from itertools import combinations

from engine.compile import Compiled
from engine.diagnostics import Label, Sink
from engine.plan import Node
from engine.rules.base import Case, Rule

__all__ = ["RULE"]

_DOES = {
    "verify": "asks the customer", "ask": "asks and waits", "wait": "waits", "reply": "speaks to the customer",
    "propose": "writes", "transfer": "leaves the flow", "close": "ends the ticket", "escalate": "ends the flow",
    "agent": "works and talks", "parallel": "goes several ways at once itself",
}  # fmt: skip


def check(case: Case, sink: Sink) -> None:
    """A failure that nobody provided for may go to people: then all branches do."""
    for flow in case.files:
        for node in flow.nodes("parallel"):
            _steps(flow, node, sink)
            _names(flow, node, sink)


def _steps(flow: Compiled, node: Node, sink: Sink) -> None:
    for inner in flow.graph.nodes.values():
        inside = inner.id.startswith(f"{node.id}/") and inner.id in flow.states and inner.id not in flow.graph.broken
        unsaid = inner.kind == "escalate" and "/otherwise." in inner.id
        if inside and inner.kind in _DOES and not unsaid:
            message = f"this {_DOES[inner.kind]}, which nothing in a `parallel` does"
            labels = (Label(flow.graph.places[node.id], "the branches begin here"),)
            tip = "put it behind the `parallel`; inside, look things up"
            sink.error("in-parallel", flow.graph.places[inner.id], message, labels=labels, tip=tip)


def _names(flow: Compiled, node: Node, sink: Sink) -> None:
    for name, binders in flow.graph.binders.items():
        for first, second in combinations(binders, 2):
            one, other = _branch(node, first), _branch(node, second)
            if one is not None and other is not None and one != other:
                labels = (Label(flow.graph.places[first], f"`{name}` is set here"),)
                message = f"two branches that run at once both set `{name}`"
                sink.error("in-parallel", flow.graph.places[second], message, labels=labels, tip="give it another name")


def _branch(node: Node, inner: str) -> str | None:
    if not inner.startswith(f"{node.id}/"):
        return None
    return inner.removeprefix(f"{node.id}/").partition("/")[0]


RULE = Rule(
    "in-parallel",
    check,
    why="Branches of a `parallel` run at once, and in no order. What they say, write or wait for would cross.",
    mend=(
        "Leave what looks things up inside, and put the rest behind the `parallel`. Give each branch names of its own."
    ),
)
