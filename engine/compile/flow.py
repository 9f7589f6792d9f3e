"""From a flow to its plan."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final, TypeVar

from engine.compile import asking, calling, going, looping, pieces, working
from engine.compile.analysis import State, analyse, order
from engine.compile.graph import Env, Graph
from engine.compile.lowering import Kind, Lowering
from engine.compile.names import engine_values
from engine.compile.settings import plan_settings
from engine.compile.starting import begin
from engine.diagnostics import Place, Sink
from engine.expressions import infer, paths
from engine.expressions.narrowing import VERIFIED
from engine.plan import Grant, Node, Plan, ToolContract
from engine.project import Project
from engine.project.contract import Tool, json_of
from engine.project.flow import Flow
from engine.project.grant import Approval, Fallback, GrantEntry, Limit, Silence
from engine.project.scalars import Expr
from engine.project.step import StepKind
from engine.steps.agent import Agent
from engine.steps.ask import Ask
from engine.steps.close import Close
from engine.steps.each import Each
from engine.steps.escalate import Escalate
from engine.steps.if_ import If
from engine.steps.judge import Judge
from engine.steps.parallel import Parallel
from engine.steps.repeat import Repeat
from engine.steps.reply import Reply
from engine.steps.search import Search
from engine.steps.set_ import Set
from engine.steps.switch import Switch
from engine.steps.tool import Call
from engine.steps.transfer import Transfer
from engine.steps.use import Use
from engine.steps.verify import Verify
from engine.steps.wait import Wait
from engine.syntax import Broken
from engine.types import BOOL, UNKNOWN, Type, is_scalar, join, to_json

__all__ = ["KINDS", "Compiled", "compile_flow"]

KINDS: Final[Mapping[type[StepKind], Kind]] = {
    Verify: asking.verify,
    Ask: asking.ask,
    Search: going.search,
    Call: calling.call,
    Reply: asking.reply,
    Wait: going.wait,
    If: going.if_,
    Switch: looping.switch,
    Each: looping.each,
    Repeat: looping.repeat,
    Parallel: looping.parallel,
    Judge: going.judge,
    Agent: working.agent,
    Set: going.set_,
    Use: pieces.use,
    Transfer: going.transfer,
    Escalate: going.escalate,
    Close: going.close,
}

_Step = TypeVar("_Step", bound=StepKind)
_TEXT_ONLY = frozenset({"lower", "upper", "title", "money", "date", "join"})
"""Filters that follow tables of the platform (Unicode, locales): never evaluated in a workflow."""


@dataclass
class Compiled:
    """What the rules look at, and the flow's plan."""

    flow: Flow
    project: Project
    graph: Graph
    entry: str
    states: Mapping[str, State]
    verifiers: tuple[Tool, ...] = ()
    end: str | None = None
    _steps: dict[type[StepKind], list[tuple[Any, str]]] = field(init=False, default_factory=dict, repr=False)
    _nodes: dict[str, list[Node]] = field(init=False, default_factory=dict, repr=False)
    silences: list[Silence] = field(init=False, default_factory=list, repr=False)
    """The flow's own, and those of its steps."""

    def __post_init__(self) -> None:
        """Most rules look at the steps, or the nodes, of one kind."""
        for record in self.graph.steps:
            self._steps.setdefault(type(record.step), []).append((record.step, record.entry))
        said = [self.flow.silence, *(getattr(record.step, "silence", None) for record in self.graph.steps)]
        self.silences = [silence for silence in said if silence is not None]
        for node in self.graph.nodes.values():
            self._nodes.setdefault(node.kind, []).append(node)

    def steps(self, kind: type[_Step]) -> Sequence[tuple[_Step, str]]:
        """The steps of a kind, each with the id of its first node."""
        return self._steps.get(kind, ())

    def nodes(self, *kinds: str) -> Iterator[Node]:
        """The nodes of these kinds."""
        for kind in kinds:
            yield from self._nodes.get(kind, ())

    @cached_property
    def gates(self) -> dict[str, Env]:
        """tool -> what its grant sees, once somebody has asked."""
        return {}

    @cached_property
    def types(self) -> dict[str, Type]:
        """The type of each name that a reachable node binds."""
        return _types(self.graph, self.states)

    @cached_property
    def settings(self) -> dict[str, Any]:
        """Those of the plan."""
        works = any(node.kind == "agent" for node in self.graph.nodes.values())
        return plan_settings(self.flow, self.project.settings, works=works, prompts=self.project.prompt_texts)

    @cached_property
    def plan(self) -> Plan:
        """What runs. No rule asks for it."""
        return _plan(self)


