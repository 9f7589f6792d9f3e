"""A shared piece that relies on a verified customer, used where nobody has proved who the customer is."""

from engine.diagnostics import Label, Sink
from engine.rules.base import Case, Rule

__all__ = ["RULE"]


def check(case: Case, sink: Sink) -> None:
    """At each use."""
    for flow in case.files:
        for node in flow.nodes("use"):
            state = flow.states.get(node.id)
            if node.data.get("needs") != "verified" or state is None or state.verified:
                continue
            piece = case.project.pieces[node.data["piece"]]
            labels = (Label(piece.spot("needs"), "the piece says so here"),)
            message = f"`{piece.name}` needs a verified customer, and on some way to here nobody is verified"
            tip = "put a `verify` step before it on every way, and let its `otherwise` end or escalate"
            sink.error("needs-verified", flow.graph.places[node.id], message, labels=labels, tip=tip)


RULE = Rule(
    "needs-verified",
    check,
    floor=True,
    why="The piece shows or does what only the customer may see or ask for.",
    mend="Put a `verify` step before the `use` on every way, and let its `otherwise` end or escalate.",
)
