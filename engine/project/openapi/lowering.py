"""A tool that names an operation, as one that makes its request: schemas and binding as an `http:` tool has them."""

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from engine.plan import digest
from engine.project.openapi.arguments import Argument, Taken, arguments
from engine.project.openapi.document import Document, Found
from engine.project.openapi.schemas import LARGEST, Outside, Schemas
from engine.syntax import Mapping as MappingNode
from engine.syntax import Text

if TYPE_CHECKING:
    from engine.project.binding import OpenapiBinding

__all__ = ["Lowered", "lower"]

_JSON = re.compile(r"(?i)(application/json|[^;]+\+json|\*/\*)\s*(;.*)?")


class Lowered(NamedTuple):
    """What an operation comes to."""

    input: dict[str, Any]
    output: dict[str, Any]
    binding: dict[str, Any]
    """As `engine.tools.http` takes it, without the file's own `headers`."""
    source: dict[str, Any]
    """For the contract: the operation, and the digest of its request."""


def lower(
    document: Document, found: Found, declared: "OpenapiBinding", entry: MappingNode, *, base: Any,
    fixed: Mapping[str, Any],
) -> Lowered:  # fmt: skip
    """`entry` is the tool in its file, `base` the tree of its `url` or None, `fixed` trees by argument.

    Raises Outside where the file says something that the operation does not have.
    """
    taken = arguments(document, found)
    named = declared.operation.value if declared.operation else ""
    for name in fixed:
        if name not in taken.arguments and declared.fixed is not None:
            raise Outside(f"`{named}` takes no `{name}`", declared.fixed[name][0], taken.arguments)
    input_ = _input(document, taken, entry, named, fixed)
    output = _output(document, found, entry, named)
    for side, schema in (("input", input_), ("output", output)):
        if len(json.dumps(schema)) > LARGEST:
            raise Outside(f"what `{named}` {'takes' if side == 'input' else 'gives'} is too large for a plan: name the "
                          f"fields that flows need under `{side}: {{properties: ...}}`", _key(entry, side))  # fmt: skip
    server = ["lit", document.server] if base is None and document.server else base
    if server is None:
        raise Outside("the document names no server: write `url`", _key(entry, "openapi"))
    binding = _binding(found, taken, input_["properties"], server, fixed)
    request = {key: part for key, part in binding.items() if key != "url"} | {"path": found.path}
    source = {"operation": f"{found.method} {found.path}", "digest": digest(request)}
    return Lowered(input_, output, binding, source)


def _input(
    document: Document, taken: Taken, entry: MappingNode, named: str, fixed: Mapping[str, Any]
) -> dict[str, Any]:
    free = {name: one for name, one in taken.arguments.items() if name not in fixed}
    schemas = Schemas(document, answer=False)
    raw = {
        "type": "object",
        "properties": {name: one.raw for name, one in free.items()},
        "required": [name for name, one in free.items() if one.required],
        "additionalProperties": False,
    }
    node = entry.get("input")
    made = schemas.narrowed(raw, node if isinstance(node, MappingNode) else None, f"`{named}`")
    left_out = [name for name, one in free.items() if one.required and name not in made["properties"]]
    if left_out:
        missing = ", ".join(f"`{name}`" for name in left_out)
        raise Outside(
            f"`{named}` needs {missing}: take it as an argument, or give it under `fixed`", _key(entry, "input")
        )
    return schemas.finished({**made, "additionalProperties": False})


def _output(document: Document, found: Found, entry: MappingNode, named: str) -> dict[str, Any]:
    raw = _answer(document, found)
    schemas = Schemas(document, answer=True)
    node = entry.get("output")
    narrowed = node if isinstance(node, MappingNode) else None
    if raw is None:
        if narrowed is not None and narrowed.entries:
            raise Outside(f"`{named}` answers with no JSON", _key(entry, "output"))
        return {}
    made = schemas.narrowed(schemas.flat(raw) or raw, narrowed, f"the answer of `{named}`")
    return schemas.finished(made if isinstance(made, dict) else {})


