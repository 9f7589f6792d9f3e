"""Lowering of `agent`: a hub that every call of a tool leaves and comes back to, through the gates that any call has.

The model's arguments are a value of the ticket like any other, `ID/call`, so that a read or a write that a model asks
for is the same nodes as one that a step asks for: there is no other way to a tool.
"""

from collections.abc import Mapping
from typing import Any

from engine.compile.asking import path_of
from engine.compile.calling import Asked, Write, errors
from engine.compile.graph import Site
from engine.compile.lowering import At, Lowering, names, reads, silence_json
from engine.compile.pieces import kind_type
from engine.compile.policies import policy_digest
from engine.plan import Node
from engine.project.contract import Tool, json_of
from engine.project.kind import Kind
from engine.steps.agent import Agent
from engine.types import (
    BOOL,
    DATE,
    DATETIME,
    INTEGER,
    NUMBER,
    TEXT,
    UNKNOWN,
    EnumType,
    ListType,
    MoneyType,
    Type,
    enum,
    fields_of,
    record,
)

__all__ = ["agent"]


def agent(low: Lowering, step: Agent, at: At) -> None:
    """The hub; for each tool the nodes of a call, which lead back; and a reply with a wait behind it."""
    gives = {name: _type(given, low) for name, (_, given) in (step.gives or {}).items()}
    bounds = step.bounds
    if step.goal is None or not gives or bounds is None or bounds.model_calls is None:
        low.broken(step, at)
        return
    causes = ["unsure", "exhausted", "blocked", "rejected", "late"]
    ends = {cause: low.cause(step.otherwise, cause, at, step.node) for cause in causes}
    on = {"done": at.next, "unsure": ends["unsure"], "exhausted": ends["exhausted"]}
    for tool in _tools(low, step):
        on[f"={tool.name}"] = _called(low, step, at, tool, ends)
        low.graph.hands[at.id, f"={tool.name}"] = (f"{at.id}/call", tool.input)
    if bounds.customer_turns:
        on["say"] = _said(low, step, at, ends["blocked"])
        low.graph.hands[at.id, "say"] = (f"{at.id}/text", TEXT)
    using = [path for expr in step.using or () if (path := path_of(json_of(expr))) is not None]
    collections = step.knowledge if step.knowledge is not None else low.flow.knowledge
    data: dict[str, Any] = {
        "goal": step.goal.value, "tools": {tool.name: _about(tool) for tool in _tools(low, step)}, "using": using,
        "collections": [text.value for text in collections or ()],
        "gives": {
            "type": "object", "required": sorted(gives), "additionalProperties": False,
            "properties": {name: _schema(kind) for name, kind in gives.items()},
        },
        "max": {
            "model_calls": bounds.model_calls, "customer_turns": bounds.customer_turns or 0,
            "cost": str(bounds.cost.value) if bounds.cost else None,
            **({"time": bounds.time.to_json()} if bounds.time else {}),
        },
    }  # fmt: skip
    if step.policy is not None:
        path = step.policy.value
        data["policy"] = {"path": path, "digest": policy_digest(low.document(path))}
    seen = names(*(step.using or ()))
    node = Node(
        at.id, "agent", on=on, data=data, binds=step.name.value if step.name else None,
        reads=tuple(sorted({*seen, f"{at.id}/result"})),
    )  # fmt: skip
    sites = [Site(expr, "using") for expr in step.using or ()]
    low.graph.add(node, step.part("agent"), sites=sites, gives=lambda env: record(gives))


def _type(given: Any, low: Lowering) -> Type:
    match given:
        case Kind():
            return kind_type(given, low)
        case list():
            return enum(word.value for word in given)
    return UNKNOWN


_FORMS: Mapping[Type, Any] = {
    TEXT: {"type": "string"}, NUMBER: {"type": "number"}, INTEGER: {"type": "integer"}, BOOL: {"type": "boolean"},
    DATE: {"type": "string", "format": "date"}, DATETIME: {"type": "string", "format": "date-time"},
}  # fmt: skip


