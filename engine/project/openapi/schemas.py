"""Schemas of a document as ours: JSON Schema 2020-12, with those parts alone that a call relies on.

`nullable` (3.0) becomes a type, references into the document become `$defs` of the one schema, as far as they are
needed. What only describes is left out. Documents are read kindly where vendors write them loosely: of `oneOf`, more
than one branch may hold, and an answer may have fields that its schema excludes.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from engine import patterns
from engine.project.containers import plain
from engine.project.openapi.document import Document
from engine.syntax import Mapping as MappingNode
from engine.syntax import Text

__all__ = ["LARGEST", "Outside", "Schemas"]

LARGEST: Final = 48_000
"""Characters of a schema as JSON: it stands in every plan that uses the tool."""
_PARTS: Final = 4_000
_FORMATS: Final = ("date", "date-time", "duration", "email", "uri", "uuid")
_SAME: Final = (
    "type", "const", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength",
    "maxLength", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties",
)  # fmt: skip
_WORDS: Final = 300
"""Characters of a description."""


class Outside(Exception):
    """The tool's file says something that the operation does not have."""

    def __init__(self, message: str, text: Text | None = None, known: Any = ()) -> None:
        super().__init__(message)
        self.message = message
        self.text = text
        self.known = list(known)


class Schemas:
    """The schemas of one side of an operation; what they refer to collects in `defs`."""

    def __init__(self, document: Document, *, answer: bool) -> None:
        self.document = document
        self.answer = answer
        self.defs: dict[str, Any] = {}
        self._names: dict[str, str] = {}
        self._count = 0

    def finished(self, schema: dict[str, Any]) -> dict[str, Any]:
        """With the parts that it refers to."""
        return {**schema, "$defs": dict(sorted(self.defs.items()))} if self.defs else schema

    def schema(self, raw: Any) -> Any:
        """One schema of the document as ours."""
        self._count += 1
        if self._count > _PARTS:
            raise Outside("is too large as a whole")
        if isinstance(raw, bool):
            return raw
        if not isinstance(raw, Mapping):
            return {}
        if isinstance(raw.get("$ref"), str):
            return self._nullable(raw, {"$ref": self._referred(raw["$ref"])})
        made: dict[str, Any] = {word: raw[word] for word in _SAME if word in raw}
        self._bounds(raw, made)
        self._described(raw, made)
        if isinstance(raw.get("enum"), list) and raw["enum"]:
            made["enum"] = list(raw["enum"])
        for word in ("allOf", "anyOf", "oneOf"):
            if isinstance(raw.get(word), list) and raw[word]:
                made.setdefault("anyOf" if word == "oneOf" else word, [self.schema(part) for part in raw[word]])
        if isinstance(raw.get("items"), Mapping | bool):
            made["items"] = self.schema(raw["items"])
        self._record(raw, made)
        return self._nullable(raw, made)

    def _described(self, raw: Mapping[str, Any], made: dict[str, Any]) -> None:
        if raw.get("format") in _FORMATS and raw.get("type") in ("string", ["string", "null"], None):
            made["format"] = raw["format"]
        pattern = raw.get("pattern")
        if isinstance(pattern, str) and not self.answer and _compiles(pattern):
            made["pattern"] = pattern
        if isinstance(raw.get("description"), str) and not self.answer:
            made["description"] = " ".join(re.sub(r"<[^<>]*>", "", raw["description"]).split())[:_WORDS]

    def _record(self, raw: Mapping[str, Any], made: dict[str, Any]) -> None:
        properties = raw.get("properties")
        if isinstance(properties, Mapping):
            shown = {str(name): part for name, part in properties.items() if not self._hidden(part)}
            made["properties"] = {name: self.schema(part) for name, part in shown.items()}
            made.setdefault("type", "object")
        more = raw.get("additionalProperties")
        if isinstance(more, Mapping):
            made["additionalProperties"] = self.schema(more)
        elif isinstance(more, bool) and (more or not self.answer):
            made["additionalProperties"] = more
        if isinstance(raw.get("required"), list):
            named = made.get("properties", {})
            required = [str(name) for name in raw["required"] if name in named or not named]
            if required:
                made["required"] = required

    def _hidden(self, part: Any) -> bool:
        """What the server alone sets is no argument, and what it never tells no answer."""
        found = self.document.resolved(part)
        return isinstance(found, Mapping) and found.get("writeOnly" if self.answer else "readOnly") is True

    @staticmethod
    def _bounds(raw: Mapping[str, Any], made: dict[str, Any]) -> None:
        """In 3.0 an exclusive bound is a flag beside the bound."""
        for flag, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
            if isinstance(raw.get(flag), bool):
                del made[flag]
                if raw[flag] and bound in made:
                    made[flag] = made.pop(bound)

    @staticmethod
    def _nullable(raw: Mapping[str, Any], made: dict[str, Any]) -> dict[str, Any]:
        if raw.get("nullable") is not True:
            return made
        if isinstance(made.get("type"), str) and not {"allOf", "anyOf", "const"} & made.keys():
            enum = {"enum": [*made["enum"], None]} if "enum" in made and None not in made["enum"] else {}
            return {**made, "type": [made["type"], "null"], **enum}
        return {"anyOf": [made, {"type": "null"}]}

    def _referred(self, reference: str) -> str:
        if reference not in self._names:
            word = re.sub(r"[^A-Za-z0-9_.-]", "_", reference.rpartition("/")[2]) or "part"
            name = word if word not in self.defs else f"{word}_{len(self.defs)}"
            self._names[reference], self.defs[name] = name, {}
            self.defs[name] = self.schema(self.document.at(reference))
        return f"#/$defs/{self._names[reference]}"

    def flat(self, raw: Any) -> dict[str, Any]:
        """A schema without references and `allOf` around its record: what it says of its fields, in one place."""
        raw = self.document.resolved(raw)
        if not isinstance(raw, Mapping):
            return {}
        found = {key: part for key, part in raw.items() if key != "allOf"}
        for part in raw.get("allOf", ()) if isinstance(raw.get("allOf"), list) else ():
            below = self.flat(part)
            properties = {**_mapping(below.get("properties")), **_mapping(found.get("properties"))}
            required = [*_list(below.get("required")), *_list(found.get("required"))]
            found = {**below, **found}
            found |= {"properties": properties} if properties else {}
            found |= {"required": list(dict.fromkeys(required))} if required else {}
        return found

    def narrowed(self, raw: Any, node: MappingNode | None, what: str) -> Any:
        """The document's schema with what the tool's file says beside it. Its `properties` are all that is left.

        Everything else in it holds besides, so it can only narrow. Raises Outside.
        """
        if node is None or not node.entries:
            return self.schema(raw)
        over = plain(node)
        whole = self._chosen(self.flat(raw), over)
        self._fits(whole, over, node, what)
        named, items = node.get("properties"), node.get("items")
        if isinstance(named, MappingNode):
            return self._fields(whole, named, over, what)
        if isinstance(items, MappingNode) and isinstance(whole.get("items"), Mapping):
            inside = self.narrowed(whole["items"], items, what)
            rest = {key: part for key, part in over.items() if key != "items"}
            return _joined({**self.schema({**whole, "items": True}), "items": inside}, rest)
        return _joined(self.schema(whole if whole != self.flat(raw) else raw), over)

    def _fields(self, whole: Mapping[str, Any], named: MappingNode, over: Mapping[str, Any], what: str) -> Any:
        known = {name: part for name, part in _mapping(whole.get("properties")).items() if not self._hidden(part)}
        open_ = whole.get("additionalProperties", not known) is not False and (
            not known or "additionalProperties" in whole
        )
        made: dict[str, Any] = {}
        for entry in named.entries:
            name = entry.key.value
            inside = entry.value if isinstance(entry.value, MappingNode) else None
            if name in known:
                made[name] = self.narrowed(known[name], inside, f"`{name}` of {what}")
            elif open_:
                made[name] = plain(entry.value)
            else:
                raise Outside(f"{what} has no field `{name}`", entry.key, known)
        needed = [name for name in _list(whole.get("required")) if name in made]
        required = list(dict.fromkeys([*needed, *map(str, _list(over.get("required")))]))
        kind = ["object", "null"] if self._may_be_null(whole) else "object"
        rest = {key: part for key, part in over.items() if key not in ("properties", "required", "type")}
        return {"type": kind, "properties": made, **({"required": required} if required else {}), **rest}

    @staticmethod
    def _may_be_null(whole: Mapping[str, Any]) -> bool:
        return whole.get("nullable") is True or "null" in _list(whole.get("type"))

    def _chosen(self, whole: dict[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
        """Of several branches, those that can be of the type that the file asks for; a single one stands for all."""
        wanted = set(_types(over)) or ({"object"} if "properties" in over else set())
        for word in ("anyOf", "oneOf"):
            branches = _list(whole.get(word))
            fitting = [part for part in branches if not wanted or not self._kinds(part) or self._kinds(part) & wanted]
            if not branches or not wanted:
                continue
            rest = {key: part for key, part in whole.items() if key != word}
            if len(fitting) == 1:
                inside = self.flat(fitting[0])
                return {**inside, **rest}
            if fitting:
                return {**rest, word: fitting}
        return whole

    def _kinds(self, raw: Any) -> set[str]:
        found = self.flat(raw)
        return set(_types(found)) or ({"object"} if "properties" in found else set())

    def _fits(self, whole: Mapping[str, Any], over: Mapping[str, Any], node: MappingNode, what: str) -> None:
        mine = set(_types(over)) or ({"object"} if "properties" in over else set())
        theirs = self._kinds(whole)
        if "number" in theirs:
            theirs = theirs | {"integer"}
        if "number" in mine:
            mine = mine | {"integer"}
        if mine and theirs and not mine & theirs:
            said = node.get("type")
            text = said if isinstance(said, Text) else None
            raise Outside(f"{what} is {' or '.join(sorted(theirs))}, and never {' or '.join(sorted(mine))}", text)


def _joined(schema: Any, over: Mapping[str, Any]) -> Any:
    """Both hold."""
    if isinstance(schema, Mapping) and all(schema[key] == part for key, part in over.items() if key in schema):
        return {**schema, **over}
    return {**over, "allOf": [schema, *_list(over.get("allOf"))]}


def _types(schema: Mapping[str, Any]) -> list[str]:
    said = schema.get("type")
    return [said] if isinstance(said, str) else [str(one) for one in _list(said) if one is not None]


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _compiles(pattern: str) -> bool:
    """What is written for another language's matcher, or for one that may run away, is left out."""
    try:
        patterns.compiled(pattern if len(pattern) < 500 else "(")
    except patterns.Hard:
        return False
    return True
