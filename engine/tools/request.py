"""From a binding and arguments to a request that says what its author wrote and nothing else.

A value that comes from a conversation may not change where a request goes: it is percent-encoded, it may not stand
before the path, it may not be empty there, and it may not hold a dot segment, however often it is encoded. Headers
take printable ASCII alone.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final
from urllib.parse import quote, unquote, urlsplit

from engine.exchange import CAP
from engine.expressions.evaluate import EvaluationError, evaluate
from engine.expressions.values import Money
from engine.tools import schema as schemas
from engine.tools import wire
from engine.tools.answers import hidden
from engine.tools.base import Contract, Failed, Unreadable
from engine.tools.typed import plain

__all__ = ["Prepared", "prepare", "secret_names"]

_ORIGIN: Final = re.compile(r"(?i)https?://[^/?#\s@\\]+")
_HEADER: Final = re.compile(r"[\x20-\x7e]{0,8000}")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_LONGEST: Final = 2000
"""Characters of a value within an address."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request ready to go. `secrets`: the values in it that may not come back as data."""

    method: str
    url: str = field(repr=False)
    host: str
    """`name:port`, for the breaker."""
    listed: bool
    """Whether the tool's own file names the host."""
    headers: Mapping[str, str] = field(repr=False)
    content: bytes | None = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)


def prepare(
    binding: Mapping[str, Any], contract: Contract, arguments: Mapping[str, Any], secrets: Mapping[str, str],
    key: str | None,
) -> Prepared:  # fmt: skip
    """Raises Failed with the codes argument, secret, url or header: nothing is sent then, and repeating is in vain."""
    try:
        given = plain({k: v for k, v in arguments.items() if v is not None}, contract.input)
        schemas.check(given, contract.input)
    except Unreadable:
        raise Failed("argument", again=False) from None
    names = {**dict.fromkeys(contract.input.get("properties", ())), **given, "secret": secrets}
    _require(binding, secrets)
    try:
        return _prepared(binding, contract, names, secrets, key)
    except (EvaluationError, TypeError):
        raise Failed("argument", again=False) from None


def _prepared(
    binding: Mapping[str, Any], contract: Contract, names: Mapping[str, Any], secrets: Mapping[str, str],
    key: str | None,
) -> Prepared:  # fmt: skip
    headers = {"accept": "application/json", **_headers(binding.get("headers", {}), names)}
    content = None
    if (body := binding.get("json")) is not None:
        content = wire.write(_body(body, names))
        headers["content-type"] = "application/json"
    elif (form := binding.get("form")) is not None:
        content = _form(form, names)
        headers["content-type"] = "application/x-www-form-urlencoded"
    if content is not None and len(content) > CAP:
        raise Failed("argument", again=False)
    if key is not None and contract.idempotency:
        headers[str(contract.idempotency["header"]).lower()] = _header(key)
    within = set(secret_names({**binding, "url": _after_base(binding["url"])}))
    taken_out = hidden({name: secrets[name] for name in within})
    url = _url(binding, names)
    listed = bool(_ORIGIN.match(str(_parts(binding["url"])[0][1]))) if _parts(binding["url"])[0][0] == "lit" else False
    return Prepared(
        str(binding.get("method", "GET")).upper(), url, _host(url), listed, headers, content, taken_out
    )  # fmt: skip


def _host(url: str) -> str:
    parts = urlsplit(url)
    try:
        return f"{(parts.hostname or '').lower()}:{parts.port or (443 if parts.scheme.lower() == 'https' else 80)}"
    except ValueError:
        raise Failed("url", again=False) from None


def _form(trees: Mapping[str, Any], names: Mapping[str, Any]) -> bytes:
    """`application/x-www-form-urlencoded`. A record is `name[key]`, a list its name again for each of its values, or
    `name[0][key]` where they are records: what Stripe and PHP read, and OpenAPI calls `deepObject`."""
    fields = [field for name, tree in trees.items() for field in _fields(name, evaluate(tree, names))]
    return "&".join(f"{quote(name, safe='[]')}={quote(_text(value), safe='')}" for name, value in fields).encode()


