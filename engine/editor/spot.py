"""What stands at a place of a file, and which parts of the schema hold there.

The schema says of each place which keys, words and references it may have: the same declarations that the reader walks.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from engine.project.shape import Schema
from engine.schema import document
from engine.syntax import Mapping as Record
from engine.syntax import Node, Nothing, Sequence, Text

__all__ = ["Spot", "find", "kind_of", "offered"]

_SCALARS = frozenset({"string", "number", "integer", "boolean"})


class Spot(NamedTuple):
    """A text of a file with its surroundings."""

    text: Text
    is_key: bool
    schemas: list[Schema]
    """Of a value, those that it may have; of a key, those of the record that it stands in."""
    records: tuple[Record, ...]
    """The records around it, the innermost last."""
    keys: tuple[str, ...]
    """The keys that lead to it, those of the records around it first, its own last."""

    def word(self, *names: str, outwards: int = 0) -> str | None:
        """The text behind the first of these keys in a record around."""
        if len(self.records) <= outwards:
            return None
        values = (self.records[-1 - outwards].get(name) for name in names)
        return next((value.value for value in values if isinstance(value, Text)), None)


def kind_of(path: str) -> str | None:
    """Which schema a file of a project has, by its path below the root."""
    if path == "engine.yaml":
        return "engine"
    folder, _, name = path.rpartition("/")
    if not name.endswith(".yaml") or name.endswith(".test.yaml"):
        return None
    return {"flows": "flow", "tools": "tools"}.get(folder)


def find(kind: str, root: Node, wanted: Callable[[Text], bool]) -> Spot | None:
    """The first text of a file that is wanted."""
    whole = schema(kind)
    return _Walk(whole["definitions"], wanted).node(root, expanded(whole, whole["definitions"]), (), ())


@cache
def schema(kind: str) -> Schema:
    """Made once a process."""
    return document(kind)


def expanded(schema: Schema, definitions: Mapping[str, Schema]) -> list[Schema]:
    """The plain schemas that one comes to: without references and choices."""
    if "$ref" in schema:
        return expanded(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    parts = [*schema.get("allOf", ()), *schema.get("anyOf", ())]
    inner = [one for part in parts for one in expanded(part, definitions)]
    return [*([schema] if "type" in schema or "enum" in schema else []), *inner]


def _fits(schema: Schema, node: Node) -> bool:
    kind = schema.get("type", ())
    kinds = {kind} if isinstance(kind, str) else set(kind)
    match node:
        case Record():
            return "object" in kinds
        case Sequence():
            return "array" in kinds
        case Text() | Nothing():
            return bool(kinds & _SCALARS) or "enum" in schema
    return False


def _chosen(schemas: list[Schema], node: Record) -> list[Schema]:
    """Of records that differ by a word, those whose word stands there; all of them as long as none does."""
    there = {entry.key.value for entry in node.entries}
    told = [one for one in schemas if one.get("required", [""])[0] in there]
    return told or schemas


class _Walk:
    def __init__(self, definitions: Mapping[str, Schema], wanted: Callable[[Text], bool]) -> None:
        self.definitions = definitions
        self.wanted = wanted

    def node(
        self, node: Node, schemas: list[Schema], records: tuple[Record, ...], keys: tuple[str, ...]
    ) -> Spot | None:
        match node:
            case Text():
                return Spot(node, False, schemas, records, keys) if self.wanted(node) else None
            case Sequence():
                items = [one["items"] for one in schemas if _fits(one, node) and "items" in one]
                inner = [one for item in items for one in expanded(item, self.definitions)]
                return self.first(self.node(item, inner, records, keys) for item in node.items)
            case Record():
                fitting = _chosen([one for one in schemas if _fits(one, node)], node)
                return self.first(self.entries(node, fitting, records, keys))
        return None

    def entries(
        self, node: Record, schemas: list[Schema], records: tuple[Record, ...], keys: tuple[str, ...]
    ) -> Iterator[Spot | None]:
        within = (*records, node)
        for entry in node.entries:
            path = (*keys, entry.key.value)
            if self.wanted(entry.key):
                yield Spot(entry.key, True, schemas, within, path)
            values = [self.value(one, entry.key.value) for one in schemas]
            inner = [one for value in values if value for one in expanded(value, self.definitions)]
            yield self.node(entry.value, inner, within, path)

    @staticmethod
    def value(schema: Schema, key: str) -> Schema | None:
        rest: Any = schema.get("additionalProperties")
        found: Schema | None = schema.get("properties", {}).get(key, rest if isinstance(rest, dict) else None)
        return found

    @staticmethod
    def first(found: Iterator[Spot | None]) -> Spot | None:
        return next((spot for spot in found if spot is not None), None)


def offered(schemas: list[Schema]) -> dict[str, str]:
    """The keys that records of these schemas may have, with their descriptions. Where several kinds of record are
    possible still, each offers the word that makes it one."""
    found: dict[str, str] = {}
    for one in schemas:
        properties = one.get("properties", {})
        words = one["required"][:1] if len(schemas) > 1 and one.get("required") else [*properties]
        for word in words:
            found.setdefault(word, properties[word].get("description", ""))
    return found
