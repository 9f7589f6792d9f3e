"""Shapes that hold other shapes: lists, mappings by name, and one thing or another by how it is written."""

import re
from typing import Any

from engine.project.scalars import STRING, Choice, Ref, Word
from engine.project.shape import Outline, Reader, Schema, Shape
from engine.syntax import Broken, Mapping, Node, Sequence, Text

__all__ = ["Anything", "Either", "Json", "ListOf", "MapOf", "plain"]


_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


class ListOf(Shape):
    """A list. A single element may stand for a list of one where `one` is set. Broken elements are left out."""

    def __init__(self, element: Shape, *, one: bool = False, least: int = 0) -> None:
        self.element = element
        self.one = one
        self.least = least
        self.says = f"a list, each element {element.says}"

    def read(self, node: Node, reader: Reader) -> Any:
        """A list of what the elements read as."""
        if self.one and isinstance(node, Text | Mapping):
            value = self.element.read(node, reader)
            return [] if value is None else [value]
        if not isinstance(node, Sequence):
            alone = isinstance(node, Text) and isinstance(self.element, Word | Ref) and _NAME.fullmatch(node.value)
            return self.wrong(node, reader, tip=f"write `[{node.value}]`" if isinstance(node, Text) and alone else "")
        if len(node.items) < self.least:
            return self.wrong(node, reader, _few(len(node.items), self.least, "the list"))
        return [value for item in node.items if (value := self.element.read(item, reader)) is not None]

    def schema(self, outline: Outline) -> Schema:
        """An array, or its element."""
        element = self.element.schema(outline)
        listed = {"type": "array", "items": element, **({"minItems": self.least} if self.least else {})}
        return {"anyOf": [element, listed]} if self.one else listed


class MapOf(Shape):
    """A mapping whose keys are names that the author chooses; gives `{name: (key text, value)}`."""

    def __init__(self, value: Shape, *, names: Shape = STRING, what: str = "name", least: int = 0) -> None:
        self.value = value
        self.names = names
        self.least = least
        self.nests = value.nests
        self.says = f"a mapping from {what} to {value.says}"

    def read(self, node: Node, reader: Reader) -> Any:
        """Entries whose key is broken are left out; those whose value is broken stay, with None."""
        if not isinstance(node, Mapping):
            return self.wrong(node, reader)
        if len(node.entries) < self.least:
            return self.wrong(node, reader, _few(len(node.entries), self.least, "it"))
        found: dict[str, tuple[Text, Any]] = {}
        for entry in node.entries:
            name = self.names.read(entry.key, reader)
            value = self.value.read(entry.value, reader)
            if name is not None:
                found[entry.key.value] = (entry.key, value)
        return found

    def schema(self, outline: Outline) -> Schema:
        """An object. Names of a few words stand in it as properties, which editors offer."""
        made: Schema = {"type": "object", **({"minProperties": self.least} if self.least else {})}
        value = self.value.schema(outline)
        if isinstance(self.names, Choice):
            properties = {word: {"description": doc, "allOf": [value]} for word, doc in self.names.words.items()}
            return {**made, "properties": properties, "additionalProperties": False}
        return {**made, "propertyNames": self.names.schema(outline), "additionalProperties": value}


def _few(count: int, least: int, what: str) -> str:
    """The end of a finding about too few entries."""
    return f"but {what} has only {count}: at least {least} are needed" if count else f"but {what} is empty"


class Either(Shape):
    """The shape depends on whether a text, a list or a mapping stands there."""

    def __init__(
        self, says: str, *, text: Shape | None = None, items: Shape | None = None, entries: Shape | None = None
    ) -> None:
        self.says = says
        self.text, self.items, self.entries = text, items, entries

    def read(self, node: Node, reader: Reader) -> Any:
        """What the matching shape reads."""
        match node:
            case Text() if self.text:
                return self.text.read(node, reader)
            case Sequence() if self.items:
                return self.items.read(node, reader)
            case Mapping() if self.entries:
                return self.entries.read(node, reader)
        return self.wrong(node, reader)

    def schema(self, outline: Outline) -> Schema:
        """The shapes side by side."""
        return {"anyOf": [shape.schema(outline) for shape in (self.text, self.items, self.entries) if shape]}


class Anything(Shape):
    """The tree as it stands."""

    says = "anything"

    def read(self, node: Node, reader: Reader) -> Any:
        """The node itself."""
        return self.wrong(node, reader) if isinstance(node, Broken) else node

    def schema(self, outline: Outline) -> Schema:
        """Anything."""
        return {}


class Json(Shape):
    """A mapping that is data of another format, such as JSON Schema: there, plain scalars are typed as JSON is."""

    def __init__(self, says: str) -> None:
        self.says = says

    def read(self, node: Node, reader: Reader) -> Any:
        """(plain JSON, place)."""
        return (plain(node), node.place) if isinstance(node, Mapping) else self.wrong(node, reader)

    def schema(self, outline: Outline) -> Schema:
        """An object."""
        return {"type": "object"}


def plain(node: Node) -> Any:
    """A tree as plain JSON. Numbers, true, false and null are those of JSON, and only where nothing is quoted."""
    match node:
        case Mapping():
            return {entry.key.value: plain(entry.value) for entry in node.entries}
        case Sequence():
            return [plain(item) for item in node.items]
        case Text():
            return _scalar(node)
    return None


_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,14})")
_FRACTION = re.compile(r"-?(0|[1-9][0-9]{0,9})\.[0-9]{1,9}")
_WORDS = {"true": True, "false": False, "null": None}


def _scalar(text: Text) -> Any:
    word = text.value
    if text.style:
        return word
    if word in _WORDS:
        return _WORDS[word]
    if _INTEGER.fullmatch(word):
        return int(word)
    return float(word) if _FRACTION.fullmatch(word) else word
