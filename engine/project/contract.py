"""From a tool's declaration to its contract and its binding: schemas as JSON, templates as trees."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.diagnostics import Sink
from engine.expressions import to_json
from engine.plan import ToolContract
from engine.project.scalars import Expr
from engine.project.tool import Known, Retry, ToolEntry
from engine.syntax import Broken
from engine.types import Type, from_schema

__all__ = ["Tool", "argument_json", "expressions_in", "json_of", "tool"]

_TIMEOUT = 30
BROKEN = ["lit", None]
"""What a broken expression lowers to: nothing passes a gate on it, and its project does not validate."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool of the project: its declaration, what flows rely on, and how it is called."""

    entry: ToolEntry
    contract: ToolContract
    kind: str
    binding: Mapping[str, Any]
    input: Type
    output: Type
    required: frozenset[str] = field(default_factory=frozenset)
    """Arguments that a call can't go without."""

    @property
    def name(self) -> str:
        """Its name, such as `orders.get`."""
        return self.contract.tool

    @property
    def writes(self) -> bool:
        """Whether a call changes the world."""
        return self.contract.effect != "read"


def json_of(expr: Expr | None) -> Any:
    """An expression as it stands in a plan."""
    return BROKEN if expr is None or isinstance(expr.tree, Broken) else to_json(expr.tree)


def argument_json(value: Any) -> Any:
    """An argument as one tree."""
    match value:
        case Expr():
            return json_of(value)
        case list():
            return ["list", *map(argument_json, value)]
    return BROKEN


def expressions_in(value: Any) -> Iterator[Expr]:
    """Every expression within an argument."""
    match value:
        case Expr():
            yield value
        case list():
            for item in value:
                yield from expressions_in(item)
        case dict():
            for item in value.values():
                yield from expressions_in(item)


def tool(entry: ToolEntry, name: str, sink: Sink) -> Tool:
    """Compiles one declaration. What is broken in it was reported; the rest stands."""
    timezone = entry.timezone.value if entry.timezone else None
    taken = _schema(entry.input, timezone)
    given = _schema(entry.output, timezone)
    contract = ToolContract(
        tool=name,
        effect=entry.effect.value if entry.effect else "irreversible",
        input=taken,
        output=given,
        facts=_facts(entry),
        errors={error: _known(known) for error, (_, known) in sorted((entry.errors or {}).items())},
        idempotency=_idempotency(entry),
        find=_find(entry),
        timeout=max(1, entry.timeout.seconds) if entry.timeout else _TIMEOUT,
    )
    required = taken.get("required")
    names = frozenset(str(item) for item in required) if isinstance(required, list) else frozenset()
    return Tool(entry, contract, "http", _binding(entry), _type(entry.input, taken, sink),
                _type(entry.output, given, sink), names)  # fmt: skip


def _schema(read: Any, timezone: str | None) -> dict[str, Any]:
    schema = read[0] if read else {}
    return _zoned(schema, timezone) if timezone else schema


def _zoned(schema: Any, timezone: str) -> Any:
    """The tool's time zone at every date-time, so that the schema alone says how to read one without an offset."""
    if isinstance(schema, list):
        return [_zoned(item, timezone) for item in schema]
    if not isinstance(schema, dict):
        return schema
    inside = {name: _zoned(item, timezone) for name, item in schema.items()}
    if inside.get("format") == "date-time":
        inside.setdefault("timezone", timezone)
    return inside


def _type(read: Any, schema: Mapping[str, Any], sink: Sink) -> Type:
    return from_schema(schema, sink, read[1]) if read else from_schema({})


def _facts(entry: ToolEntry) -> dict[str, Any]:
    return {
        name: {"tool": fact.tool.value if fact.tool else "", "arguments": _arguments(fact.arguments)}
        for name, (_, fact) in sorted((entry.facts or {}).items())
        if fact is not None
    }


def _arguments(arguments: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: argument_json(value) for name, (_, value) in sorted((arguments or {}).items())}


def _known(known: Known | None) -> dict[str, Any]:
    if known is None:
        return {}
    said: dict[str, Any] = {"not_done": known.not_done is not None and known.not_done.value == "true"}
    if known.status:
        said["status"] = known.status[0] if len(known.status) == 1 else list(known.status)
    if known.body:
        said["body"] = known.body.value
    return said


def _idempotency(entry: ToolEntry) -> dict[str, Any]:
    declared = entry.idempotency
    if declared is not None and declared.header is not None:
        return {"header": declared.header.value, "keeps": declared.keeps.seconds if declared.keeps else 0}
    return {}


def _find(entry: ToolEntry) -> dict[str, Any]:
    if entry.find is None or entry.find.tool is None:
        return {}
    return {
        "tool": entry.find.tool.value,
        "arguments": _arguments(entry.find.arguments),
        "where": json_of(entry.find.where),
    }


def _binding(entry: ToolEntry) -> dict[str, Any]:
    http = entry.http
    if http is None:
        return {}
    binding: dict[str, Any] = {
        "kind": "http",
        "method": http.method.value if http.method else "GET",
        "url": json_of(http.url),
    }
    for name, parts in (("headers", http.headers), ("query", http.query)):
        if parts:
            binding[name] = {key: json_of(value) for key, (_, value) in sorted(parts.items())}
    if http.json is not None:
        binding["json"] = _body(http.json)
    if entry.retry is not None:
        binding["retry"] = _retry(entry.retry)
    return binding


def _body(value: Any) -> dict[str, Any]:
    """{"tree": tree}, {"map": {key: body}} or {"list": [body]}, as `engine.tools.http` takes it."""
    match value:
        case list():
            return {"list": [_body(item) for item in value]}
        case dict():
            return {"map": {name: _body(item) for name, item in value.items()}}
    return {"tree": argument_json(value)}


def _retry(retry: int | Retry) -> dict[str, Any]:
    """Attempts in all, and seconds before the second one."""
    if isinstance(retry, int):
        return {"attempts": retry}
    said: dict[str, Any] = {} if retry.attempts is None else {"attempts": retry.attempts}
    return said if retry.backoff is None else {**said, "backoff": retry.backoff.seconds}
