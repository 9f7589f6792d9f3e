"""The graph while it is made: nodes with unique ids, their places, and what the checks must know beside the plan."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from engine.diagnostics import Place
from engine.plan import Node, node_id
from engine.project.scalars import Expr
from engine.project.step import StepKind
from engine.types import Type

__all__ = ["CONDITION", "TEXT", "VALUE", "Env", "Graph", "Placed", "Places", "Record", "Site"]

Env = Mapping[str, Type]
"""Names with what is known of them at a place."""

CONDITION = "condition"
TEXT = "text"
VALUE = "value"


class Site(NamedTuple):
    """An expression that a node evaluates, with what is expected of it."""

    expr: Expr
    role: str
    """condition, text, or value."""
    expected: Type | None = None
    """For a value that something declares the type of."""
    what: str = ""
    """What declares it, for messages."""
    local: Callable[[Env], Env] | None = None
    """Names that only this expression sees, from those around it."""


class Record(NamedTuple):
    """A step in its list: what tells an unreachable one from one that merely follows it."""

    step: StepKind
    entry: str
    parent: str | None
    """Entry of the step around it."""
    previous: str | None
    """Entry of the step before it in the same list."""


class Placed(Protocol):
    """A part of a file."""

    @property
    def place(self) -> Place:
        """Where it stands."""
        ...


class Places(Mapping[str, Place]):
    """node -> where it stands, worked out when somebody asks: of most nodes nobody does."""

    def __init__(self) -> None:
        self.parts: dict[str, Placed] = {}

    def __getitem__(self, name: str) -> Place:
        return self.parts[name].place

    def __iter__(self) -> Iterator[str]:
        return iter(self.parts)

    def __len__(self) -> int:
        return len(self.parts)


@dataclass(slots=True)
class Graph:
    """Nodes by id, and beside them what rules need."""

    flow: str
    nodes: dict[str, Node] = field(default_factory=dict)
    places: Places = field(default_factory=Places)
    sites: dict[str, list[Site]] = field(default_factory=dict)
    gives: dict[str, Callable[[Env], Type]] = field(default_factory=dict)
    """node -> the type of what it binds, from what is known before it."""
    hands: dict[tuple[str, str], tuple[str, Type]] = field(default_factory=dict)
    """(node, outcome) -> a name that is known over that edge alone, with its type."""
    binders: dict[str, list[str]] = field(default_factory=dict)
    """name -> the nodes that bind it."""
    steps: list[Record] = field(default_factory=list)
    broken: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    """Nodes that stand for a part that could not be read -> where the flow would go on, and the name it would bind.
    They go to people; the checks look past them, so that one finding does not make others."""
    beyond: Place | None = None
    """The first step that is not looked at, since there are too many."""
    branches: dict[tuple[str, int], str] = field(default_factory=dict)
    """(node, identity of a cause's steps) -> their first node"""
    _taken: dict[str, int] = field(default_factory=dict)
    """Ids that are taken -> the highest number that was put behind one: a file may say the same a thousand times."""

    def name(self, kind: str, name: str | None, path: str, content: Any) -> str:
        """A node id that is not taken. Twins on one path are told apart by a number, the first keeps the plain id."""
        return self.reserve(node_id(kind, name, path, content))

    def reserve(self, wanted: str) -> str:
        """The same for an id that is made of another one."""
        if wanted not in self._taken:
            self._taken[wanted] = 1
            return wanted
        found, number = wanted, self._taken.get(wanted, 0)
        while found in self._taken:
            number += 1
            found = f"{wanted}.{number}"
        self._taken[wanted] = max(number, 1)
        self._taken.setdefault(found, 1)
        return found

    def add(
        self,
        node: Node,
        part: Placed,
        *,
        sites: list[Site] | None = None,
        gives: Callable[[Env], Type] | None = None,
    ) -> str:
        """Puts a node in, under an id from `name` or `reserve`; `part` of the file is what it comes from."""
        self.nodes[node.id] = node
        self.places.parts[node.id] = part
        if sites:
            self.sites[node.id] = sites
        if node.binds is not None:
            self.binders.setdefault(node.binds, []).append(node.id)
            if gives is not None:
                self.gives[node.id] = gives
        return node.id

    def drop(self, name: str) -> None:
        """Takes a node out that nothing leads to."""
        del self.nodes[name], self.places.parts[name]

    def forget(self) -> None:
        """Lets go of what refers back to the graph, so that it needs no collector of garbage to be freed."""
        self.gives.clear()
        self.sites.clear()

    def before(self) -> dict[str, set[str]]:
        """node -> those with an edge to it."""
        found: dict[str, set[str]] = {name: set() for name in self.nodes}
        for name, node in self.nodes.items():
            for target in node.on.values():
                found.setdefault(target, set()).add(name)
        return found

    def reachable(self, entry: str, *, once: bool = False) -> set[str]:
        """Nodes on some path from `entry`; `once`: without going round a loop again."""
        seen: set[str] = set()
        waiting = [entry]
        while waiting:
            name = waiting.pop()
            if name not in seen and name in self.nodes:
                seen.add(name)
                waiting += self.after(name, once=once)
        return seen

    def after(self, name: str, *, once: bool = False) -> list[str]:
        """Where a node leads, and where a broken one would."""
        node = self.nodes[name]
        if once and node.kind in ("next", "until"):
            found = [target for outcome, target in node.on.items() if outcome != "next"]
        else:
            found = [*node.on.values()]
        return [*found, self.broken[name][0]] if name in self.broken else found
