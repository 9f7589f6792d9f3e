"""A flow `human` that ends a ticket, or takes it back, before anybody could have seen to it."""

from collections.abc import Iterator

from engine.compile import Compiled
from engine.diagnostics import Place, Sink
from engine.plan import Node
from engine.rules.base import Case, Rule
from engine.rules.route import route
from engine.rules.unknown_event import EVENTS
from engine.steps.escalate import Escalate

__all__ = ["HUMAN", "RULE", "unheard"]

HUMAN = "human"
"""The flow that has a ticket from when it is handed over."""
_ENDS = {
    "close": "closes the ticket",
    "transfer": "takes the ticket back",
    "escalate": "hands the ticket over again",
}


def check(case: Case, sink: Sink) -> None:
    """`human` alone; what it waits for is `ticket.solved`, `ticket.handed_back`, or an answer of a team."""
    flow = case.flows.get(HUMAN)
    if flow is None or flow.flow.lost or (flow.flow.start is not None and flow.flow.start.by_itself):
        return
    for node, place in unheard(flow):
        message = f"this {_ENDS[node.kind]}, and on the way here nobody waits for the people who have it"
        tip = "wait first: `- wait: [{event: ticket.solved, then: [...]}, {time: 30d, then: [...]}]`, no shorter than "
        tip += "`within` of `handoff`"
        path = route(flow, node.id, passes=lambda at, outcome: not _heard(flow, at, outcome))
        sink.error("human-without-people", place, message, tip=tip, path=path)


def unheard(flow: Compiled) -> Iterator[tuple[Node, Place]]:
    """Where a ticket leaves the people whom nobody has waited for. A handover as the outcome of a step that went wrong
    is none: it goes to the same people."""
    steps = {entry for _, entry in flow.steps(Escalate)}
    seen, waiting = {flow.entry}, [flow.entry]
    while waiting:
        node = flow.graph.nodes[waiting.pop()]
        if node.kind in _ENDS and (node.kind != "escalate" or node.id in steps) and node.id not in flow.graph.broken:
            yield node, flow.graph.places[node.id]
        for outcome, target in node.on.items():
            if target not in seen and target in flow.states and not _heard(flow, node, outcome):
                seen.add(target)
                waiting.append(target)


def _heard(flow: Compiled, node: Node, outcome: str) -> bool:
    """Whether an edge is taken only where people have decided, or had the time that they are promised to have."""
    if node.kind == "ask":
        return "of" in node.data
    if node.kind != "wait" or not outcome.isdecimal():
        return node.id in flow.graph.broken
    branches = node.data["branches"]
    branch = branches[int(outcome) - 1]
    people = any(one.get("event") in EVENTS for one in branches)
    return people and (branch.get("event") in EVENTS or _long(flow, branch.get("time")))


def _long(flow: Compiled, time: dict[str, int] | None) -> bool:
    """No shorter than people may take: `within` of `handoff`."""
    handoff = flow.project.settings.handoff if flow.project.settings else None
    if time is None or handoff is None or handoff.within is None or "business_days" in time:
        return time is not None
    return time["seconds"] >= handoff.within.seconds


RULE = Rule(
    "human-without-people",
    check,
    floor=True,
    why="A ticket that a flow gave up would be closed, or run in a circle, and nobody would ever hear of it.",
    mend=(
        "Wait for `ticket.solved` and `ticket.handed_back` before anything ends the ticket, at least as long as "
        "`handoff` in engine.yaml gives people. Without a file `human.yaml` the built-in flow does."
    ),
)
