"""The way from the start of a flow to a write, as findings of the proof show it."""

from collections import deque
from collections.abc import Callable

from engine.compile import Compiled
from engine.diagnostics import Label
from engine.plan import Node
from engine.rules.grants import Written

__all__ = ["route", "to_write"]

_MOST = 12
_WORDS = {"read": "tool", "call": "tool", "branch": "if", "until": "repeat", "next": "each", "give": "use"}
"""Kinds of nodes -> what authors call the step."""
_OUTCOMES = {"done": "is done", "yes": "holds", "no": "does not hold", "next": "begins a round"}
"""Outcomes of nodes, as an author would say them; a step's own causes and words stand as they are."""
_SILENT = frozenset({"propose", "gate"})
"""Nodes of the write itself: its step is shown once."""

Passes = Callable[[Node, str], bool]


def route(flow: Compiled, target: str, *, start: str | None = None, passes: Passes | None = None) -> tuple[Label, ...]:
    """The places of the shortest way to a node over edges that `passes` lets through, the node itself left out. Of a
    long one the first step and the last are shown."""
    first = flow.entry if start is None else start
    came: dict[str, tuple[str, str] | None] = {first: None}
    waiting = deque([first])
    while waiting and target not in came:
        name = waiting.popleft()
        node = flow.graph.nodes[name]
        for outcome, following in node.on.items():
            if following not in came and following in flow.states and (passes is None or passes(node, outcome)):
                came[following] = (name, outcome)
                waiting.append(following)
    return _shown(flow, came, target)


def _shown(flow: Compiled, came: dict[str, tuple[str, str] | None], target: str) -> tuple[Label, ...]:
    steps: list[Label] = []
    at = came.get(target)
    while at is not None:
        name, outcome = at
        node = flow.graph.nodes[name]
        if node.kind not in _SILENT:
            steps.append(Label(flow.graph.places[name], _taken(node, outcome)))
        at = came.get(name)
    steps.reverse()
    return tuple(steps if len(steps) <= _MOST else [steps[0], *steps[1 - _MOST :]])


def _taken(node: Node, outcome: str) -> str:
    """The way that leads on from a step, in an author's words."""
    word = _WORDS.get(node.kind, node.kind)
    said = _OUTCOMES.get(outcome)
    return f"the `{word}` {said}" if said else f"the `{word}` comes to `{outcome.lstrip('=&')}`"


def to_write(written: Written) -> tuple[Label, ...]:
    """From the start to the first call of a granted write, that call included; nothing where no ticket gets there."""
    flow = written.flow
    for node in flow.nodes("call"):
        if node.data["tool"] == written.tool.name and node.id in flow.states:
            before = route(flow, node.id)
            shown = before if len(before) < _MOST else (before[0], *before[2:])
            return (*shown, Label(flow.graph.places[node.id], "it is called here"))
    return ()
