"""The must-analysis: what is known at each node on every path that leads to it.

One forward pass over the graph. A state holds the names with their types, narrowed by the conditions passed so far,
and the names that are bound on every path. That the customer is verified is one of the former (`VERIFIED`), since a
condition may say it too. Paths meet by `join`: what one of them does not know is not known. Conditions are not
correlated.
"""

from collections.abc import Iterator, Mapping
from functools import reduce
from typing import NamedTuple

from engine.compile.graph import Env, Graph
from engine.compile.names import REFUSED
from engine.diagnostics import Sink
from engine.expressions import infer, narrowed
from engine.expressions.narrowing import VERIFIED
from engine.plan import Node
from engine.project.scalars import Expr
from engine.types import BOOL, UNKNOWN, EnumType, ListType, Type, is_subtype, join, optional, required

__all__ = ["State", "analyse", "order", "outgoing"]

_REFUSALS = frozenset({"refused", "rejected", "late"})
"""Outcomes over which the runtime says why, in `refused.because`."""
_TOLD = _REFUSALS | {"done"}
"""Outcomes over which a node of any kind may make something known."""
_TELLING = frozenset({"agent", "each", "next", "use"})
"""Kinds of nodes of which every edge may."""
_HOLDS = {"branch": "yes", "until": "done"}
"""Nodes with a condition -> the outcome over which it holds."""
_VISITS = 12
"""Times that a node is looked at again, in a loop or where paths meet: what is known only shrinks, by few steps."""


class State(NamedTuple):
    """What is known at a place."""

    names: Env
    """Every name that some path has bound; one that another path has not is optional."""
    bound: frozenset[str]
    """Names bound on every path."""

    @property
    def verified(self) -> bool:
        """Whether the customer is verified on every path, by a `verify` that is done or by `customer.verified`."""
        return self.names.get(VERIFIED) == BOOL

    def bind(self, name: str, kind: Type) -> "State":
        """With a name that is known from here on."""
        return State({**self.names, name: kind}, self.bound | {name})

    def verify(self, customer: Type) -> "State":
        """With a customer who is verified."""
        return State({**self.names, "customer": customer, VERIFIED: BOOL}, self.bound)


def analyse(graph: Graph, met: list[str], start: Mapping[str, Type]) -> dict[str, State]:
    """node -> what is known before it, for every node that can be reached. `met` is their order, the entry first."""
    known = _Known(graph, {met[0]: State(dict(start), frozenset(start))}, {}, {})
    for name in met:
        known.visits[name] = 0
        if name in known.states:  # the `else` of a switch that names every word leads nowhere
            known.visit(name)
    return known.states


class _Known(NamedTuple):
    graph: Graph
    states: dict[str, State]
    visits: dict[str, int]
    branches: dict[str, dict[str, State]]
    """node where branches of a `parallel` meet -> what is known at the end of each"""

    def visit(self, name: str) -> None:
        """Carries what is known at a node on to those behind it, round a loop until nothing changes."""
        if name in self.branches:
            self.states[name] = reduce(_unite, self.branches[name].values())
        waiting = [name] if self.graph.nodes[name].on or name in self.graph.broken else []
        while waiting:
            at = waiting.pop()
            self.visits[at] += 1
            for target, state in _edges(self.graph, self.graph.nodes[at], self.states[at]):
                if target in self.graph.nodes and self._meets(at, target, state):
                    waiting.append(target)

    def _meets(self, at: str, target: str, state: State) -> bool:
        """Whether something changed at a node that is behind in the order, and is to be visited again."""
        known = self.states.get(target)
        if self.graph.nodes[target].kind == "join":
            ends = self.branches.setdefault(target, {})
            branch = at.removeprefix(f"{self.graph.nodes[target].data['of']}/").partition("/")[0]
            ends[branch] = _meet(ends[branch], state) if branch in ends else state
            # Until its turn comes, all that counts is that it can be reached.
            met = reduce(_unite, ends.values()) if target in self.visits else state
        elif known is state:
            return False
        else:
            met = state if known is None else _meet(known, state)
        if met == known:
            return False
        self.states[target] = met
        return target in self.visits and self.visits[target] < _VISITS


def _edges(graph: Graph, node: Node, state: State) -> list[tuple[str, State]]:
    """Each target with what is known over that edge; past a broken node, all that it might have made known."""
    if node.kind == "switch":
        found = list(_cases(graph, node, state))
    elif node.kind in _HOLDS:
        holds, fails = _tested(graph, node, state)
        found = [(target, holds if outcome == _HOLDS[node.kind] else fails) for outcome, target in node.on.items()]
    else:
        silent = node.kind not in _TELLING
        found = [
            (target, state if silent and outcome not in _TOLD else outgoing(graph, node, outcome, state))
            for outcome, target in node.on.items()
            if not (outcome == "done" and node.kind == "parallel")  # by way of its branches
        ]
    if node.id in graph.broken:
        target, name = graph.broken[node.id]
        beyond = state if name is None else state.bind(name, UNKNOWN)
        found.append((target, beyond.verify(UNKNOWN)))
    return found


