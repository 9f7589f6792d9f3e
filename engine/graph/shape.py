"""The steps of a plan again, from its flat graph: what stands inside a step, where it goes on behind.

A node that was made for a step has its id, or one that begins with it and `/`. Every edge that leaves these nodes
leads to the same place: behind the step.
"""

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from engine.plan import Node, Plan

__all__ = [
    "Edges",
    "Place",
    "behind",
    "edges",
    "ends",
    "inside",
    "is_good",
    "is_word",
    "list_of",
    "place",
    "walk",
    "ways",
]

Place: TypeAlias = tuple[str | None, ...]
Edges: TypeAlias = list[tuple[list[str], str]]
"""Outcomes with the node that they lead to, in the order of the plan."""
_GOOD = frozenset({"done", "pass", "next", "yes", "no"})
_ENDS = frozenset({"escalate", "close"})


def inside(plan: Plan, step: str) -> list[Node]:
    """A step's own node, and those within it."""
    return [node for name, node in plan.nodes.items() if name == step or name.startswith(f"{step}/")]


def behind(plan: Plan, step: str) -> str | None:
    """Where the flow goes on after a step; None where it always ends in it."""
    within = {node.id for node in inside(plan, step)}
    return next((to for node in inside(plan, step) for to in node.on.values() if to not in within), None)


def list_of(step: str) -> str:
    """The list that a step stands in, as the beginning of its id."""
    return step[: step.rfind("/") + 1]


def edges(plan: Plan, node: Node) -> Edges:
    """Ways out of a node: outcomes that lead to the same place stand together."""
    found: dict[Place, tuple[list[str], str]] = {}
    for outcome, to in ways(node).items():
        outcomes, _ = found.setdefault(place(plan, to), ([], to))
        outcomes.append(outcome)
    return [*found.values()]


def ways(node: Node) -> Mapping[str, str]:
    """Outcomes with where they lead; from branches that are taken at once a ticket comes to where they meet."""
    return {name: to for name, to in node.on.items() if node.kind != "parallel" or name.startswith("&")}


def place(plan: Plan, to: str) -> Place:
    """What makes a node one place to a reader: its id, or where and how a ticket ends on account of one line."""
    node = plan.nodes[to]
    if ends(node) and is_word(to):
        return (node.kind, node.data.get("to"), node.data.get("outcome"), plan.places.get(to))
    return (to,)


def is_word(name: str) -> bool:
    """Whether a node stands for a word of `otherwise`, not for a step."""
    return name.rpartition("/")[2].startswith("otherwise.")


def ends(node: Node) -> bool:
    """Whether the engine does nothing more after it."""
    return node.kind in _ENDS and not node.on


def is_good(node: Node, outcome: str) -> bool:
    """Whether a step that ends so has done what it is for."""
    return outcome in _GOOD or node.kind in ("wait", "switch", "parallel")


def walk(plan: Plan) -> Iterator[Node]:
    """Every node that a ticket can reach, each once, in the order in which it can meet them."""
    seen: set[str] = set()
    waiting = [plan.entry]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            yield plan.nodes[name]
            waiting += reversed([*ways(plan.nodes[name]).values()])
