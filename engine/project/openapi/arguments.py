"""What an operation takes, as arguments of a tool: parameters and the fields of its body, each with its place."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from engine.project.openapi.document import Document, Found
from engine.project.openapi.schemas import Outside, Schemas

__all__ = ["Argument", "Taken", "arguments"]

_OWN: Final = frozenset({"accept", "content-type", "authorization"})
"""Headers that no parameter describes (OpenAPI 3.1, 4.8.12.2.1)."""
_JSON = re.compile(r"(?i)(application/json|[^;]+\+json|\*/\*)\s*(;.*)?")
_FORM: Final = "application/x-www-form-urlencoded"


class Argument(NamedTuple):
    """One argument."""

    name: str
    """As flows name it."""
    wire: str
    at: str
    """`path`, `query`, `header`, `json` or `form`; `whole` where it is the body itself."""
    raw: Any
    """Its schema in the document."""
    required: bool
    joined: bool = False
    """Whether a list is one text with commas."""


class Taken(NamedTuple):
    """All arguments; `body` is the kind of body, or none."""

    arguments: dict[str, Argument]
    body: str | None


def arguments(document: Document, found: Found) -> Taken:
    """Raises Outside for what a call has to give and cannot."""
    taken: dict[str, Argument] = {}
    for one in [*_parameters(document, found), *_body(document, found)]:
        name = one.name if one.name not in taken else f"body_{one.name}"
        if name not in taken:
            taken[name] = one._replace(name=name)
    kinds = {one.at for one in taken.values()}
    body = "form" if "form" in kinds else "json" if kinds & {"json", "whole"} else None
    return Taken(taken, body)


def _parameters(document: Document, found: Found) -> Iterator[Argument]:
    own = found.raw.get("parameters")
    listed = [document.resolved(raw) for raw in [*found.shared, *(own if isinstance(own, list) else [])]]
    last = {(raw.get("in"), raw.get("name")): raw for raw in listed if isinstance(raw, Mapping)}
    for (at, wire), raw in last.items():
        required = raw.get("required") is True or at == "path"
        if at == "header" and str(wire).lower() in _OWN:
            continue
        if at not in ("path", "query", "header") or "content" in raw or not isinstance(raw.get("schema"), Mapping):
            if required:
                raise Outside(f"needs `{wire}` in a form that is not supported")
            continue
        many = "array" in _kinds(document, raw["schema"])
        joined = many and (at != "query" or raw.get("explode", True) is False)
        schema = {**raw["schema"]}
        if isinstance(raw.get("description"), str):
            schema = {"description": raw["description"], **schema}
        yield Argument(_named(str(wire)), str(wire), str(at), schema, required, joined)


def _body(document: Document, found: Found) -> Iterator[Argument]:
    body = document.resolved(found.raw.get("requestBody"))
    content = body.get("content") if isinstance(body, Mapping) else None
    if not isinstance(content, Mapping) or not content:
        return
    kind = next((kind for kind in content if _JSON.fullmatch(str(kind))), _FORM if _FORM in content else None)
    if kind is None:
        if body.get("required") is True:
            raise Outside(f"takes {', '.join(map(str, content))} alone, which is not supported")
        return
    media = document.resolved(content[kind])
    raw = media.get("schema", {}) if isinstance(media, Mapping) else {}
    whole = Schemas(document, answer=False).flat(raw)
    fields = whole.get("properties")
    if not isinstance(fields, Mapping):
        if kind == _FORM:
            return
        yield Argument("body", "", "whole", raw, body.get("required") is True)
        return
    required = whole.get("required")
    needed = required if isinstance(required, list) else []
    said = media.get("encoding") if isinstance(media, Mapping) else None
    encoding = said if isinstance(said, Mapping) else {}
    for name, part in fields.items():
        shown = document.resolved(part)
        if isinstance(shown, Mapping) and shown.get("readOnly") is True:
            continue
        deep = kind == _FORM and _is_deep(encoding.get(name)) and "array" in _kinds(document, part)
        wire = f"{name}[]" if deep else str(name)
        yield Argument(_named(str(name)), wire, "form" if kind == _FORM else "json", part, name in needed)


def _is_deep(encoding: Any) -> bool:
    return isinstance(encoding, Mapping) and encoding.get("style") == "deepObject"


def _kinds(document: Document, raw: Any) -> set[str]:
    found = Schemas(document, answer=False).flat(raw).get("type")
    return {found} if isinstance(found, str) else set(found) if isinstance(found, list) else set()


def _named(wire: str) -> str:
    """A name that an expression can read."""
    name = re.sub(r"[^A-Za-z0-9_]+", "_", wire).strip("_") or "value"
    name = name if name[0].isalpha() else f"value_{name}"
    return f"{name}_" if name == "secret" else name
