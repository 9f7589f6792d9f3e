"""How a tool's call is made: over HTTP, by a Python function, as an operation of an OpenAPI document, by MCP."""

import re
from typing import Any, NamedTuple

from engine.project.containers import Either, ListOf, MapOf
from engine.project.scalars import STRING, TEMPLATE, Expr, Ref, Right, Word
from engine.project.shape import Declaration, Outline, Reader, Schema, Section, Shape, key
from engine.syntax import Mapping, Node, Nothing, Sequence, Text

__all__ = [
    "ARGUMENT", "ARGUMENTS", "OPENAPI", "PYTHON", "VALUES", "WAYS", "Fields", "HttpBinding", "McpBinding",
    "OpenapiBinding", "PythonBinding",
]  # fmt: skip

WAYS = ("http", "python", "openapi", "mcp")
"""Keys of a tool, one of which says how it is called."""


class Fields(NamedTuple):
    """A record that is written out: field -> (key text, value)."""

    entries: dict[str, tuple[Text, Any]]


class _Arguments(Shape):
    """`with`: each argument a template; lists of templates inside, and in the call of a step records."""

    says = "a mapping from arguments to values"

    def __init__(self, argument: Shape) -> None:
        self.argument = argument

    def read(self, node: Node, reader: Reader) -> Any:
        """`{name: (key text, value)}`."""
        if not isinstance(node, Mapping):
            return self.wrong(node, reader)
        return {entry.key.value: (entry.key, self.argument.read(entry.value, reader)) for entry in node.entries}

    def schema(self, outline: Outline) -> Schema:
        """An object of arguments."""
        return {"type": "object", "additionalProperties": self.argument.schema(outline)}


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


class _Value(_Argument):
    """An argument of a step's call. Its fields keep their places, since the tool's schema tells what they are."""

    says = "a value, a list of values, or a mapping of values"

    def __init__(self) -> None:
        super().__init__(records=True)

    def read(self, node: Node, reader: Reader) -> Any:
        """An `Expr`, a list of values, or `Fields`."""
        if isinstance(node, Mapping):
            return Fields({entry.key.value: (entry.key, self.read(entry.value, reader)) for entry in node.entries})
        return super().read(node, reader)


ARGUMENT = _Argument()
BODY = _Argument(records=True)
ARGUMENTS = _Arguments(ARGUMENT)
VALUES = _Arguments(_Value())


_METHOD = Right(
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
    form: dict[str, tuple[Text, Any]] | None = key(
        "form", MapOf(ARGUMENT, what="a field"), doc="The body as a form, where the system takes no JSON.",
        example="{amount: '{{ amount }}'}",
    )  # fmt: skip

    def finish(self, reader: Reader) -> None:
        """One body."""
        if {"json", "form"} <= set(self.at):
            reader.error("wrong-shape", self.at["form"].place, "a call has one body: `json` or `form`, not both")

    @classmethod
    def demands(cls) -> Schema:
        """One body."""
        return {**super().demands(), "not": {"required": ["json", "form"]}}


_FUNCTION = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*:[A-Za-z_]\w*", re.ASCII)
_NAMED = Word(
    "a function such as `shop_tools.refunds:refund`",
    lambda text: text if _FUNCTION.fullmatch(text.value) else None,
    {"type": "string", "pattern": r"^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*:[A-Za-z_]\w*$"},
)
_SECRET = Word(
    "the name of a secret, such as `SHOP_TOKEN`",
    lambda text: text if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", text.value) else None,
    {"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$"},
)


class PythonBinding(Declaration):
    """A function of the project's own, or of an installed package."""

    WHAT = "python"
    function: Text | None = key(
        "function", _NAMED, doc="The module and the function.", example="'shop_tools.refunds:refund'", required=True
    )
    secrets: list[Text] | None = key(
        "secrets", ListOf(_SECRET), doc="The secrets that it is given.", example="[SHOP_TOKEN]"
    )


class _Python(Either):
    def __init__(self) -> None:
        super().__init__(
            "a function such as `shop_tools.refunds:refund`, or a mapping", text=_NAMED, entries=Section(PythonBinding)
        )

    def read(self, node: Node, reader: Reader) -> Any:
        """A `PythonBinding`, also where only the function is named."""
        found = super().read(node, reader)
        if not isinstance(found, Text):
            return found
        made = PythonBinding(node)
        made.function = found
        return made


PYTHON = _Python()


class OpenapiBinding(Declaration):
    """An operation of an OpenAPI document (3.0 or 3.1). What it takes and gives comes from there."""

    WHAT = "openapi"
    spec: Text | None = key(
        "spec", STRING, doc="The document: JSON or YAML, from the project's folder.", example="tools/specs/jira.json",
        required=True,
    )  # fmt: skip
    operation: Text | None = key(
        "operation", STRING, doc="Its `operationId`, or its method and path.", example="getIssue", required=True
    )
    url: Expr | None = key(
        "url", TEMPLATE, doc="The server's address; without it, the document's first one.",
        example="'{{ secret.JIRA_URL }}'",
    )  # fmt: skip
    headers: dict[str, tuple[Text, Expr | None]] | None = key(
        "headers", MapOf(TEMPLATE, what="a header"), doc="More headers, such as the credentials.",
        example="{Authorization: 'Bearer {{ secret.JIRA_TOKEN }}'}",
    )  # fmt: skip
    fixed: dict[str, tuple[Text, Any]] | None = key(
        "fixed", MapOf(ARGUMENT, what="an argument of the operation"),
        doc="Arguments of the operation that the tool gives itself, and flows cannot.", example="{expand: names}",
    )  # fmt: skip


OPENAPI = Section(OpenapiBinding)


_DIGEST = Word(
    "the digest that `engine tools check` prints",
    lambda text: text if re.fullmatch("[0-9a-f]{64}", text.value) else None,
    {"type": "string", "pattern": "^[0-9a-f]{64}$"},
)


class McpBinding(Declaration):
    """A tool of an MCP server."""

    WHAT = "mcp"
    server: Text | None = key(
        "server", Ref("server", "the name of a server"), doc="A server of engine.yaml.", example="crm", required=True
    )
    tool: Text | None = key("tool", STRING, doc="The server's name of the tool.", example="find_contact", required=True)
    digest: Text | None = key(
        "digest", _DIGEST, doc="Of its name and schemas: another tool is never called. `engine tools check` prints it.",
        example="3f5a...", required=True,
    )  # fmt: skip
