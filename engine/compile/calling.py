"""Lowering of `tool`: a read is one node; a write is its proposal, a node for each gate, then the call."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from engine.compile.graph import VALUE, Placed, Site
from engine.compile.lowering import At, Lowering, names, silence_json
from engine.plan import Node
from engine.project.binding import Fields
from engine.project.contract import Tool, argument_json, expressions_in, json_of, record_json
from engine.project.grant import Approval, GrantEntry
from engine.project.scalars import Expr, amount, decimal
from engine.steps.agent import Agent
from engine.steps.tool import Call
from engine.types import BOOL, NUMBER, ListType, MoneyType, Type, field_of, is_subtype, required

__all__ = ["Asked", "Write", "call", "errors", "typed_literal"]


def call(low: Lowering, step: Call, at: At) -> None:
    """A call that is not granted, or of a tool that does not exist, goes to people."""
    tool = low.tools.get(step.tool.value) if step.tool else None
    granted = low.granted(tool.name) if tool else None
    if tool is None or granted is None:
        low.broken(step, at)
    elif tool.writes:
        Write(low, step, at, tool, granted).lower()
    else:
        _read(low, step, at, tool)


def _arguments(step: Call, tool: Tool) -> dict[str, Any]:
    return {
        name: typed_literal(value, field_of(tool.input, name))
        for name, (_, value) in sorted((step.arguments or {}).items())
    }


def typed_literal(value: Any, wanted: Type | None) -> Any:
    """A plain word where the tool wants a number, an amount or a bool is one: scalars are typed by their place."""
    tree = argument_json(value)
    wanted = required(wanted) if wanted is not None else None
    match value:
        case list():
            element = wanted.element if isinstance(wanted, ListType) else None
            return ["list", *(typed_literal(item, element) for item in value)]
        case Fields(entries):
            inside = ((name, item, _field(wanted, name)) for name, (_, item) in entries.items())
            return record_json({name: typed_literal(item, kind) for name, item, kind in inside})
    if wanted is None or not isinstance(value, Expr) or tree[:1] != ["lit"] or not isinstance(tree[1], str):
        return tree
    if is_subtype(wanted, NUMBER) and decimal(tree[1]) is not None:
        return ["num", tree[1].strip()]
    if isinstance(wanted, MoneyType):
        said = amount(value.text)
        fits = said is not None and wanted.currency in (None, said.currency)
        return ["money", value.text.value.split()[0], said.currency] if said is not None and fits else tree
    if is_subtype(wanted, BOOL) and tree[1] in ("true", "false"):
        return ["lit", tree[1] == "true"]
    return tree


def _field(kind: Type | None, name: str) -> Type | None:
    return field_of(kind, name) if kind is not None else None


def _names(step: Call) -> tuple[str, ...]:
    return names(*(expr for _, value in (step.arguments or {}).values() for expr in expressions_in(value)))


def _sites(step: Call, tool: Tool) -> list[Site]:
    arguments = (step.arguments or {}).items()
    return [
        site
        for name, (_, value) in arguments
        for site in _sites_in(value, field_of(tool.input, name), name, f"`{name}` of `{tool.name}`", tool)
    ]


def _sites_in(value: Any, wanted: Type | None, path: str, what: str, tool: Tool) -> Iterator[Site]:
    """The expressions of an argument, with the types that the tool's schema gives them."""
    inner = required(wanted) if wanted is not None else None
    match value:
        case Expr():
            if typed_literal(value, wanted) == argument_json(value):
                yield Site(value, VALUE, wanted, what)
        case list():
            element = inner.element if isinstance(inner, ListType) else None
            for item in value:
                yield from _sites_in(item, element, path, f"an element of `{path}` of `{tool.name}`", tool)
        case Fields(entries):
            for name, (_, item) in entries.items():
                below = f"{path}.{name}"
                yield from _sites_in(item, _field(inner, name), below, f"`{below}` of `{tool.name}`", tool)


def errors(tool: Tool) -> list[str]:
    """Every declared error has an edge, so that what a tool can say is all in the graph."""
    return [*tool.contract.errors, "else"]


def _read(low: Lowering, step: Call, at: At, tool: Tool) -> None:
    arguments = _arguments(step, tool)
    on = {"done": at.next, **low.outcomes(step, at, ["refused", *errors(tool)])}
    node = Node(
        at.id, "read", on=on, data={"tool": tool.name, "arguments": arguments},
        binds=step.name.value if step.name else None, reads=_names(step), effect="read",
    )  # fmt: skip
    low.graph.add(node, step.part("tool"), sites=_sites(step, tool), gives=lambda env: tool.output)


class Asked(NamedTuple):
    """What a call hands over."""

    arguments: dict[str, Any]
    sites: list[Site]
    """The expressions in them."""
    reads: tuple[str, ...]
    """The names that these read."""


