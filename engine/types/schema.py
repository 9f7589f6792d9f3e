"""From a tool's JSON Schema to a type that every value has which is valid and was read (`engine.tools.typed`).

References, `allOf` and the branches of `oneOf` and `anyOf` are laid over each other as reading does. What a schema
leaves open is `json`, and so is what is recursive, too deep or too large. Keywords that only narrow (`pattern`, `not`,
`if`, `minimum`) say nothing about a type.
"""

import unicodedata
from collections.abc import Iterable, Mapping
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
from engine.types.questions import union

__all__ = ["from_schema"]

_SIMPLE: Mapping[str, Type] = {"boolean": BOOL, "integer": INTEGER, "number": NUMBER, "null": NONE}
_FORMATS: Mapping[str, Type] = {"date": DATE, "date-time": DATETIME, "duration": DURATION}
_LAYERS = ("$ref", "allOf", "oneOf", "anyOf")
_DEPTH = 24
_PARTS = 5_000
"""Schemas that are looked at: a few references within each other can stand for millions."""
_WAYS = 32
"""Ways to choose among branches within each other."""

Shape = tuple[Mapping[str, Any] | None, tuple[str, ...]]
"""A schema without references and choices (None: nothing is known of it), and the references that lead to it."""


def from_schema(schema: Any, sink: Sink | None = None, place: Place | None = None) -> Type:
    """The type of what the schema admits. A `$ref` that leads nowhere is reported at `place`."""
    return _Schema(schema, sink, place).type(schema, 0, ())


class _Schema:
    def __init__(self, root: Any, sink: Sink | None, place: Place | None) -> None:
        self.root = root
        self.sink = sink
        self.place = place
        self.seen = 0

    def type(self, schema: Any, depth: int, path: tuple[str, ...]) -> Type:
        """The type of one schema; `path` are the references that lead here."""
        self.seen += 1
        if depth > _DEPTH or self.seen > _PARTS:
            return JSON
        shapes = self._shapes(schema, path, len(path))
        return _united(self._shaped(shape, depth) for shape in shapes) if shapes else JSON

    def _shapes(self, schema: Any, path: tuple[str, ...], start: int) -> list[Shape]:
        """One for each way to choose among its branches; none where they are too many or turn in a circle.

        References from `start` on in the path were followed within this one value.
        """
        self.seen += 1
        if self.seen > _PARTS:
            return []
        if not isinstance(schema, Mapping):
            return [(None if schema is UNKNOWN else {}, path)]
        found: list[Shape] = [({key: part for key, part in schema.items() if key not in _LAYERS}, path)]
        layers = [[(part, path)] for part in _listed(schema.get("allOf"))]
        choices = (_listed(schema.get(key)) for key in ("oneOf", "anyOf"))
        layers += [[(part, path) for part in parts] for parts in choices if parts]
        if "$ref" in schema:
            reference = str(schema["$ref"])
            if reference in path[start:]:
                self._wrong(f"`{reference}` leads back to itself in this schema")
            if len(path) - start > _DEPTH:
                self._wrong(f"`{reference}` stands behind {_DEPTH} other references in this schema")
            if reference in path or reference == "#" or len(path) - start > _DEPTH:
                return []
            layers.insert(0, [(self._referred(reference), (*path, reference))])
        for layer in layers:
            parts = [self._shapes(part, inside, start) for part, inside in layer]
            below = [shape for shapes in parts for shape in shapes]
            if not all(parts) or len(found) * len(below) > _WAYS:
                return []
            found = [_over(upper, lower) for upper in found for lower in below]
        return found

    def _referred(self, reference: str) -> Any:
        """What a reference names; the type `unknown`, once it is reported, where it leads nowhere."""
        found = self.root
        for part in reference.removeprefix("#/").split("/") if reference.startswith("#/") else ["?"]:
            part = part.replace("~1", "/").replace("~0", "~")
            found = found.get(part) if isinstance(found, Mapping) else None
        if found is None:
            self._wrong(f"`{reference}` leads nowhere in this schema")
            return UNKNOWN
        return found

    def _wrong(self, message: str) -> None:
        if self.sink is not None and self.place is not None:
            self.sink.error("unknown-reference", self.place, message)

    def _shaped(self, whole: Shape, depth: int) -> Type:
        shape, path = whole
        if shape is None:
            return UNKNOWN
        given = shape.get("type")
        names = [str(name) for name in (given if isinstance(given, list) else [given]) if name is not None]
        if shape.get("money") is not None:
            kind = _money(shape["money"])
            return kind if names and "null" not in names else optional(kind)
        if "const" in shape or isinstance(shape.get("enum"), list):
            return _words([shape["const"]] if "const" in shape else shape["enum"], shape, names)
        return _united(self._named(name, shape, depth, path) for name in names) if names else JSON

    def _named(self, name: str, shape: Mapping[str, Any], depth: int, path: tuple[str, ...]) -> Type:
        match name:
            case "string":
                return _FORMATS.get(str(shape.get("format")), TEXT)
            case "array":
                return list_of(self._element(shape, depth, path))
            case "object":
                return self._record(shape, depth, path)
        return _SIMPLE.get(name, JSON)

    def _element(self, shape: Mapping[str, Any], depth: int, path: tuple[str, ...]) -> Type:
        first, rest = _listed(shape.get("prefixItems")), shape.get("items", True)
        parts = first if first and rest is False else [*first, rest]
        return _united(self.type(part, depth + 1, path) for part in parts)

    def _record(self, shape: Mapping[str, Any], depth: int, path: tuple[str, ...]) -> Type:
        properties = shape.get("properties")
        properties = properties if isinstance(properties, Mapping) else {}
        more = shape.get("additionalProperties", not properties)
        if not properties and more is not False:
            plain = isinstance(more, Mapping) and "patternProperties" not in shape
            return map_of(self.type(more, depth + 1, path)) if plain else JSON
        needed = _listed(shape.get("required"))
        fields = {}
        for name, part in properties.items():
            kind = self.type(part, depth + 1, path)
            fields[_normal(str(name))] = kind if name in needed else optional(kind)
        return record(fields, closed=more is False)


