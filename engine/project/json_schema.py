"""JSON Schemas of tools (draft 2020-12), held to what their keywords may say: a keyword that is misspelt says nothing,
and a call that was to be refused would be made.

Every keyword of the draft is known, those of OpenAPI 3.1 that come with them (`discriminator`, `xml`, `externalDocs`,
`example`), our own `money` and `timezone`, and whatever begins with `x-`.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from engine import patterns
from engine.project.containers import Json, plain
from engine.project.shape import Reader, misspelt, quoted, shortened
from engine.syntax import Broken, Mapping, Node, Sequence, Text

__all__ = ["JsonSchema", "foreign"]

_RULE = "wrong-schema"
_CODE = re.compile("[A-Z]{3}")
"""A currency. Whatever else stands there names a field."""
_TYPES = ("string", "integer", "number", "boolean", "array", "object", "null")
_FORMATS = frozenset(
    """
    date time date-time duration email idn-email hostname idn-hostname ipv4 ipv6 uri uri-reference iri iri-reference
    uuid uri-template json-pointer relative-json-pointer regex int32 int64 float double password byte binary""".split()
)
"""Those of the draft, and those of OpenAPI."""
_KINDS: dict[str, str] = {
    **dict.fromkeys(
        """additionalProperties items not if then else contains propertyNames unevaluatedProperties unevaluatedItems
        contentSchema""".split(), "schema",
    ),
    **dict.fromkeys("allOf anyOf oneOf prefixItems".split(), "schemas"),
    **dict.fromkeys("properties $defs definitions dependentSchemas".split(), "named"),
    **dict.fromkeys(
        """$ref $id $schema $comment $anchor $dynamicRef $dynamicAnchor contentEncoding contentMediaType
        timezone""".split(), "text",
    ),
    **dict.fromkeys("title description".split(), "words"),
    **dict.fromkeys("minLength maxLength minItems maxItems minProperties maxProperties minContains maxContains".split(),
                    "count"),
    **dict.fromkeys("minimum maximum exclusiveMinimum exclusiveMaximum multipleOf".split(), "number"),
    **dict.fromkeys("uniqueItems deprecated readOnly writeOnly".split(), "flag"),
    **dict.fromkeys(
        "const default example examples discriminator xml externalDocs $vocabulary dependentRequired".split(), "any",
    ),
    "type": "type", "enum": "enum", "required": "required", "format": "format", "pattern": "pattern", "money": "money",
    "patternProperties": "by pattern",
}  # fmt: skip
"""Keyword -> what stands behind it."""


class JsonSchema(Json):
    """A mapping that is a JSON Schema. What is wrong in it is reported, and the rest of it stands."""

    def read(self, node: Node, reader: Reader) -> Any:
        """(plain JSON, place)."""
        if isinstance(node, Mapping):
            found = _Schema(reader)
            found.schema(node)
            found.whole()
        return super().read(node, reader)


def foreign(node: Node | None) -> Iterator[tuple[Text, list[str]]]:
    """The fields that hold a currency, as `money` names them, of which the schema has none; and the fields it has."""
    known: dict[str, None] = {}
    named: list[Text] = []
    waiting = [node]
    while waiting:
        match waiting.pop():
            case Sequence(items=items):
                waiting += items
            case Mapping(entries=entries):
                for entry in entries:
                    if entry.key.value == "properties" and isinstance(entry.value, Mapping):
                        known |= dict.fromkeys(inside.key.value for inside in entry.value.entries)
                    elif entry.key.value == "money":
                        said = entry.value.get("currency") if isinstance(entry.value, Mapping) else entry.value
                        named += [said] if isinstance(said, Text) and said.value else []
                    waiting.append(entry.value)
    return ((text, list(known)) for text in named if not _CODE.fullmatch(text.value) and text.value not in known)


class _Schema:
    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.met: dict[str, Text] = {}
        """Keyword -> where it stands last."""

    def whole(self) -> None:
        """What no keyword says by itself."""
        if "unevaluatedProperties" in self.met and "patternProperties" in self.met:
            message = "`unevaluatedProperties` is not supported in a schema with `patternProperties`"
            tip = "say `additionalProperties`, beside the fields that it is about"
            self.reader.error(_RULE, self.met["unevaluatedProperties"].place, message, tip)

    def schema(self, node: Node) -> None:
        """One schema, and those in it."""
        if _said(node) in (True, False) or isinstance(node, Broken):
            return
        if not isinstance(node, Mapping):
            self._wrong(node, "a schema is a mapping, `true` or `false`")
            return
        for entry in node.entries:
            self.met[entry.key.value] = entry.key
            kind = _KINDS.get(entry.key.value)
            if kind is not None:
                _CHECKS[kind](self, entry.value, entry.key.value)
            elif not entry.key.value.startswith("x-"):
                message = f"JSON Schema has no keyword `{shortened(entry.key.value)}`"
                taken = [other.key.value for other in node.entries]
                tip, fix = misspelt(entry.key, _KINDS, taken)
                self.reader.error(_RULE, entry.key.place, message, tip or _OWN, fix)
        self._values(node)
        self._needed(node)

    def _wrong(self, node: Node, message: str, known: Iterable[str] = ()) -> None:
        if isinstance(node, Broken):
            self.reader.count += 1
            return
        self.reader.error(_RULE, node.place, message, *(misspelt(node, known) if isinstance(node, Text) else ()))

    def _schemas(self, node: Node, word: str) -> None:
        if not isinstance(node, Sequence) or not node.items:
            self._wrong(node, f"`{word}` is a list of schemas")
            return
        for item in node.items:
            self.schema(item)

    def _named(self, node: Node, word: str) -> None:
        if not isinstance(node, Mapping):
            self._wrong(node, f"`{word}` is a mapping from names to schemas")
            return
        for entry in node.entries:
            self.schema(entry.value)

    def _type(self, node: Node, word: str) -> None:
        for item in node.items if isinstance(node, Sequence) and node.items else [node]:
            if _said(item) not in _TYPES and not (isinstance(item, Text) and item.value == "null"):
                self._wrong(item, f"a type is {quoted(_TYPES)}", _TYPES)

    def _enum(self, node: Node, word: str) -> None:
        if not isinstance(node, Sequence) or not node.items:
            self._wrong(node, "`enum` is a list of values")

    def _required(self, node: Node, word: str) -> None:
        if not isinstance(node, Sequence):
            self._wrong(node, "`required` is a list of names")
            return
        for item in node.items:
            if not isinstance(item, Text):
                self._wrong(item, "`required` is a list of names")

    def _format(self, node: Node, word: str) -> None:
        if not isinstance(node, Text):
            self._wrong(node, "`format` is a word")
        elif node.value not in _FORMATS:
            message = f"there is no format `{shortened(node.value)}`; there are `date`, `date-time`, `email` and more"
            self._wrong(node, message, _FORMATS)

    def _pattern(self, node: Node, word: str) -> None:
        try:
            patterns.compiled(node.value if isinstance(node, Text) else "(")
        except patterns.Wrong:
            self._wrong(node, f"`{word}` is a regular expression")
        except patterns.Hard as error:
            self._wrong(node, f"this regular expression is not supported: {error}")

    def _by_pattern(self, node: Node, word: str) -> None:
        """Schemas of the fields whose names fit a pattern."""
        for entry in node.entries if isinstance(node, Mapping) else ():
            self._pattern(entry.key, word)
        self._named(node, word)

    def _money(self, node: Node, word: str) -> None:
        """A currency, the name of a field that holds one, or a mapping with these, and whether it counts in cents."""
        if not isinstance(node, Mapping):
            self._currency(node)
            return
        for entry in node.entries:
            if entry.key.value == "currency":
                self._currency(entry.value)
            elif entry.key.value == "minor":
                if _said(entry.value) not in (True, False, "yes", "no"):
                    self._wrong(entry.value, "`minor` is `true` or `false`: whether the amount counts in cents")
            else:
                tip, fix = misspelt(entry.key, ("currency", "minor"))
                message = f"`money` has `currency` and `minor`, and no `{shortened(entry.key.value)}`"
                self.reader.error(_RULE, entry.key.place, message, tip, fix)

    def _currency(self, node: Node) -> None:
        if not isinstance(node, Text) or not node.value:
            self._wrong(node, "`money` is a currency such as `EUR`, the name of a field that holds one, or a mapping")

    def _values(self, node: Mapping) -> None:
        """Each value of `enum` and `const` is of the type beside them, else nothing at all is valid."""
        types = _types(node.get("type"))
        enum, const = node.get("enum"), node.get("const")
        listed = enum.items if isinstance(enum, Sequence) else []
        for item in [*listed, *([const] if const is not None else [])]:
            if types and not any(_is(plain(item), kind) for kind in types) and not isinstance(item, Broken):
                self._wrong(item, f"this is no {' or '.join(types)}, which `type` says it is")

    def _needed(self, node: Mapping) -> None:
        """Names of `required` are among the properties, where these are all listed here."""
        required, properties = node.get("required"), node.get("properties")
        elsewhere = any(node.get(word) for word in ("$ref", "allOf", "anyOf", "oneOf", "patternProperties", "if"))
        if isinstance(required, Sequence) and isinstance(properties, Mapping) and not elsewhere:
            known = [entry.key.value for entry in properties.entries]
            for item in required.items:
                if isinstance(item, Text) and item.value not in known:
                    self._wrong(item, f"`required` names `{shortened(item.value)}`, which is no property here", known)


def _simple(says: str, fits: Callable[[Any, Node], bool]) -> Callable[[_Schema, Node, str], None]:
    def check(self: _Schema, node: Node, word: str) -> None:
        if not fits(_said(node), node):
            self._wrong(node, f"`{word}` is {says}")

    return check


def _said(node: Node | None) -> Any:
    """A scalar as JSON types it; a list or a mapping is told by itself."""
    return plain(node) if isinstance(node, Text) else node


def _types(node: Node | None) -> list[str]:
    items = node.items if isinstance(node, Sequence) else [node]
    found = [item.value for item in items if isinstance(item, Text) and item.value in _TYPES]
    return found if len(found) == len(items) else []


def _is(value: Any, kind: str) -> bool:
    match value:
        case None:
            return kind == "null"
        case bool():
            return kind == "boolean"
        case int():
            return kind in ("integer", "number")
        case float():
            return kind == "number" or (kind == "integer" and value.is_integer())
        case str():
            return kind == "string"
        case list():
            return kind == "array"
    return kind == "object"


_CHECKS: dict[str, Callable[[_Schema, Node, str], None]] = {
    "schema": lambda self, node, word: self.schema(node),
    "schemas": _Schema._schemas,
    "named": _Schema._named,
    "words": _simple("a text with something in it", lambda said, node: isinstance(node, Text) and bool(said)),
    "text": _simple("a text", lambda said, node: isinstance(node, Text)),
    "count": _simple("a whole number from 0", lambda said, node: type(said) is int and said >= 0),
    "number": _simple("a number", lambda said, node: type(said) in (int, float)),
    "flag": _simple("`true` or `false`", lambda said, node: isinstance(said, bool)),
    "any": lambda self, node, word: None,
    "type": _Schema._type,
    "enum": _Schema._enum,
    "required": _Schema._required,
    "format": _Schema._format,
    "pattern": _Schema._pattern,
    "by pattern": _Schema._by_pattern,
    "money": _Schema._money,
}
_OWN = "A keyword of your own begins with `x-`."