def _schema(kind: Type) -> dict[str, Any]:
    """What the model is held to. A record of a tool's is not written by a model: it names its id."""
    match kind:
        case EnumType(values):
            return {"type": "string", "enum": sorted(values)}
        case MoneyType(currency):
            return {"type": "number", "money": currency or "EUR"}
        case ListType(element):
            return {"type": "array", "items": _schema(element)}
    return dict(_FORMS.get(kind, {"type": "string"}))


def _tools(low: Lowering, step: Agent) -> list[Tool]:
    named = step.named_tools
    names = sorted(low.flow.grants()) if named is None else list(dict.fromkeys(text.value for text in named))
    return [low.tools[name] for name in names if name in low.tools and low.granted(name) is not None]


def _about(tool: Tool) -> str:
    """What the model reads of it."""
    said = (tool.entry.title, tool.entry.about)
    return ". ".join(text.value.rstrip(".") for text in said if text is not None)


def _called(low: Lowering, step: Agent, at: At, tool: Tool, ends: dict[str, str]) -> str:
    grant = low.granted(tool.name)
    assert grant is not None, "only granted tools are called"
    inside = At(low.graph.reserve(f"{at.id}/{tool.name}"), at.id)
    if tool.writes:
        _Proposed(low, step, inside, tool, grant, at.id, ends).lower()
        return inside.id
    arguments = _arguments(tool, at.id)
    node = Node(
        inside.id, "read", on=dict.fromkeys(["done", "refused", *errors(tool)], at.id),
        data={"tool": tool.name, "arguments": arguments}, binds=f"{at.id}/result", reads=(f"{at.id}/call",),
        effect="read",
    )  # fmt: skip
    return low.graph.add(node, step.part("tools", "agent"), gives=lambda env: tool.output)


def _arguments(tool: Tool, hub: str) -> dict[str, Any]:
    return {name: ["dot", ["name", f"{hub}/call"], name] for name in sorted(fields_of(tool.input))}


class _Proposed(Write):
    """A write that a model asks for. What a gate, a person or the tool says of it, the model hears; a person's silence
    and a person's no end the step as its `otherwise` says."""

    def __init__(
        self, low: Lowering, step: Agent, at: At, tool: Tool, grant: Any, hub: str, ends: dict[str, str]
    ) -> None:
        super().__init__(low, step, at, tool, grant)
        self.hub = hub
        self.ends = ends

    @property
    def binds(self) -> str | None:
        """What the model sees of it."""
        return f"{self.hub}/result"

    def asked(self) -> Asked:
        """What the model said; it is held against the tool's schema when it is said."""
        arguments = _arguments(self.tool, self.hub)
        return Asked(arguments, [], reads(*arguments.values()))

    def outcome(self, cause: str) -> str:
        """Back to the model, but where people are concerned."""
        return self.ends[cause] if cause in ("late", "rejected") else self.hub


def _said(low: Lowering, step: Agent, at: At, blocked: str) -> str:
    """A text of the model's, through the guardrails, and the wait for what the customer says to it."""
    silence = silence_json(low.silence(step))
    text = ["name", f"{at.id}/text"]
    heard = low.graph.reserve(f"{at.id}/heard")
    node = Node(
        low.graph.reserve(f"{at.id}/say"), "reply", on={"done": heard, "unsure": blocked, "blocked": blocked},
        data={"texts": {"": text}}, reads=reads(text), effect="text",
    )  # fmt: skip
    branches = [{"reply": "any"}, {"time": silence["within"]}]
    wait = Node(heard, "wait", on={"1": at.id, "2": low.silent(step, at)}, data={"branches": branches})
    low.graph.add(wait, step.part("agent"))
    return low.graph.add(node, step.part("agent"))
