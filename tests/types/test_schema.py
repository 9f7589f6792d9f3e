"""JSON Schema -> type: every value that is valid, and was read as the runtime reads it, belongs to the type."""

import os
from collections import Counter
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from engine.diagnostics import Place, Sink
from engine.tools.base import Unreadable
from engine.tools.typed import typed
from engine.types import (
    BOOL,
    DATE,
    DATETIME,
    DURATION,
    INTEGER,
    JSON,
    LABEL,
    NONE,
    NUMBER,
    TEXT,
    UNKNOWN,
    Type,
    enum,
    from_schema,
    list_of,
    map_of,
    money,
    optional,
    record,
)
from tests.types.given import belongs

MANY = 20_000 if os.environ.get("ENGINE_PROVE") else 1_500
LINE = {"type": "object", "properties": {"sku": {"type": "string"}}, "required": ["sku"]}
TREE = {"$ref": "#/$defs/tree"}


def thing(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        ({"type": "string"}, TEXT),
        ({"type": "boolean"}, BOOL),
        ({"type": "integer"}, INTEGER),
        ({"type": "number"}, NUMBER),
        ({"type": "null"}, NONE),
        ({"type": "string", "format": "date"}, DATE),
        ({"type": "string", "format": "date-time"}, DATETIME),
        ({"type": "string", "format": "duration"}, DURATION),
        ({"type": "string", "format": "email"}, TEXT),
        ({"type": ["string", "null"]}, optional(TEXT)),
        ({"type": ["string", "integer"]}, LABEL),
        ({"type": ["integer", "number"]}, NUMBER),
        ({"type": ["string", "object"]}, JSON),
        ({"enum": ["paid", "open"]}, enum(["paid", "open"])),
        ({"enum": ["paid", None]}, optional(enum(["paid"]))),
        ({"enum": ["2026-01-31"], "format": "date"}, DATE),
        ({"enum": [1, 2]}, NUMBER),
        ({"type": "integer", "enum": [1, 2]}, INTEGER),
        ({"enum": ["all", 5]}, LABEL),
        ({"enum": [True, False]}, BOOL),
        ({"enum": []}, JSON),
        ({"const": "paid"}, enum(["paid"])),
        ({"const": None}, NONE),
        ({"type": "number", "money": "EUR"}, money("EUR")),
        ({"type": ["number", "null"], "money": "EUR"}, optional(money("EUR"))),
        ({"money": "EUR"}, optional(money("EUR"))),
        ({"type": "integer", "money": {"currency": "currency", "minor": True}}, money(None)),
        ({"type": "array"}, list_of(JSON)),
        ({"type": "array", "items": {"type": "string"}}, list_of(TEXT)),
        ({"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}], "items": False}, list_of(LABEL)),
        ({"type": "array", "prefixItems": [{"type": "string"}]}, list_of(JSON)),
        ({"type": "object"}, JSON),
        ({"type": "object", "additionalProperties": False}, record({})),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, map_of(INTEGER)),
        ({"type": "object", "patternProperties": {"^x": {}}, "additionalProperties": {"type": "integer"}}, JSON),
        ({"type": "object", "properties": {}}, JSON),
        (LINE, record({"sku": TEXT})),
        ({**LINE, "required": []}, record({"sku": optional(TEXT)})),
        ({**LINE, "additionalProperties": True}, record({"sku": TEXT}, closed=False)),
        ({"oneOf": [{"type": "string"}, {"type": "null"}]}, optional(TEXT)),
        ({"type": "object", "anyOf": [thing(a={"type": "string"}), thing(b={"type": "integer"})]},
         record({"a": optional(TEXT), "b": optional(INTEGER)})),
        ({"allOf": [LINE, thing(amount={"type": "integer"})]}, record({"sku": TEXT, "amount": INTEGER})),
        ({"allOf": [LINE], "required": ["sku"]}, record({"sku": TEXT})),
        ({"type": "string", "allOf": [{"format": "date"}]}, DATE),
        ({"$ref": "#/$defs/line", "$defs": {"line": LINE}}, record({"sku": TEXT})),
        ({"$defs": {"line": LINE}, "type": "array", "items": {"$ref": "#/$defs/line"}}, list_of(record({"sku": TEXT}))),
        ({"$ref": "#/$defs/a~1b", "$defs": {"a/b": {"type": "integer"}}}, INTEGER),
        ({"$defs": {"tree": thing(under={"type": "array", "items": TREE})}, **TREE}, record({"under": list_of(JSON)})),
        (thing(under={"$ref": "#"}), record({"under": JSON})),
        ({}, JSON),
        (True, JSON),
        (False, JSON),
        ({"not": {"type": "string"}}, JSON),
        ({"type": "string", "nullable": True}, TEXT),
        ({"type": "what"}, JSON),
        ({"type": "object", "properties": ["a"], "required": "a"}, JSON),
        ("string", JSON),
        (None, JSON),
    ],
)  # fmt: skip
def test_types(schema: Any, kind: Type) -> None:
    sink = Sink()
    assert from_schema(schema, sink, Place("tools/shop.yaml", 1, 1, 1, 2)) == kind
    assert not sink.ordered()