class Write:
    """One write on its way to nodes. The ids of the gates are made of the step's own."""

    def __init__(self, low: Lowering, step: Call | Agent, at: At, tool: Tool, grant: GrantEntry) -> None:
        self.low = low
        self.step = step
        self.at = at
        self.tool = tool
        self.grant = grant

    @property
    def part(self) -> Placed:
        """What asks for the call."""
        return self.step.part("tool", "agent")

    @property
    def binds(self) -> str | None:
        """The name of the result."""
        return self.step.name.value if self.step.name else None

    def asked(self) -> Asked:
        """What is handed over."""
        assert isinstance(self.step, Call)
        return Asked(_arguments(self.step, self.tool), _sites(self.step, self.tool), _names(self.step))

    def lower(self) -> None:
        """From the last node to the first, since each needs the id of the next."""
        following = self._call()
        for number, line in reversed(list(enumerate(self.grant.approve or (), 1))):
            following = self._approve(number, line, following)
        if self.grant.asks_customer:
            following = self._confirm(following)
        if self.grant.limit:
            following = self._limit(following)
        for number, expr in reversed(list(enumerate(self.grant.only_if or (), 1))):
            following = self._only_if(number, expr.text, following)
        self._propose(following)

    def outcome(self, cause: str) -> str:
        """One node a cause and step, whichever gate leads to it."""
        name = f"{self.at.id}/otherwise.{cause}"
        if name in self.low.graph.nodes:
            return name
        return self.low.cause(self.step.otherwise, cause, self.at, self.step.node)

    def _gate(
        self, name: str, part: Placed, on: dict[str, str], data: dict[str, Any], gives: str, effect: str | None = None
    ) -> str:
        made = self.low.graph.reserve(f"{self.at.id}/{name}")
        node = Node(
            made, "gate", on=on, data={"intent": self.at.id, **data}, establishes=(gives,), effect=effect
        )  # fmt: skip
        return self.low.graph.add(node, part)

    def _propose(self, following: str) -> None:
        asked = self.asked()
        node = Node(
            self.at.id, "propose", on={"done": following, "else": self.outcome("else")},
            data={"tool": self.tool.name, "arguments": asked.arguments}, reads=asked.reads,
        )  # fmt: skip
        self.low.graph.add(node, self.part, sites=asked.sites)

    def _only_if(self, number: int, part: Placed, following: str) -> str:
        on = {"pass": following, "refused": self.outcome("refused")}
        return self._gate(f"only_if.{number}", part, on, {"gate": "only_if", "line": number}, "only_if")

    def _limit(self, following: str) -> str:
        on = {"pass": following, "refused": self.outcome("refused")}
        return self._gate("limit", self.grant.part("limit"), on, {"gate": "limit", "line": 0}, "limit")

    def _confirm(self, following: str) -> str:
        on = {"pass": following, "declined": self.outcome("declined"), "silent": self.low.silent(self.step, self.at)}
        expr = self.grant.confirm
        data = {
            "gate": "confirm",
            "line": 0,
            "text": json_of(expr if isinstance(expr, Expr) else None),
            "silence": silence_json(self.low.silence(self.step)),
        }
        return self._gate("confirm", self.grant.part("confirm"), on, data, "consent", "text")

    def _approve(self, number: int, line: Approval, following: str) -> str:
        own = line.otherwise
        at = At(f"{self.at.id}/approve.{number}", self.at.next)
        if own is not None and id(line) in self.low.lines:  # its own way out asks for the same again, without end
            self.low.graph.beyond = self.low.graph.beyond or line.place
            own = None
        self.low.lines.append(id(line))
        late = self.low.cause(own, "late", at, line.node) if own else ""
        if own and "rejected" in own.causes:
            rejected = self.low.cause(own, "rejected", at, line.node)
        else:
            rejected = self.outcome("rejected")
        self.low.lines.pop()
        on = {"pass": following, "rejected": rejected, "late": late or self.outcome("late")}
        data = {
            "gate": "approve",
            "line": number,
            "team": line.by.value if line.by else "",
            "deadline": line.within.to_json() if line.within else {"business_days": 1},
            "remind": [span.to_json() for span in line.remind or ()],
        }
        if line.fallbacks:
            data["then"] = [one.by.value if one.by else "" for one in line.fallbacks]
        return self._gate(f"approve.{number}", line.node, on, data, "approval")

    def _call(self) -> str:
        made = self.low.graph.reserve(f"{self.at.id}/call")
        causes = ["refused", *errors(self.tool)]
        on = {"done": self.at.next, **{cause: self.outcome(cause) for cause in causes}}
        node = Node(
            made, "call", on=on, data={"tool": self.tool.name, "intent": self.at.id},
            binds=self.binds, effect=self.tool.contract.effect,
        )  # fmt: skip
        return self.low.graph.add(node, self.part, gives=lambda env: self.tool.output)
