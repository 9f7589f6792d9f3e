"""Tool definitions: what a flow may rely on (the contract), and how the call is made (the binding)."""

from typing import Any

from engine.project.containers import Anything, Either, ListOf, MapOf
from engine.project.json_schema import JsonSchema
from engine.project.scalars import (
    DURATION,
    EXPRESSION,
    NAME,
    STRING,
    TEMPLATE,
    Choice,
    Expr,
    Number,
    Ref,
    Right,
    Span,
    Word,
)  # fmt: skip
from engine.project.shape import Declaration, Outline, Reader, Schema, Section, Shape, key
from engine.syntax import Mapping, Node, Nothing, Sequence, Text

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


class _Arguments(Shape):
    """`with`: each argument a template; lists and records of templates inside."""

    says = "a mapping from arguments to values"

    def read(self, node: Node, reader: Reader) -> Any:
        """`{name: (key text, value)}`."""
        if not isinstance(node, Mapping):
            return self.wrong(node, reader)
        return {entry.key.value: (entry.key, ARGUMENT.read(entry.value, reader)) for entry in node.entries}

    def schema(self, outline: Outline) -> Schema:
        """An object of arguments."""
        return {"type": "object", "additionalProperties": ARGUMENT.schema(outline)}


class _Argument(Shape):
    says = "a value, or a list of values"

    def __init__(self, *, records: bool = False) -> None:
        self.records = records

    def read(self, node: Node, reader: Reader) -> Any:
        """An `Expr`, a list of values, or (in a body) a dict of values."""
        match node:
            case Mapping() if self.records:
                return {entry.key.value: self.read(entry.value, reader) for entry in node.entries}
            case Sequence():
                return [self.read(item, reader) for item in node.items]
            case Nothing():
                return self.wrong(node, reader, "but nothing stands here")
            case Mapping():
                return self.wrong(node, reader)
        return TEMPLATE.read(node, reader)

    def schema(self, outline: Outline) -> Schema:
        """A text or an array; in a body an object too."""
        name = "body" if self.records else "argument"
        inside = {"$ref": f"#/definitions/{name}"}
        record = [{"type": "object", "additionalProperties": inside}] if self.records else []
        listed = {"type": "array", "items": inside}
        return outline.define(name, lambda: {"anyOf": [TEMPLATE.schema(outline), listed, *record]})


ARGUMENT = _Argument()
BODY = _Argument(records=True)
ARGUMENTS = _Arguments()


class Fact(Declaration):
    """Something that the gates need, read by the engine from the call's own arguments."""

    WHAT = "a fact"
    tool: Text | None = key("tool", Ref("tool"), doc="The read that gives it.", example="orders.get", required=True)
    arguments: dict[str, tuple[Text, Any]] | None = key(
        "with", ARGUMENTS, doc="Its arguments, from those of the call.", required=True,
        example='{order_id: "{{ order_id }}"}',
    )  # fmt: skip


class Find(Declaration):
    """The read-back that tells whether a call happened."""

    WHAT = "find"
    tool: Text | None = key("tool", Ref("tool"), doc="The read that looks.", example="refunds.list", required=True)
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
    """The vendor's own idempotency key."""

    WHAT = "idempotency"
    header: Text | None = key(
        "header", STRING, doc="The header that carries the key.", example="Idempotency-Key", required=True
    )
    keeps: Span | None = key("keeps", DURATION, doc="How long the vendor remembers a key.", example="1d", required=True)


class Retry(Declaration):
    """How often a read is tried, and how long it waits before the second time."""

    WHAT = "retry"
    attempts: Any = key("attempts", Number("1", "10", whole=True), doc="Tries in all.", example="3")
    backoff: Span | None = key("backoff", DURATION, doc="Before the second try.", example="1s")


_METHOD = Choice(
    GET="Reads.", POST="Makes something new.", PUT="Replaces.", PATCH="Changes a part.", DELETE="Takes away."
)


class HttpBinding(Declaration):
    """How the call is made over HTTP."""

    WHAT = "http"
    method: Text | None = key("method", _METHOD, doc="The method.", example="GET", required=True)
    url: Expr | None = key("url", TEMPLATE, doc="The address.", required=True,
                           example="'{{ secret.SHOP_URL }}/orders/{{ order_id }}'")  # fmt: skip
    headers: dict[str, tuple[Text, Expr | None]] | None = key(
        "headers", MapOf(TEMPLATE, what="a header"), doc="Headers.",
        example="{Authorization: 'Bearer {{ secret.SHOP_TOKEN }}'}",
    )  # fmt: skip
    query: dict[str, tuple[Text, Expr | None]] | None = key(
        "query", MapOf(TEMPLATE, what="a parameter"), doc="The query.", example="{order_id: '{{ order_id }}'}"
    )
    json: Any = key("json", BODY, doc="The body.", example="{amount: '{{ amount }}'}")


_EFFECT = Right(
    read="Nothing: the call can be repeated.",
    write="Something that can be taken back.",
    irreversible="Something that can't be taken back, such as a payment.",
)
_LOCATION = Choice(anywhere="Wherever the tool is.", on_premises="It stays in the house.", cloud="It leaves the house.")
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
    python: Any = key("python", Anything(), doc="A Python function.", later=True)
    openapi: Any = key("openapi", Anything(), doc="An operation of an OpenAPI document.", later=True)
    mcp: Any = key("mcp", Anything(), doc="A tool of an MCP server.", later=True)

    @property
    def name(self) -> str:
        """The tool's name; `?` where it is broken."""
        return self.tool.value if self.tool else "?"

    def readers(self) -> "list[Fact | Find]":
        """Where the tool itself has other tools read something: its facts and its read-back."""
        facts: list[Fact | Find] = [fact for _, fact in (self.facts or {}).values() if fact is not None]
        return [*facts, self.find] if self.find is not None else facts

    def finish(self, reader: Reader) -> None:
        """One way to call it."""
        if not {"http", "python", "openapi", "mcp"} & {*self.at, *self.broken}:
            self.broken.add("http")
            reader.missing(self, self.KEYS["http"])

    @classmethod
    def demands(cls) -> Schema:
        """One way to call it."""
        ways = [{"required": [way]} for way in ("http", "python", "openapi", "mcp")]
        return {**super().demands(), "anyOf": ways}


def _is_tool(name: str) -> bool:
    parts = name.split(".")
    return len(parts) == 2 and all(part.isidentifier() and part.isascii() for part in parts) and len(name) <= 80


TOOLS = ListOf(Section(ToolEntry), one=True)