def _answer(document: Document, found: Found) -> Any:
    """The schema of the answer to a call that went well: that of the first 2xx with JSON."""
    responses = found.raw.get("responses")
    good = sorted(str(code) for code in responses if re.fullmatch(r"2(\d\d|XX)", str(code))) if isinstance(
        responses, Mapping) else []  # fmt: skip
    for code in good:
        content = document.resolved(responses[code]).get("content") if isinstance(responses, Mapping) else None
        for kind, media in content.items() if isinstance(content, Mapping) else ():
            media = document.resolved(media)
            if _JSON.fullmatch(str(kind)) and isinstance(media, Mapping):
                return media.get("schema", {})
    return None


def _key(entry: MappingNode, name: str) -> Text | None:
    there = entry.entry(name)
    return there.key if there else None


def _binding(
    found: Found, taken: Taken, given: Mapping[str, Any], server: Any, fixed: Mapping[str, Any]
) -> dict[str, Any]:
    trees: dict[str, tuple[Argument, Any]] = {}
    for name, one in taken.arguments.items():
        if name in fixed:
            trees[name] = (one, _literal(fixed[name], one.raw))
        elif name in given:
            tree: Any = ["name", name]
            trees[name] = (one, _joined(tree) if one.joined else tree)
    made: dict[str, Any] = {"method": found.method, "url": _url(server, found.path, trees)}
    for part, at in (("query", "query"), ("headers", "header")):
        inside = {one.wire: tree for one, tree in trees.values() if one.at == at}
        if inside:
            made[part] = dict(sorted(inside.items()))
    if taken.body == "form":
        made["form"] = {one.wire: tree for one, tree in sorted(trees.values(), key=_wire) if one.at == "form"}
    elif taken.body == "json":
        fields = {one.wire: {"tree": tree} for one, tree in sorted(trees.values(), key=_wire) if one.at == "json"}
        whole = [tree for one, tree in trees.values() if one.at == "whole"]
        made["json"] = {"tree": whole[0]} if whole else {"map": fields}
    return made


def _joined(tree: Any) -> list[Any]:
    """A list as one text with commas; a missing one stays missing."""
    return ["cond", ["test", "defined", tree], ["filter", "join", tree, ["lit", ","]], ["lit", None]]


def _literal(tree: Any, raw: Any) -> Any:
    """A fixed value as the operation's schema types it: `10` in the file is a text."""
    kind = raw.get("type") if isinstance(raw, Mapping) else None
    if tree[0] != "lit" or not isinstance(tree[1], str):
        return tree
    if kind in ("integer", "number") and re.fullmatch(r"-?[0-9]{1,18}(\.[0-9]{1,9})?", tree[1]):
        return ["num", tree[1]]
    return ["lit", tree[1] == "true"] if kind == "boolean" and tree[1] in ("true", "false") else tree


def _wire(pair: tuple[Argument, Any]) -> str:
    return pair[0].wire


def _url(server: Any, path: str, trees: Mapping[str, tuple[Argument, Any]]) -> Any:
    parts = list(server[1:]) if server[0] == "text" else [server]
    if parts and parts[-1][0] == "lit":
        parts[-1] = ["lit", str(parts[-1][1]).rstrip("/")]
    by_wire = {one.wire: tree for one, tree in trees.values() if one.at == "path"}
    for number, piece in enumerate(re.split(r"\{([^{}]*)\}", path)):
        if number % 2:
            parts.append(by_wire.get(piece, ["lit", "?"]))
        elif piece and parts[-1][0] == "lit":
            parts[-1] = ["lit", parts[-1][1] + piece]
        elif piece:
            parts.append(["lit", piece])
    return ["text", *parts] if len(parts) > 1 else parts[0]