@pytest.mark.parametrize(
    "reference", ["#/$defs/nowhere", "https://example.com/a.json", "#name", "#/$defs/line/properties/no", "", "nothing"]
)
def test_a_reference_that_leads_nowhere(reference: str) -> None:
    sink, place = Sink(), Place("tools/shop.yaml", 4, 7, 4, 9)
    schema = {"$defs": {"line": LINE}, "type": "array", "items": {"$ref": reference}}
    assert from_schema(schema, sink, place) == list_of(UNKNOWN)
    assert [(found.rule, found.place, found.message) for found in sink.ordered()] == [
        ("unknown-reference", place, f"`{reference}` leads nowhere in this schema")
    ]


def test_a_reference_that_leads_back_to_itself() -> None:
    sink = Sink()
    schema = {"$defs": {"tree": {"allOf": [TREE]}}, **TREE}
    assert from_schema(schema, sink, Place("tools/shop.yaml", 4, 7, 4, 9)) == JSON
    assert [found.message for found in sink.ordered()] == ["`#/$defs/tree` leads back to itself in this schema"]


def test_a_long_chain_of_references_is_cut() -> None:
    chain = {f"a{number}": {"$ref": f"#/$defs/a{number + 1}"} for number in range(2_000)}
    sink = Sink()
    schema = {"$ref": "#/$defs/a0", "$defs": {**chain, "a2000": {"type": "string"}}}
    assert from_schema(schema, sink, Place("t.yaml", 1, 1, 1, 2)) == JSON
    said = "`#/$defs/a25` stands behind 24 other references in this schema"
    assert [found.message for found in sink.ordered()] == [said]


def test_references_that_stand_for_millions_are_cut() -> None:
    """Twelve records, each of ten fields of the next: 10 ** 12 fields when written out."""
    defs: dict[str, Any] = {
        f"d{n}": thing(**{f"f{m}": {"$ref": f"#/$defs/d{n + 1}"} for m in range(10)}) for n in range(12)
    }
    defs["d12"] = {"type": "string"}
    kind = from_schema({"$defs": defs, "$ref": "#/$defs/d0"})
    assert len(str(kind)) < 2_000_000
    assert "json" in str(kind)


def test_choices_that_multiply_are_cut() -> None:
    choice = {"anyOf": [{"type": "string"}, {"type": "integer"}]}
    assert from_schema({"allOf": [choice] * 30}) == JSON


def test_a_deep_schema_is_cut() -> None:
    schema: Any = {"type": "string"}
    for _ in range(200):
        schema = {"type": "array", "items": schema}
    assert str(from_schema(schema)).count("ListType") == 25