def compile_flow(flow: Flow, project: Project) -> Compiled:
    """Compiles. Total: every flow that could be read at all gives a plan, in which broken parts go to people."""
    graph = Graph(flow.name)
    low = Lowering(flow, project.settings, project.tools, KINDS, graph, project.pieces, project.document)
    if flow.is_piece:
        low.inside.append(flow.name)
    behind = pieces.give(low, flow.gives, None, graph.reserve("gives"), None, flow) if flow.is_piece else None
    entry = begin(low, low.steps(flow.steps, "", behind, None, flow.part("steps")))
    verifiers = _verifiers(graph, project)
    met = order(graph, entry)
    states = analyse(graph, met, _start(flow, low, verifiers))
    _arrange(graph, met, low.end)
    return Compiled(flow, project, graph, entry, states, verifiers, low.end)


def _start(flow: Flow, low: Lowering, verifiers: tuple[Tool, ...]) -> dict[str, Type]:
    """What is known at the entry. The customer whom a piece needs verified is verified elsewhere, by whatever tool."""
    known = {**engine_values(verifiers), **pieces.taken(flow, low)}
    return {**known, "customer": UNKNOWN, VERIFIED: BOOL} if flow.needs is not None else known


def _arrange(graph: Graph, met: list[str], end: str | None) -> None:
    """Nodes in the order in which a ticket can meet them; an end that nothing falls off is not there."""
    if end is not None and end not in met:
        graph.drop(end)
    graph.nodes = {name: graph.nodes[name] for name in dict.fromkeys([*met, *graph.nodes])}


def _verifiers(graph: Graph, project: Project) -> tuple[Tool, ...]:
    names = [way["tool"] for node in graph.nodes.values() if node.kind == "verify" for way in node.data["ways"]]
    return tuple(project.tools[name] for name in dict.fromkeys(names) if name in project.tools)


def _types(graph: Graph, states: Mapping[str, State]) -> dict[str, Type]:
    found: dict[str, Type] = {}
    for name, binders in sorted(graph.binders.items()):
        for binder in binders:
            if binder in states and binder in graph.gives:
                kind = graph.gives[binder](states[binder].names)
                found[name] = join(found[name], kind) if name in found else kind
    return found


def _settled(compiled: Compiled, node: Node) -> Node:
    """In the workflow where all that a condition reads are scalars of steps; else in an activity, with the contents."""
    if "where" not in node.data:
        return node
    state = compiled.states.get(node.id)
    where = "workflow" if state and _light(compiled.graph, node, state) else "activity"
    return replace(node, data={**node.data, "where": where})


def _light(graph: Graph, node: Node, state: State) -> bool:
    trees = _tests(node)
    site = next(iter(graph.sites.get(node.id, ())), None)
    if site is None or isinstance(site.expr.tree, Broken) or _filters(trees) & _TEXT_ONLY:
        return False
    return all(
        path[0] in graph.binders and path[0] != "customer" and is_scalar(_type_of(path, state, site.expr))
        for tree in trees
        for path in paths(tree)
    )


def _tests(node: Node) -> list[Any]:
    """The conditions of a node that goes one way or another."""
    return [case["test"] for case in node.data["cases"]] if "cases" in node.data else [node.data["test"]]


def _filters(tree: Any) -> set[str]:
    found: set[str] = set()
    if isinstance(tree, list):
        if tree[:1] == ["filter"]:
            found.add(tree[1])
        for part in tree:
            found |= _filters(part)
    return found


