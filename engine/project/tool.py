"""Tool definitions: what a flow may rely on (the contract), and how the call is made (the binding)."""

from typing import Any

from engine.project.binding import (
    ARGUMENT,
    ARGUMENTS,
    OPENAPI,
    PYTHON,
    WAYS,
    HttpBinding,
    McpBinding,
    OpenapiBinding,
    PythonBinding,
)
from engine.project.containers import Either, ListOf, MapOf
from engine.project.durations import Span
from engine.project.json_schema import JsonSchema, foreign
from engine.project.scalars import DURATION, EXPRESSION, NAME, STRING, Expr, Number, Ref, Right, Word
from engine.project.shape import Declaration, Reader, Schema, Section, key, misspelt, shortened
from engine.syntax import Mapping, Text

__all__ = [
    "ARGUMENT",
    "ARGUMENTS",
    "TOOLS",
    "Fact",
    "Find",
    "HttpBinding",
    "Idempotency",
    "Known",
    "Retry",
    "ToolEntry",
]


class Fact(Declaration):
    """Something that the gates need, read by the engine from the call's own arguments."""

    WHAT = "a fact"
    tool: Text | None = key(
        "tool", Ref("tool", right=True), doc="The read that gives it.", example="orders.get", required=True
    )
    arguments: dict[str, tuple[Text, Any]] | None = key(
        "with", ARGUMENTS, doc="Its arguments, from those of the call.", required=True,
        example='{order_id: "{{ order_id }}"}',
    )  # fmt: skip


class Find(Declaration):
    """The read-back that tells whether a call happened."""

    WHAT = "find"
    tool: Text | None = key(
        "tool", Ref("tool", right=True), doc="The read that looks.", example="refunds.list", required=True
    )
    arguments: dict[str, tuple[Text, Any]] | None = key(
        "with", ARGUMENTS, doc="Its arguments.", example='{order_id: "{{ order_id }}"}', required=True
    )
    where: Expr | None = key(
        "where", EXPRESSION, doc="Holds if the call happened.", example="result.refunds is defined", required=True
    )


_DONE = ["It certainly changed nothing."] * 2 + ["It may have changed something."] * 2


class Known(Declaration):
    """An error that the tool is known to give."""

    WHAT = "an error"
    status: list[Any] | None = key(
        "status", ListOf(Number("100", "599", whole=True), one=True), doc="The HTTP status.", example="404"
    )
    body: Text | None = key("body", STRING, doc="A part that the answer holds.", example="already_refunded")
    not_done: Any = key("not_done", Word("`true` or `false`", lambda t: t if t.value in ("true", "false") else None,
                                         {"enum": [True, "true", False, "false"], "markdownEnumDescriptions": _DONE}),
                        doc="Whether the call then certainly changed nothing.", example="true")  # fmt: skip


class Idempotency(Declaration):
    """The vendor's own idempotency key. A `python:` tool is handed it, and names no place for it."""

    WHAT = "idempotency"
    header: Text | None = key(
        "header", STRING, doc="The header that carries the key (`http`, `openapi`).", example="Idempotency-Key"
    )
    argument: Text | None = key(
        "argument", STRING, doc="The argument that carries the key (`mcp`).", example="idempotency_key"
    )
    keeps: Span | None = key("keeps", DURATION, doc="How long the vendor remembers a key.", example="1d", required=True)


class Retry(Declaration):
    """How often a read is tried, and how long it waits before the second time."""

    WHAT = "retry"
    attempts: Any = key("attempts", Number("1", "10", whole=True), doc="Tries in all.", example="3")
    backoff: Span | None = key("backoff", DURATION, doc="Before the second try.", example="1s")


_EFFECT = Right(
    read="Nothing: the call can be repeated.",
    write="Something that can be taken back.",
    irreversible="Something that can't be taken back, such as a payment.",
)
_IDENTIFIES = Right(customer="Whoever gives its arguments rightly is the customer that it gives.")
_AUDIENCE = Right(public="Its answers are for anybody: there is nothing of a customer in them.")
_LOCATION = Right(anywhere="Wherever the tool is.", on_premises="It stays in the house.", cloud="It leaves the house.")
_TOOL = Word(
    "a name such as `orders.get`",
    lambda t: t if _is_tool(t.value) else None,
    {"type": "string", "maxLength": 80, "pattern": "^[A-Za-z_][A-Za-z0-9_]*[.][A-Za-z_][A-Za-z0-9_]*$"},
)
_SCHEMA = JsonSchema("a JSON Schema of an object")


