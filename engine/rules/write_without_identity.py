"""A path to a write on which nobody has proved who the customer is."""

from engine.compile import Compiled
from engine.compile.analysis import outgoing
from engine.diagnostics import Sink
from engine.plan import Node
from engine.rules.base import Case, Rule
from engine.rules.route import route

__all__ = ["RULE"]


def check(case: Case, sink: Sink) -> None:
    """The shortest such path is shown."""
    for flow in case.flows.values():
        if flow.flow.lost:
            continue  # what could not be read may be the `verify`
        for node in flow.nodes("call"):
            state = flow.states.get(node.id)
            if state is not None and not state.verified:
                _report(flow, node, sink)


def _report(flow: Compiled, call: Node, sink: Sink) -> None:
    def unproved(node: Node, outcome: str) -> bool:
        state = flow.states[node.id]
        return state.verified or not outgoing(flow.graph, node, outcome, state).verified

    message = f"`{call.data['tool']}` can be reached without a verified customer"
    tip = "put a `verify` step before it on every way, and let its `otherwise` end or escalate"
    path = route(flow, call.id, passes=unproved)
    sink.error("write-without-identity", flow.graph.places[call.id], message, tip=tip, path=path)


RULE = Rule(
    "write-without-identity",
    check,
    floor=True,
    why="Somebody who is not the customer could have money sent or data changed.",
    mend="Put a `verify` step before the call on every way, and let its `otherwise` end or escalate.",
)
