"""Reading a document, which somebody else has written: JSON or YAML as plain data, within limits, and its references.

YAML is read from libyaml's events and never composed, as the project's own files are; anchors and tags are refused, and
scalars are those of YAML's core schema.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from engine.diagnostics import nearest

__all__ = ["METHODS", "Document", "Found", "read"]

METHODS: Final = ("get", "post", "put", "patch", "delete")
_LARGEST: Final = 20_000_000
_YAML: Final = 4_000_000
"""Bytes. YAML takes about fifty times as long to read as JSON."""
_DEPTH: Final = 100
_CHAIN: Final = 20
_VERSION = re.compile(r"3\.[01](\.|$)")
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?")
_WORDS: Final = {"": None, "~": None, "null": None, "true": True, "false": False}


class Found(NamedTuple):
    """An operation, with its parameters and those of its path."""

    method: str
    path: str
    raw: Mapping[str, Any]
    shared: list[Any]
    """Parameters that stand at the path."""


class Document:
    """A document that was read. What it refers to is looked up in it alone."""

    def __init__(self, whole: Mapping[str, Any]) -> None:
        self.whole = whole

    def resolved(self, node: Any) -> Any:
        """What a chain of local references leads to; {} where it leads nowhere."""
        for _ in range(_CHAIN):
            if not isinstance(node, Mapping) or not isinstance(node.get("$ref"), str):
                return node
            node = self.at(node["$ref"])
        return {}

    def at(self, reference: str) -> Any:
        """What stands at `#/...`; {} where nothing does, or in another file."""
        found: Any = self.whole if reference.startswith("#/") else {}
        for step in reference.removeprefix("#/").split("/"):
            step = step.replace("~1", "/").replace("~0", "~")
            found = found.get(step, {}) if isinstance(found, Mapping) else {}
        return found

    def operations(self) -> Iterator[Found]:
        """All of them, in the order of the document."""
        paths = self.whole.get("paths")
        for path, item in paths.items() if isinstance(paths, Mapping) else ():
            item = self.resolved(item)
            for method in METHODS:
                raw = item.get(method) if isinstance(item, Mapping) else None
                if isinstance(raw, Mapping):
                    shared = item.get("parameters")
                    yield Found(method.upper(), str(path), raw, shared if isinstance(shared, list) else [])

    def find(self, name: str) -> Found | None:
        """By its `operationId`, or by `GET /path`."""
        return next((found for found in self.operations() if name in _names(found)), None)

    def near(self, name: str) -> str | None:
        """The nearest name of an operation."""
        return nearest(name, [name for found in self.operations() for name in _names(found)])

    @property
    def server(self) -> str:
        """The first server's address, with the defaults of its variables; empty where it has none of its own."""
        servers = self.whole.get("servers")
        first = servers[0] if isinstance(servers, list) and servers and isinstance(servers[0], Mapping) else {}
        url = str(first.get("url", ""))
        for name, variable in (first.get("variables") or {}).items():
            url = url.replace(f"{{{name}}}", str(variable.get("default", "")) if isinstance(variable, Mapping) else "")
        return url.rstrip("/") if re.match(r"https?://[^/{}?#\s]+", url) and "{" not in url else ""


def _names(found: Found) -> list[str]:
    named = found.raw.get("operationId")
    return [*([named] if isinstance(named, str) else []), f"{found.method} {found.path}"]


def read(content: bytes) -> Document | str:
    """The document; or what is wrong with it, as the end of a sentence."""
    if len(content) > _LARGEST:
        return f"is larger than {_LARGEST // 1_000_000} MB"
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "is not UTF-8"
    try:
        whole = json.loads(text) if text.lstrip()[:1] == "{" else _yaml(text)
    except RecursionError:
        return "is nested too deeply"
    except ValueError as error:
        return f"cannot be read: {error}"
    version = whole.get("openapi") if isinstance(whole, Mapping) else None
    if not isinstance(version, str) or not _VERSION.match(version):
        said = "Swagger 2.0" if isinstance(whole, Mapping) and "swagger" in whole else f"`openapi: {version}`"
        return f"is no OpenAPI document of version 3.0 or 3.1, but {said}"
    return Document(whole)


def _yaml(text: str) -> Any:
    """Raises ValueError with what stands where."""
    import yaml

    if len(text) > _YAML:
        raise ValueError(f"it has more than {_YAML // 1_000_000} MB, which only JSON may have")
    try:
        return _built(yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise ValueError(f"line {line}: {error.problem}") from None
    except yaml.YAMLError:
        raise ValueError("it is no YAML") from None


class _Open:
    """A list or a record that is not at its end."""

    def __init__(self, made: Any) -> None:
        self.made = made
        self.key: str | None = None

    def add(self, value: Any, source: Any) -> None:
        if isinstance(self.made, list):
            self.made.append(value)
        elif self.key is None:
            self.key = str(source)
        else:
            self.made[self.key] = value
            self.key = None


def _built(events: Any) -> Any:
    import yaml

    opened: list[_Open] = [_Open([])]
    for event in events:
        if getattr(event, "anchor", None) or getattr(event, "tag", None) not in (None, "!"):
            raise ValueError(f"line {event.start_mark.line + 1}: anchors, aliases and tags are not supported")
        if isinstance(event, yaml.ScalarEvent):
            opened[-1].add(_scalar(event.value) if not event.style else event.value, event.value)
        elif isinstance(event, yaml.CollectionStartEvent):
            made: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
            opened[-1].add(made, "?")
            opened.append(_Open(made))
            if len(opened) > _DEPTH:
                raise ValueError("it is nested too deeply")
        elif isinstance(event, yaml.CollectionEndEvent):
            opened.pop()
    return opened[0].made[0] if opened[0].made else None


def _scalar(text: str) -> Any:
    if text.lower() in _WORDS and text in (text.lower(), text.capitalize(), text.upper()):
        return _WORDS[text.lower()]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _NUMBER.fullmatch(text) else text