def _over(upper: Shape, lower: Shape) -> Shape:
    """One shape laid over another: it says what both say of the same, and needs what either needs."""
    mine, other = upper[0], lower[0]
    path = tuple(dict.fromkeys((*upper[1], *lower[1])))
    if mine is None or other is None:
        return None, path
    whole = {**other, **mine}
    if "properties" in mine and "properties" in other:
        whole["properties"] = {**_mapping(other["properties"]), **_mapping(mine["properties"])}
    whole["required"] = [*_listed(mine.get("required")), *_listed(other.get("required"))]
    return whole, path


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _united(kinds: Iterable[Type]) -> Type:
    return reduce(union, kinds)


def _money(said: Any) -> Type:
    currency = said.get("currency") if isinstance(said, Mapping) else said
    literal = isinstance(currency, str) and len(currency) == 3 and currency.isascii() and currency.isupper()
    return money(str(currency) if literal else None)


def _words(values: list[Any], shape: Mapping[str, Any], names: list[str]) -> Type:
    """The values that are listed. A whole number may be read as a decimal one, unless its type says `integer`."""
    texts = [_normal(value) for value in values if isinstance(value, str)]
    kinds = [_FORMATS.get(str(shape.get("format")), enum(texts))] if texts else []
    for value in values:
        match value:
            case None:
                kinds.append(NONE)
            case bool():
                kinds.append(BOOL)
            case int() | float():
                kinds.append(INTEGER if "integer" in names and "number" not in names else NUMBER)
            case str():
                pass
            case _:
                kinds.append(JSON)
    return _united(kinds) if kinds else JSON


def _normal(text: str) -> str:
    """As texts are read."""
    return unicodedata.normalize("NFC", text)