def _fields(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    match value:
        case None:
            return
        case Mapping():
            for key, item in value.items():
                yield from _fields(f"{name}[{key}]", item)
        case list() | tuple():
            nested = any(isinstance(item, Mapping | list | tuple) for item in value)
            for number, item in enumerate(value):
                yield from _fields(f"{name.removesuffix('[]')}[{number}]" if nested else name, item)
        case _:
            yield name, value


def _headers(trees: Mapping[str, Any], names: Mapping[str, Any]) -> dict[str, str]:
    values = {name.lower(): evaluate(tree, names) for name, tree in trees.items()}
    return {name: _header(_text(value)) for name, value in values.items() if value is not None}


def _header(text: str) -> str:
    if not _HEADER.fullmatch(text):
        raise Failed("header", again=False)
    return text


def _url(binding: Mapping[str, Any], names: Mapping[str, Any]) -> str:
    url = ""
    for part in _parts(binding["url"]):
        if part[0] == "lit":
            url += str(part[1])
        elif not url and _is_secret(part):
            url = str(evaluate(part, names)).rstrip("/")  # the base address of a system: the operator's own text
        else:
            url += _encoded(url, _text(evaluate(part, names)))
    for name, tree in binding.get("query", {}).items():
        for key, value in _fields(name, evaluate(tree, names)):
            text = quote(_text(value), safe="")
            url += f"{'&' if '?' in url else '?'}{quote(key, safe='')}={text}"
    if not _ORIGIN.match(url) or _climbs(url.partition("?")[0]) or _CONTROL.search(url):
        raise Failed("url", again=False)
    return url


def _encoded(before: str, text: str) -> str:
    """A value's place in an address: after the host, and within its segment."""
    origin = _ORIGIN.match(before)
    if origin is None or before[origin.end() : origin.end() + 1] not in ("/", "?"):
        raise Failed("url", again=False)
    if not text or len(text) > _LONGEST or _CONTROL.search(text) or ("?" not in before and _climbs(text)):
        raise Failed("argument", again=False)
    return quote(text, safe="")


def _climbs(text: str) -> bool:
    """Whether a server that decodes once too often could read a `.` or `..` segment here."""
    for _ in range(3):
        if any(segment in (".", "..") for segment in re.split(r"[/\\]", text)):
            return True
        text = unquote(text)
    return False


def _body(body: Mapping[str, Any], names: Mapping[str, Any]) -> Any:
    if "map" in body:
        found = {key: _body(part, names) for key, part in body["map"].items()}
        return {key: value for key, value in found.items() if value is not None}
    if "list" in body:
        return [_body(part, names) for part in body["list"]]
    return evaluate(body["tree"], names)


def _text(value: Any) -> str:
    """A value as text within a URL or header. Structures have no such form: TypeError."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case int():
            return str(value)
        case Decimal():
            return format(value, "f")
        case None:
            raise EvaluationError(code="missing")
        case Money() | date() | timedelta() | list() | dict():
            raise TypeError("no text")
    raise TypeError("no text")


def _parts(tree: Any) -> list[Any]:
    return list(tree[1:]) if tree[0] == "text" else [tree]


def _after_base(tree: Any) -> list[Any]:
    parts = _parts(tree)
    return parts[1:] if parts and _is_secret(parts[0]) else parts


def _is_secret(tree: Any) -> bool:
    return bool(isinstance(tree, list | tuple) and len(tree) == 3 and tree[0] == "dot"
                and list(tree[1]) == ["name", "secret"])  # fmt: skip


def secret_names(part: Any) -> Iterator[str]:
    """The names that the trees of a binding read of `secret`."""
    if _is_secret(part):
        yield str(part[2])
    elif isinstance(part, Mapping):
        for item in part.values():
            yield from secret_names(item)
    elif isinstance(part, list | tuple):
        for item in part:
            yield from secret_names(item)


def _require(binding: Mapping[str, Any], secrets: Mapping[str, str]) -> None:
    if not all(secrets.get(name) for name in secret_names(binding)):
        raise Failed("secret", again=False)
