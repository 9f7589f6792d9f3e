"""A path to a write on which nobody has proved who the customer is."""

from collections import deque

from engine.compile import Compiled
from engine.compile.analysis import outgoing
from engine.diagnostics import Label, Place, Sink
from engine.plan import Node
from engine.rules.base import Case, Rule

__all__ = ["RULE"]

_SHOWN = 8
_WORDS = {"read": "tool", "call": "tool", "branch": "if"}
"""Kinds of nodes -> what authors call the step."""
_ANSWERS = {"yes": "holds", "no": "does not hold"}


def check(case: Case, sink: Sink) -> None:
    """The shortest such path is shown."""
    for flow in case.flows.values():
        if flow.flow.lost:
            continue  # what could not be read may be the `verify`
        for name, node in flow.plan.nodes.items():
            state = flow.states.get(name)
            if node.kind == "call" and state is not None and not state.verified:
                path = [Label(place, said) for place, said in _path(flow, name)]
                message = f"`{node.data['tool']}` can be reached without a verified customer"
                tip = "put a `verify` step before it on every way, and let its `otherwise` end or escalate"
                sink.error("write-without-identity", flow.graph.places[name], message, tip=tip, path=path)


def _path(flow: Compiled, target: str) -> list[tuple[Place, str]]:
    """Steps of the shortest way to the call on which nothing establishes `verified`."""
    came: dict[str, tuple[str, str] | None] = {flow.plan.entry: None}
    waiting = deque([flow.plan.entry])
    while waiting and target not in came:
        name = waiting.popleft()
        for outcome, following in flow.plan.nodes[name].on.items():
            if following in came or following not in flow.states or _proves(flow, flow.plan.nodes[name], outcome):
                continue
            came[following] = (name, outcome)
            waiting.append(following)
    return _shown(flow, came, target)


def _proves(flow: Compiled, node: Node, outcome: str) -> bool:
    state = flow.states[node.id]
    return not state.verified and outgoing(flow.graph, node, outcome, state).verified


def _shown(flow: Compiled, came: dict[str, tuple[str, str] | None], target: str) -> list[tuple[Place, str]]:
    steps: list[tuple[Place, str]] = []
    at = came.get(target)
    while at is not None:
        name, outcome = at
        node = flow.plan.nodes[name]
        if node.kind not in ("propose", "gate"):
            steps.append((flow.graph.places[name], _taken(node, outcome)))
        at = came.get(name)
    steps.reverse()
    return steps[:_SHOWN]


def _taken(node: Node, outcome: str) -> str:
    """The way that leads on from a step, in an author's words."""
    word = _WORDS.get(node.kind, node.kind)
    if node.kind == "branch" and outcome in _ANSWERS:
        return f"the `{word}` {_ANSWERS[outcome]}"
    return f"the `{word}` is done" if outcome == "done" else f"the `{word}` goes on by `{outcome}`"


RULE = Rule(
    "write-without-identity",
    check,
    floor=True,
    why="Somebody who is not the customer could have money sent or data changed.",
    mend="Put a `verify` step before the call on every way, and let its `otherwise` end or escalate.",
)