def order(graph: Graph, entry: str) -> list[str]:
    """Reverse postorder: each node after all that lead to it, loops apart."""
    seen: set[str] = set()
    order: list[str] = []
    stack: list[tuple[str, list[str]]] = []

    def enter(name: str) -> None:
        if name not in seen and name in graph.nodes:
            seen.add(name)
            following = graph.after(name)
            stack.append((name, following)) if following else order.append(name)

    enter(entry)
    while stack:
        name, rest = stack[-1]
        if rest:
            enter(rest.pop())
        else:
            order.append(name)
            stack.pop()
    return order[::-1]


def outgoing(graph: Graph, node: Node, outcome: str, state: State) -> State:
    """What an edge adds: a name over `done`, `verified`, a condition over `yes` and `no`, `refused.because`."""
    match node.kind:
        case "branch" | "until":
            return _tested(graph, node, state)[outcome != _HOLDS[node.kind]]
        case "each" | "next":
            return _looped(graph, node, outcome, state)
        case "use" if node.data.get("needs") == "verified" and not state.verified:  # reported where it is used
            return state.verify(UNKNOWN)
        case "verify" if outcome == "done":
            return state.verify(graph.gives[node.id](state.names))
    if (node.id, outcome) in graph.hands:
        return state.bind(*graph.hands[node.id, outcome])
    if outcome == "done" and node.binds is not None:
        gives = graph.gives.get(node.id)
        return state.bind(node.binds, gives(state.names) if gives else UNKNOWN)
    if outcome in _REFUSALS and node.kind in ("read", "gate", "call"):
        return state.bind("refused", REFUSED)
    return state


def _tested(graph: Graph, node: Node, state: State) -> tuple[State, State]:
    """What is known where the condition of a node holds, and where it does not."""
    site = next(iter(graph.sites.get(node.id, ())), None)
    if site is None:
        return state, state
    holds, fails = narrowed(site.expr.tree, state.names)
    return State(holds, state.bound), State(fails, state.bound)


def _cases(graph: Graph, node: Node, state: State) -> Iterator[tuple[str, State]]:
    """A case holds where those before it did not; `else` follows where some word is left for it."""
    names = state.names
    for case, site in zip(node.data["cases"], graph.sites[node.id][1:], strict=True):
        holds, names = narrowed(site.expr.tree, names)
        yield node.on[f"={case['is']}"], State(holds, state.bound)
    if not _exhausts(graph, node, state):
        yield node.on["else"], State(names, state.bound)


def _exhausts(graph: Graph, node: Node, state: State) -> bool:
    """Whether the cases name every word that the value may be."""
    value = graph.sites[node.id][0].expr
    found = infer(value.tree, state.names, Sink(), value.text)
    return isinstance(found, EnumType) and found.values <= {case["is"] for case in node.data["cases"]}


def _looped(graph: Graph, node: Node, outcome: str, state: State) -> State:
    """What a loop names inside is known there alone; the element each time round, the list of what it gives behind."""
    if outcome not in ("next", "done"):
        return state
    begun = node.data.get("of", node.id)
    local = {*node.data["local"], node.data["item"]}
    outer = {name for name in local if any(not at.startswith(f"{begun}/") for at in graph.binders.get(name, ()))}
    names = {name: kind for name, kind in state.names.items() if name not in local - outer}
    names |= dict.fromkeys(outer & names.keys(), UNKNOWN)  # reported: one name for two things
    known = State(names, state.bound - (local - outer))
    if outcome == "next":
        items = graph.sites[begun][0].expr
        return known.bind(node.data["item"], element_of(items, known.names))
    if node.binds is None:
        return known
    return known.bind(node.binds, graph.gives[node.id](state.names))


def element_of(items: Expr, env: Env) -> Type:
    """The type of an element of a list."""
    found = required(infer(items.tree, env, Sink(), items.text))
    return found.element if isinstance(found, ListType) else UNKNOWN


def _unite(left: State, right: State) -> State:
    """Behind branches that all were taken: what any of them knows."""
    names = dict(left.names)
    for name, kind in right.names.items():
        mine = names.get(name)
        if mine is None or (name in right.bound and name not in left.bound) or is_subtype(kind, mine):
            names[name] = kind
    return State(names, left.bound | right.bound)


def _meet(left: State, right: State) -> State:
    names = dict(left.names)
    if right.names is not left.names:
        for name, one in left.names.items():
            other = right.names.get(name)
            if other is None:
                names[name] = optional(one)
            elif one is not other:
                names[name] = join(one, other)
        for name, other in right.names.items():
            if name not in names:
                names[name] = optional(other)
    return State(names, left.bound & right.bound)