def _type_of(path: tuple[str, ...], state: State, expr: Expr) -> Type:
    from engine.expressions.tree import dotted

    return infer(dotted(path), state.names, Sink(), expr.text)


def _scalars(nodes: Mapping[str, Node]) -> dict[str, tuple[str, ...]]:
    """What the workflow may hold of each value: the paths that its own conditions read."""
    found: dict[str, set[str]] = {}
    for node in nodes.values():
        if node.data.get("where") == "workflow":
            for path in (path for tree in _tests(node) for path in paths(tree)):
                found.setdefault(path[0], set()).add(".".join(path[1:]))
    return {name: tuple(sorted(dotted)) for name, dotted in sorted(found.items())}


def _plan(compiled: Compiled) -> Plan:
    flow, project, graph = compiled.flow, compiled.project, compiled.graph
    nodes = {name: _settled(compiled, node) for name, node in graph.nodes.items()}
    grants = {tool: grant_json(tool, entry) for tool, (_, entry) in sorted(flow.grants().items())}
    return Plan(
        flow=flow.name,
        entry=compiled.entry,
        nodes=nodes,
        owner=flow.owner.value if flow.owner else "",
        grants=grants,
        tools=_contracts(list(grants), project.tools),
        scalars=_scalars(nodes),
        types={name: to_json(kind) for name, kind in compiled.types.items()},
        settings=compiled.settings,
        places={name: _line(place) for name, place in graph.places.items()},
        title=flow.title.value if flow.title else flow.name,
    )


def _line(place: Place) -> str:
    return f"{place.path}:{place.line}"


def _contracts(names: list[str], tools: Mapping[str, Tool]) -> dict[str, ToolContract]:
    """The granted tools, with those that their facts and read-backs use."""
    found: dict[str, ToolContract] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in found or name not in tools:
            continue
        contract = found[name] = tools[name].contract
        waiting += [fact["tool"] for fact in contract.facts.values()]
        waiting += [contract.find["tool"]] if contract.find else []
    return dict(sorted(found.items()))


def grant_json(tool: str, entry: GrantEntry) -> Grant:
    """A grant as plans say it, each line with its author's words."""
    confirm = entry.confirm if entry.asks_customer and isinstance(entry.confirm, Expr) else None
    return Grant(
        tool=tool,
        only_if=tuple({"tree": json_of(expr), "text": _flat(expr.text.value)} for expr in entry.only_if or ()),
        limit=tuple(_limit(limit) for limit in entry.limit or ()),
        confirm=None if confirm is None else json_of(confirm),
        approve=tuple(_approval(line) for line in entry.approve or ()),
    )


def _flat(text: str) -> str:
    return " ".join(text.split())


def _limit(limit: Limit) -> dict[str, Any]:
    amount = None if limit.amount is None else {"value": str(limit.amount), "currency": limit.currency}
    return {
        "count": limit.times,
        "amount": amount,
        "subject": subject_json(limit),
        "name": _flat(limit.text.value),
        "window": limit.window.seconds if limit.window else None,
    }


def subject_json(limit: Limit) -> Any:
    """`customer` counts by its id."""
    if isinstance(limit.subject, Broken):
        return ["lit", None]
    tree = json_of(Expr(limit.text, limit.subject))
    return ["dot", tree, "id"] if tree == ["name", "customer"] else tree


def _approval(line: Approval) -> dict[str, Any]:
    said = [fallback_json(one) for one in line.fallbacks]
    return {
        **({"fallback": said} if said else {}),
        "by": line.by.value if line.by else "",
        "if": json_of(line.test) if line.test else None,
        "text": _flat(line.test.text.value) if line.test else "",
        "edit": [text.value for text in line.edit or ()],
        "remind": [span.to_json() for span in line.remind or ()],
        "within": line.within.to_json() if line.within else {"business_days": 1},
    }


def fallback_json(line: Fallback) -> dict[str, Any]:
    """The next team of a line, as plans say it."""
    return {
        "by": line.by.value if line.by else "",
        "remind": [span.to_json() for span in line.remind or ()],
        "within": line.within.to_json() if line.within else {"business_days": 1},
    }
