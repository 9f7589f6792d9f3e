"""An argument of a tool that its call over HTTP does not send."""

from collections.abc import Iterator

from engine.compile.tools import bound
from engine.diagnostics import Label, Place, Sink
from engine.project.contract import Tool, expressions_in
from engine.project.scalars import Expr
from engine.project.shape import shortened
from engine.rules.base import Case, Rule
from engine.syntax import Mapping
from engine.types import fields_of

__all__ = ["RULE"]


def check(case: Case, sink: Sink) -> None:
    """Nothing is said where the call is broken itself. What a fact or a read-back is looked up by counts as used, and
    so does a field that holds a currency."""
    for tool in case.project.tools.values() if case.furniture else ():
        http = tool.entry.http
        if http is None or tool.entry.broken & {"http", "input", "facts", "find"}:
            continue
        known = list(fields_of(tool.input))
        used = {name for expr in [*bound(tool), *_read(tool)] for name in expr.names} | _named(tool)
        for name in known:
            if name not in used:
                message = f"nothing of the call says `{shortened(name)}`: `{tool.name}` takes it, and sends it nowhere"
                labels = (Label(tool.entry.spot("http"), "this is what is sent"),)
                tip = f"write `{{{{ {name} }}}}` where it belongs, or take it out of `input`"
                sink.error("unsent-argument", _place(tool, name), message, labels=labels, tip=tip)


def _read(tool: Tool) -> Iterator[Expr]:
    for reader in tool.entry.readers():
        for _, value in (reader.arguments or {}).values():
            yield from expressions_in(value)


def _named(tool: Tool) -> set[str]:
    """What the engine uses by itself: where the idempotency key goes, and fields that hold a currency."""
    found = {str(tool.contract.idempotency.get("argument", ""))}
    properties = tool.contract.input.get("properties")
    for schema in properties.values() if isinstance(properties, dict) else ():
        money = schema.get("money") if isinstance(schema, dict) else None
        found.add(str(money.get("currency", "") if isinstance(money, dict) else money))
    return found


def _place(tool: Tool, name: str) -> Place:
    node = tool.entry.node.get("input") if isinstance(tool.entry.node, Mapping) else None
    properties = node.get("properties") if isinstance(node, Mapping) else None
    entry = properties.entry(name) if isinstance(properties, Mapping) else None
    return entry.key.place if entry else tool.entry.spot("input")


RULE = Rule(
    "unsent-argument",
    check,
    why="Customers are asked for it, gates judge it and people approve it, and the other system never hears of it.",
    mend="Write the argument into the `url`, `query`, `headers` or body of the call, or take it out of `input`.",
)
