"""Types of the expressions of tool files, channels and MCP servers: the only places that see secrets, beside
the keys of models, which are one secret each (`wrong-model`)."""

from collections.abc import Mapping

from engine.compile.graph import VALUE
from engine.compile.typing import expect, without_secret
from engine.diagnostics import Sink
from engine.expressions import infer
from engine.project import Project
from engine.project.contract import Tool, expressions_in
from engine.project.notify import Notify
from engine.project.scalars import Expr
from engine.syntax import Broken, Text
from engine.types import BOOL, UNKNOWN, Type, fields_of, optional, record

__all__ = ["bound", "type_tools"]

_SECRETS = record({}, closed=False)


def type_tools(project: Project, sink: Sink) -> None:
    """Facts and read-backs see the call's arguments, a read-back's `where` its `result` too, a binding the secrets."""
    for tool in project.tools.values():
        names = {
            name: kind if name in tool.required else optional(kind) for name, kind in fields_of(tool.input).items()
        }
        _readers(project, tool, names, sink)
        wire = dict.fromkeys(names, UNKNOWN)  # a binding sees arguments as they are sent: cents where it says `minor`
        for expr in bound(tool):
            _infer(expr, {**wire, "secret": _SECRETS}, sink)
    channels = (project.settings.channels if project.settings else None) or {}
    for _, channel in channels.values():
        for option in (channel.options if channel else {}).values():
            if option is not None:
                _infer(option, {"secret": _SECRETS}, sink)
    servers = (project.settings.mcp if project.settings else None) or {}
    for _, server in servers.values():
        for expr in server.templates() if server else ():
            _infer(expr, {"secret": _SECRETS}, sink)
    for expr in notify_expressions(project.settings.notify if project.settings else None):
        _infer(expr, {"secret": _SECRETS}, sink)


def _readers(project: Project, tool: Tool, names: Mapping[str, Type], sink: Sink) -> None:
    for reader in tool.entry.readers():
        known = project.tools.get(reader.tool.value) if reader.tool else None
        for name, (_, value) in (reader.arguments or {}).items():
            _argument(known, name, value, names, sink)
    find = tool.entry.find
    if find is not None and find.where is not None and find.tool is not None and find.tool.value in project.tools:
        result = project.tools[find.tool.value].output
        found = _infer(find.where, {**names, "result": result}, sink)
        if found is not None:
            expect(find.where, found, BOOL, "condition", sink)


def _argument(known: Tool | None, name: str, value: object, names: Mapping[str, Type], sink: Sink) -> None:
    for expr in expressions_in(value):
        found = _infer(expr, names, sink)
        if found is not None and known is not None and value is expr:
            wanted = fields_of(known.input).get(name)
            expect(expr, found, wanted, VALUE, sink, f"`{name}` of {known.name}")


def _infer(expr: Expr, names: Mapping[str, Type], sink: Sink) -> Type | None:
    if isinstance(expr.tree, Broken):
        return None
    known = names if "secret" in names else without_secret(expr, names, sink)
    return infer(expr.tree, known, sink, expr.text)


def notify_expressions(notify: Notify | None) -> list[Expr]:
    """Where engine.yaml says how teams are told."""
    mail = notify.mail if notify else None
    parts = [mail.host, mail.sender, mail.user, mail.password] if mail else []
    chats = [expr for _, expr in (notify.chat or {}).values()] if notify else []
    return [expr for expr in (*parts, *chats, notify.address if notify else None) if expr is not None]


def bound(tool: Tool) -> list[Expr]:
    """All that stands in how the tool is called, over HTTP or by a document."""
    http, openapi = tool.entry.http, tool.entry.openapi
    parts: list[tuple[Text, Expr | None]] = []
    bodies: list[object] = []
    urls: list[Expr | None] = []
    if http is not None:
        parts += [*(http.headers or {}).values(), *(http.query or {}).values()]
        bodies += [http.json, {name: value for name, (_, value) in (http.form or {}).items()}]
        urls.append(http.url)
    if openapi is not None and "input" not in tool.entry.broken:
        parts += (openapi.headers or {}).values()
        bodies += [value for _, value in (openapi.fixed or {}).values()]
        urls.append(openapi.url)
    found = [expr for expr in (*(expr for _, expr in parts), *urls) if expr is not None]
    return [*found, *(expr for body in bodies for expr in expressions_in(body))]
