"""From a tool's JSON Schema to a type. What a schema leaves open is `json`; recursion is cut there too."""

from collections.abc import Mapping
from functools import reduce
from typing import Any

from engine.diagnostics import Place, Sink
from engine.types.lattice import (
    BOOL,
    DATE,
    DATETIME,
    DURATION,
    INTEGER,
    JSON,
    NONE,
    NUMBER,
    TEXT,
    UNKNOWN,
    Type,
    enum,
    list_of,
    map_of,
    money,
    optional,
    record,
)
from engine.types.questions import join

__all__ = ["from_schema"]

_SIMPLE: Mapping[str, Type] = {"boolean": BOOL, "integer": INTEGER, "number": NUMBER, "null": NONE}
_FORMATS: Mapping[str, Type] = {"date": DATE, "date-time": DATETIME, "duration": DURATION}
_DEPTH = 24


def from_schema(schema: Any, sink: Sink | None = None, place: Place | None = None) -> Type:
    """The type of what the schema admits. A `$ref` that leads nowhere is reported at `place`."""
    return _Schema(schema, sink, place).type(schema, 0, ())


class _Schema:
    def __init__(self, root: Any, sink: Sink | None, place: Place | None) -> None:
        self.root = root
        self.sink = sink
        self.place = place

    def type(self, schema: Any, depth: int, seen: tuple[str, ...]) -> Type:
        """The type of one schema; `seen` are the references that lead here."""
        if not isinstance(schema, Mapping) or depth > _DEPTH:
            return JSON
        if "$ref" in schema:
            return self._referred(str(schema["$ref"]), depth, seen)
        if "money" in schema:
            return self._nullable(schema, _money(schema["money"]))
        if "const" in schema or "enum" in schema:
            return _words([schema["const"]] if "const" in schema else schema["enum"])
        for choice in ("oneOf", "anyOf"):
            if isinstance(schema.get(choice), list) and schema[choice]:
                return reduce(join, (self.type(part, depth + 1, seen) for part in schema[choice]))
        return self._plain(schema, depth, seen)

    def _plain(self, schema: Mapping[str, Any], depth: int, seen: tuple[str, ...]) -> Type:
        given = schema.get("type")
        names = given if isinstance(given, list) else [given]
        kinds = [self._named(str(name), schema, depth, seen) for name in names if name is not None]
        return reduce(join, kinds) if kinds else JSON

    def _named(self, name: str, schema: Mapping[str, Any], depth: int, seen: tuple[str, ...]) -> Type:
        match name:
            case "string":
                return _FORMATS.get(str(schema.get("format")), TEXT)
            case "array":
                return list_of(self.type(schema.get("items", True), depth + 1, seen))
            case "object":
                return self._record(schema, depth, seen)
        return _SIMPLE.get(name, JSON)

    def _record(self, schema: Mapping[str, Any], depth: int, seen: tuple[str, ...]) -> Type:
        properties = schema.get("properties")
        more = schema.get("additionalProperties")
        if not isinstance(properties, Mapping):
            return map_of(self.type(more, depth + 1, seen)) if isinstance(more, Mapping) else JSON
        needed = schema.get("required")
        needed = needed if isinstance(needed, list) else []
        fields = {}
        for name, part in properties.items():
            kind = self.type(part, depth + 1, seen)
            fields[str(name)] = kind if name in needed else optional(kind)
        return record(fields)

    def _nullable(self, schema: Mapping[str, Any], kind: Type) -> Type:
        given = schema.get("type")
        return optional(kind) if isinstance(given, list) and "null" in given else kind

    def _referred(self, reference: str, depth: int, seen: tuple[str, ...]) -> Type:
        if reference in seen:
            return JSON
        found = self.root
        for part in reference.removeprefix("#").strip("/").split("/") if reference.startswith("#") else ["?"]:
            part = part.replace("~1", "/").replace("~0", "~")
            found = found.get(part) if isinstance(found, Mapping) and part else (found if not part else None)
        if found is None:
            if self.sink is not None and self.place is not None:
                self.sink.error("unknown-reference", self.place, f"`{reference}` leads nowhere in this schema")
            return UNKNOWN
        return self.type(found, depth + 1, (*seen, reference))


def _money(said: Any) -> Type:
    currency = said.get("currency") if isinstance(said, Mapping) else said
    literal = isinstance(currency, str) and len(currency) == 3 and currency.isascii() and currency.isupper()
    return money(str(currency) if literal else None)


def _words(values: Any) -> Type:
    words = [value for value in values if isinstance(value, str)] if isinstance(values, list) else []
    if not isinstance(values, list) or not all(value is None or isinstance(value, str) for value in values):
        return JSON
    return optional(enum(words)) if None in values else enum(words)