class ToolEntry(Declaration):
    """One tool."""

    WHAT = "a tool"
    path: str = ""

    tool: Text | None = key(
        "tool", _TOOL, doc="Its name, `group.verb`.", example="orders.get", required=True,
    )  # fmt: skip
    title: Text | None = key("title", STRING, doc="What people call it.", example="Look up an order")
    about: Text | None = key("about", STRING, doc="What it does, for people and models.", example="Gives an order.")
    effect: Text | None = key("effect", _EFFECT, doc="What a call changes.", example="read", required=True)
    input: Any = key("input", _SCHEMA, doc="JSON Schema of the arguments.", example="{type: object}", required=True)
    output: Any = key("output", _SCHEMA, doc="JSON Schema of the answer.", example="{type: object}", required=True)
    identifies: Text | None = key(
        "identifies", _IDENTIFIES, doc="That `verify` may go by it: its arguments prove who somebody is.",
        example="customer",
    )  # fmt: skip
    audience: Text | None = key(
        "audience", _AUDIENCE, doc="Whom a read is for; without it, for the customer whose it is.", example="public"
    )
    facts: dict[str, tuple[Text, Fact | None]] | None = key(
        "facts", MapOf(Section(Fact), names=NAME), doc="What its gates need.", example="{order: {tool: orders.get}}"
    )
    errors: dict[str, tuple[Text, Known | None]] | None = key(
        "errors", MapOf(Section(Known), names=NAME), doc="Errors by name.", example="{not_found: {status: 404}}"
    )
    idempotency: Idempotency | None = key(
        "idempotency", Section(Idempotency), doc="The vendor's own key.", example="{header: Idempotency-Key, keeps: 1d}"
    )
    find: Find | None = key("find", Section(Find), doc="The read-back of a write.", example="{tool: refunds.list}")
    timeout: Span | None = key("timeout", DURATION, doc="For the whole exchange.", example="10s")
    retry: Retry | None = key("retry", Either("a number of tries or a mapping", text=Number("1", "10", whole=True),
                                              entries=Section(Retry)), doc="How often a read is tried.",
                              example="{attempts: 3}")  # fmt: skip
    location: Text | None = key("location", _LOCATION, doc="Where contents go.", example="cloud")
    timezone: Text | None = key("timezone", STRING, doc="Of date-times without an offset.", example="Europe/Berlin")
    http: HttpBinding | None = key("http", Section(HttpBinding), doc="A call over HTTP.", example="{method: GET}")
    python: PythonBinding | None = key("python", PYTHON, doc="A Python function.", example="'shop_tools.crm:find'")
    openapi: OpenapiBinding | None = key(
        "openapi", OPENAPI, doc="An operation of an OpenAPI document.",
        example="{spec: tools/specs/jira.json, operation: getIssue}",
    )  # fmt: skip
    mcp: McpBinding | None = key(
        "mcp", Section(McpBinding), doc="A tool of an MCP server.", example="{server: crm, tool: find_contact}"
    )

    @property
    def name(self) -> str:
        """The tool's name; `?` where it is broken."""
        return self.tool.value if self.tool else "?"

    def readers(self) -> "list[Fact | Find]":
        """Where the tool itself has other tools read something: its facts and its read-back."""
        facts: list[Fact | Find] = [fact for _, fact in (self.facts or {}).values() if fact is not None]
        return [*facts, self.find] if self.find is not None else facts

    @property
    def way(self) -> str:
        """How it is called: one of `WAYS`; `http` where nothing says so."""
        return next((way for way in WAYS if way in self.at), "http")

    def absent(self) -> list[str]:
        """What a document says of input and output need not stand here."""
        there = {"input", "output"} if "openapi" in self.at else set()
        return [name for name in super().absent() if name not in there]

    def finish(self, reader: Reader) -> None:
        """One way to call it, and a place for the key that fits the way."""
        ways = [way for way in WAYS if way in self.at]
        if not ways and not {*WAYS} & self.broken:
            self.broken.add("http")
            reader.missing(self, self.KEYS["http"])
        for way in ways[1:]:
            message = f"a tool is called in one way: `{ways[0]}` or `{way}`, not both"
            reader.error("wrong-shape", self.at[way].place, message)
        if self.idempotency is not None and len(ways) == 1:
            self._key_place(self.idempotency, _PLACES.get(ways[0]), reader)
        if "openapi" not in ways and isinstance(self.node, Mapping):  # there the document has fields too
            for part in ("input", "output"):
                for text, known in foreign(self.node.get(part)):
                    self.broken.add(part)
                    message = f"`{shortened(text.value)}` is no currency such as `EUR`, and no field of this schema"
                    reader.error("wrong-schema", text.place, message, *misspelt(text, known))

    def _key_place(self, declared: Idempotency, place: str | None, reader: Reader) -> None:
        if place and place not in {*declared.at, *declared.broken}:
            self.broken.add("idempotency")
            reader.missing(declared, declared.KEYS[place])
        for other in ("header", "argument"):
            if other != place and other in declared.at:
                message = f"`{self.way}` carries no key in {'an' if other == 'argument' else 'a'} {other}"
                reader.error("wrong-shape", declared.at[other].place, message)

    @classmethod
    def demands(cls) -> Schema:
        """The same as `absent` and `finish`."""
        ways: list[Schema] = [{"required": ["input", "output", way]} for way in WAYS if way != "openapi"]
        pairs = [{"required": [one, other]} for number, one in enumerate(WAYS) for other in WAYS[number + 1 :]]
        keys = [{"if": {"required": [way]}, "then": {"properties": {"idempotency": _place(way)}}} for way in WAYS]
        required = [name for name in cls.NEEDED if name not in ("input", "output")]
        return {
            "required": required,
            "anyOf": [*ways, {"required": ["openapi"]}],
            "not": {"anyOf": pairs},
            "allOf": keys,
        }


_PLACES = {"http": "header", "openapi": "header", "mcp": "argument"}


def _place(way: str) -> Schema:
    place = _PLACES.get(way)
    no = [{"required": [other]} for other in ("header", "argument") if other != place]
    return {**({"required": [place]} if place else {}), "not": {"anyOf": no}}


def _is_tool(name: str) -> bool:
    parts = name.split(".")
    return len(parts) == 2 and all(part.isidentifier() and part.isascii() for part in parts) and len(name) <= 80


TOOLS = ListOf(Section(ToolEntry), one=True, least=1)
