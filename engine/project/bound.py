"""From how a tool says that it is called to what the worker needs for it, and to what a flow relies on."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from engine.diagnostics import Sink
from engine.diagnostics.nearest import meant
from engine.project import functions
from engine.project.binding import Fields, HttpBinding, McpBinding, OpenapiBinding, PythonBinding
from engine.project.openapi import Lowered, lower
from engine.project.openapi.schemas import Outside
from engine.project.outer import Outer
from engine.project.scalars import Expr
from engine.project.shape import misspelt, quoted, shortened
from engine.project.tool import ToolEntry
from engine.syntax import Broken
from engine.syntax import Mapping as MappingNode

__all__ = ["Bound", "argument_json", "json_of", "lowered", "record_json"]

BROKEN = ["lit", None]
"""What a broken expression lowers to: nothing passes a gate on it, and its project does not validate."""


class Bound(NamedTuple):
    """Schemas, the binding as the tool's kind takes it (`engine.tools`), and what the contract says of the source."""

    input: Mapping[str, Any]
    output: Mapping[str, Any]
    binding: Mapping[str, Any]
    source: Mapping[str, Any]


def json_of(expr: Expr | None) -> Any:
    """An expression as it stands in a plan."""
    return BROKEN if expr is None or isinstance(expr.tree, Broken) else expr.tree.to_json()


def argument_json(value: Any) -> Any:
    """An argument as one tree."""
    match value:
        case Expr():
            return json_of(value)
        case list():
            return ["list", *map(argument_json, value)]
        case Fields(entries):
            return record_json({name: argument_json(inside) for name, (_, inside) in entries.items()})
    return BROKEN


def record_json(fields: Mapping[str, Any]) -> Any:
    """The tree of a record, by the trees of its fields."""
    return ["record", *(part for pair in sorted(fields.items()) for part in pair)]


def lowered(entry: ToolEntry, sink: Sink, files: Outer) -> Bound:
    """What an entry comes to; of what cannot be had in its files, the findings."""
    own = (entry.input[0] if entry.input else {}, entry.output[0] if entry.output else {})
    match entry.http, entry.python, entry.openapi, entry.mcp:
        case HttpBinding() as http, _, _, _:
            return Bound(*own, _http(http), {})
        case _, PythonBinding() as python, _, _:
            named = python.function.value if python.function else ""
            _look_for(python, entry, own[0], sink, files)
            secrets = {text.value: ["dot", ["name", "secret"], text.value] for text in python.secrets or ()}
            binding = {"kind": "python", "function": named, **({"secrets": secrets} if secrets else {})}
            return Bound(*own, binding, {"function": named})
        case _, _, OpenapiBinding() as openapi, _:
            return _openapi(openapi, entry, sink, files)
        case _, _, _, McpBinding() as mcp:
            parts = {"server": mcp.server, "tool": mcp.tool, "digest": mcp.digest}
            said = {name: text.value if text else "" for name, text in parts.items()}
            return Bound(*own, {"kind": "mcp", **said}, said)
    return Bound(*own, {}, {})


def _http(http: HttpBinding) -> dict[str, Any]:
    binding: dict[str, Any] = {
        "kind": "http",
        "method": http.method.value if http.method else "GET",
        "url": json_of(http.url),
    }
    for name, parts in (("headers", http.headers), ("query", http.query)):
        if parts:
            binding[name] = {key: json_of(value) for key, (_, value) in sorted(parts.items())}
    if http.json is not None:
        binding["json"] = _body(http.json)
    if http.form is not None:
        binding["form"] = {key: argument_json(value) for key, (_, value) in sorted(http.form.items())}
    return binding


def _body(value: Any) -> dict[str, Any]:
    """{"tree": tree}, {"map": {key: body}} or {"list": [body]}, as `engine.tools.http` takes it."""
    match value:
        case list():
            return {"list": [_body(item) for item in value]}
        case dict():
            return {"map": {name: _body(item) for name, item in value.items()}}
    return {"tree": argument_json(value)}


def _openapi(declared: OpenapiBinding, entry: ToolEntry, sink: Sink, files: Outer) -> Bound:
    found = _operation(declared, entry, sink, files)
    if found is None:  # nothing is known of it: what would use it keeps quiet
        entry.broken |= {"input", "output"}
        return Bound({}, {}, {}, {})
    headers = {key.lower(): json_of(value) for key, (_, value) in (declared.headers or {}).items()}
    binding = {"kind": "openapi", **found.binding}
    if headers:
        binding["headers"] = dict(sorted({**found.binding.get("headers", {}), **headers}.items()))
    return Bound(found.input, found.output, binding, found.source)


def _operation(declared: OpenapiBinding, entry: ToolEntry, sink: Sink, files: Outer) -> Lowered | None:
    if declared.spec is None or declared.operation is None or not isinstance(entry.node, MappingNode):
        return None
    if {"input", "output", "openapi"} & entry.broken:
        return None
    document = files.document(declared.spec.value)
    if isinstance(document, str):
        sink.error("unreadable-spec", declared.spec.place, f"`{shortened(declared.spec.value)}` {document}")
        return None
    wanted = declared.operation.value
    operation = document.find(wanted)
    if operation is None:
        near = document.near(wanted)
        message = f"`{shortened(declared.spec.value)}` has no operation `{shortened(wanted)}`"
        text = declared.operation
        tip, fix = meant(wanted, [near] if near else [], text.place_of(0, len(wanted)))
        sink.error("unknown-operation", text.place, message, tip=tip, fix=fix)
        return None
    base = json_of(declared.url) if declared.url is not None else None
    fixed = {name: argument_json(value) for name, (_, value) in (declared.fixed or {}).items()}
    try:
        return lower(document, operation, declared, entry.node, base=base, fixed=fixed)
    except Outside as outside:
        text = outside.text or declared.operation
        listed = f": expected {quoted(sorted(outside.known))}" if outside.known else ""
        tip, fix = misspelt(text, outside.known) if outside.text is not None and outside.known else ("", None)
        message = (
            outside.message if outside.text is not None or "`" in outside.message else f"`{wanted}` {outside.message}"
        )
        sink.error("outside-operation", text.place, f"{message}{listed}", tip=tip, fix=fix)
        return None


def _look_for(
    declared: PythonBinding, entry: ToolEntry, taken: Mapping[str, Any], sink: Sink, files: Outer
) -> None:  # fmt: skip
    if declared.function is None or "input" in entry.broken:
        return
    module, _, name = declared.function.value.partition(":")
    sought = functions.source(module, files.root)
    for path in sought.candidates if not sought.installed else ():
        files.content(path)
    text = declared.function
    if sought.path is None:
        if not sought.installed:
            files.looked["?"] = "an installed module may come at any time"
            folder = "/".join(module.split("."))
            message = f"there is no module `{module}`: neither `{folder}.py` in the project nor an installed one"
            sink.error("wrong-function", text.place_of(0, len(module)), message)
        return
    content = files.content(sought.path)
    properties = taken.get("properties")
    required = taken.get("required")
    named = {str(one): one in (required if isinstance(required, list) else ()) for one in properties or ()}
    wrong = functions.missing(content or b"", name, named)
    if wrong is not None:
        said, near = wrong
        tip = f"did you mean `{near}`?" if near else ""
        place = text.place_of(len(module) + 1, len(text.value))
        sink.error("wrong-function", place, f"the function `{name}` of `{module}` {said}", tip=tip)