class Schemas:
    """A random schema, and JSON that is likely to be valid under it."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.defs: dict[str, Any] = {}
        for name in ("one", "two"):
            self.defs[name] = self.record(2)

    def root(self) -> dict[str, Any]:
        return {**self.schema(3), "$defs": self.defs}

    def schema(self, depth: int) -> dict[str, Any]:
        roll = self.chance.random()
        if depth and roll < 0.15:
            word = self.chance.choice(["oneOf", "anyOf"])
            parts = [self.schema(depth - 1) for _ in range(self.chance.randint(1, 3))]
            return {word: parts, **(self.schema(0) if self.chance.random() < 0.3 else {})}
        if depth and roll < 0.22:
            return {"allOf": [self.schema(depth - 1)], **(self.schema(0) if self.chance.random() < 0.5 else {})}
        if roll < 0.3:
            return {"$ref": f"#/$defs/{self.chance.choice(['one', 'two'])}"}
        if depth and roll < 0.55:
            return self.record(depth)
        if depth and roll < 0.7:
            schema: dict[str, Any] = {"type": "array", "items": self.schema(depth - 1)}
            if self.chance.random() < 0.2:
                schema["prefixItems"] = [self.schema(depth - 1)]
            return schema
        return self.leaf()

    def record(self, depth: int) -> dict[str, Any]:
        names = self.chance.sample("abcd", self.chance.randint(0, 3))
        schema: dict[str, Any] = {"type": "object", "properties": {name: self.schema(depth - 1) for name in names}}
        schema["required"] = [name for name in names if self.chance.random() < 0.6]
        if self.chance.random() < 0.4:
            schema["additionalProperties"] = self.chance.choice([True, False, self.schema(depth - 1)])
        if self.chance.random() < 0.2:
            schema["type"] = ["object", "null"]
        return schema

    def leaf(self) -> dict[str, Any]:
        kinds = ["string", "integer", "number", "boolean", "null"]
        some: list[dict[str, Any]] = [
            {"type": self.chance.choice(kinds)},
            {"type": self.chance.sample(kinds, 2)},
            {"type": "string", "format": self.chance.choice(["date", "date-time", "duration"])},
            {"format": "date"},
            {"enum": self.chance.sample(["paid", "open", 1, None, True, "2026-01-31", "e\u0301"], 3)},
            {"type": "integer", "enum": [1, 2]},
            {"const": self.chance.choice(["paid", 1, None])},
            {"type": "number", "money": "EUR"},
            {"money": "EUR"},
            {},
        ]
        return self.chance.choice(some)

    def json(self, schema: Any, root: Any, depth: int = 5) -> Any:
        """Often valid; what is not is passed over."""
        if not isinstance(schema, dict) or depth < 0 or self.chance.random() < 0.05:
            return self.chance.choice([None, 1, Decimal("1.5"), "paid", "2026-01-31", True, [], {}, ["a"], {"a": 1}])
        if "$ref" in schema:
            return self.json(root["$defs"][schema["$ref"].rpartition("/")[2]], root, depth - 1)
        for word in ("oneOf", "anyOf", "allOf"):
            if word in schema:
                return self.json(self.chance.choice(schema[word]), root, depth - 1)
        if "enum" in schema or "const" in schema:
            return self.chance.choice(schema.get("enum") or [schema["const"]])
        given = schema.get("type", "string")
        match self.chance.choice(given) if isinstance(given, list) else given:
            case "object":
                kept = [name for name in schema["properties"] if self.chance.random() < 0.8]
                kept += [name for name in schema["required"] if name not in kept]
                found = {name: self.json(schema["properties"][name], root, depth - 1) for name in kept}
                more = schema.get("additionalProperties", True)
                return {**found, "z": self.json(more, root, depth - 1)} if self.chance.random() < 0.2 else found
            case "array":
                parts = [*schema.get("prefixItems", []), schema["items"], schema["items"]]
                return [self.json(part, root, depth - 1) for part in parts[: self.chance.randint(0, len(parts))]]
            case "string":
                made = {"date": "2026-01-31", "date-time": "2026-01-31T10:00:00Z", "duration": "P2D"}
                return made.get(schema.get("format", ""), self.chance.choice(["paid", "x", "e\u0301"]))
            case "null":
                return None
            case "boolean":
                return self.chance.random() < 0.5
            case "integer":
                return self.chance.choice([0, 1, -7, Decimal("2.0")])
        return self.chance.choice([0, 1, Decimal("2.5")])


@pytest.mark.timeout(900)
def test_every_valid_value_belongs_to_the_type() -> None:
    told = Counter[bool]()
    for seed in range(MANY):
        schemas = Schemas(Random(seed))
        root = schemas.root()
        kind = from_schema(root, Sink(), Place("tools/shop.yaml", 1, 1, 1, 2))
        for _ in range(4):
            json = schemas.json(root, root)
            try:
                value = typed(json, root)
            except Unreadable:
                continue
            told[kind == JSON] += 1
            assert belongs(value, kind), f"seed {seed}\nschema: {root}\njson: {json}\nvalue: {value!r}\ntype: {kind}"
    assert told[False] > MANY, f"too few valid values of a type that says something: {told}"
