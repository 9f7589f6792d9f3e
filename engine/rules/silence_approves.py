"""A write that goes ahead because somebody who was asked said nothing."""

from collections.abc import Iterator

from engine.compile import Compiled
from engine.diagnostics import Label, Sink
from engine.plan import Node
from engine.rules.base import Case, Rule
from engine.rules.route import route

__all__ = ["RULE"]


def check(case: Case, sink: Sink) -> None:
    """From every question that ends unanswered: no write follows, unless somebody still has to say yes to it."""
    for flow in case.flows.values():
        for node in flow.nodes("gate", "ask"):
            outcome = _unanswered(node)
            if node.id in flow.states and outcome in node.on:
                for call in _calls(flow, node.id, node.on[outcome]):
                    if not _still_asked(flow, flow.graph.nodes[call], outcome):
                        _report(flow, node, outcome, call, sink)


def _unanswered(node: Node) -> str:
    """The outcome by which a question ends that nobody answered."""
    if node.kind == "gate":
        return {"approve": "late", "confirm": "silent"}.get(node.data["gate"], "")
    return "late" if "of" in node.data else "silent"


def _calls(flow: Compiled, asked: str, first: str) -> Iterator[str]:
    """Writes on the way from there on, as long as the same question is not asked again, nor an agent decides anew."""
    seen, waiting = {asked}, [first]
    while waiting:
        name = waiting.pop()
        if name in seen or name not in flow.graph.nodes:
            continue
        seen.add(name)
        if flow.graph.nodes[name].kind == "call":
            yield name
        if flow.graph.nodes[name].kind != "agent":
            waiting += flow.graph.nodes[name].on.values()


def _still_asked(flow: Compiled, call: Node, outcome: str) -> bool:
    """A person for every call; the customer, where it was the customer who kept silent."""
    granted = flow.flow.grants().get(call.data["tool"])
    if granted is None or granted[1].broken:
        return True
    always = any(line.test is None for line in granted[1].approve or ())
    return always or (outcome == "silent" and granted[1].asks_customer)


def _report(flow: Compiled, node: Node, outcome: str, call: str, sink: Sink) -> None:
    who = "the team" if outcome == "late" else "the customer"
    tool = flow.graph.nodes[call].data["tool"]
    message = f"where {who} says nothing in time, this goes on to `{tool}`: silence must never approve"
    tip = f"let `{outcome}` escalate or close, or have a person approve every `{tool}`"
    labels = (*route(flow, call, start=node.on[outcome]), Label(flow.graph.places[call], "it is called here"))
    sink.error("silence-approves", flow.graph.places[node.id], message, tip=tip, labels=labels)


RULE = Rule(
    "silence-approves",
    check,
    why="Nobody said yes: somebody was asked, did not answer, and it happens all the same.",
    mend="Let the silence escalate or close the ticket, or have a person approve every such call.",
)
