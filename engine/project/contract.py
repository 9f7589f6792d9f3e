"""From a tool's declaration to its contract and its binding: schemas as JSON, templates as trees."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.diagnostics import Sink
from engine.plan import ToolContract
from engine.project.binding import Fields
from engine.project.bound import argument_json, json_of, lowered, record_json
from engine.project.outer import Outer
from engine.project.scalars import Expr
from engine.project.tool import Known, Retry, ToolEntry
from engine.types import Type, from_schema

__all__ = ["Tool", "argument_json", "expressions_in", "json_of", "record_json", "tool"]

_TIMEOUT = 30


@dataclass(frozen=True, slots=True, eq=False)  # each is one thing: rules find once what they ask of it
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
        case Fields(entries):
            for _, item in entries.values():
                yield from expressions_in(item)


def tool(entry: ToolEntry, name: str, sink: Sink, files: Outer) -> Tool:
    """Compiles one declaration. What is broken in it was reported; the rest stands. `files` are beyond the project's
    own: documents, and the sources of functions."""
    timezone = entry.timezone.value if entry.timezone else None
    bound = lowered(entry, sink, files)
    taken, given = (_zoned(part, timezone) if timezone else part for part in (bound.input, bound.output))
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
        source=bound.source,
    )
    required = taken.get("required")
    names = frozenset(str(item) for item in required) if isinstance(required, list) else frozenset()
    binding = {**bound.binding, "retry": _retry(entry.retry)} if entry.retry is not None else bound.binding
    return Tool(entry, contract, entry.way, binding, _type(entry.input, taken, entry, sink),
                _type(entry.output, given, entry, sink), names)  # fmt: skip


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


def _type(read: Any, schema: Mapping[str, Any], entry: ToolEntry, sink: Sink) -> Type:
    if entry.way == "openapi":
        return from_schema(schema, sink, entry.spot("openapi"))
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
    if declared is None or "idempotency" in entry.broken:
        return {}
    places = {"header": declared.header, "argument": declared.argument}
    named = {place: text.value for place, text in places.items() if text is not None}
    return {**named, "keeps": declared.keeps.seconds if declared.keeps else 0}


def _find(entry: ToolEntry) -> dict[str, Any]:
    if entry.find is None or entry.find.tool is None:
        return {}
    return {
        "tool": entry.find.tool.value,
        "arguments": _arguments(entry.find.arguments),
        "where": json_of(entry.find.where),
    }


def _retry(retry: int | Retry) -> dict[str, Any]:
    """Attempts in all, and seconds before the second one."""
    if isinstance(retry, int):
        return {"attempts": retry}
    said: dict[str, Any] = {} if retry.attempts is None else {"attempts": retry.attempts}
    return said if retry.backoff is None else {**said, "backoff": retry.backoff.seconds}
