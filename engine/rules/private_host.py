"""A tool or an MCP server at a private address that engine.yaml does not list."""

import ipaddress
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from engine.diagnostics import Place, Sink
from engine.network import Network, is_special, parse
from engine.project.bound import json_of
from engine.project.scalars import Expr
from engine.rules.base import Case, Rule

__all__ = ["RULE"]

_ORIGIN = re.compile(r"(?i)https?://[^/?#\s@\\]+")


def check(case: Case, sink: Sink) -> None:
    """Those that are written out; what stands behind a name or a secret is judged at each call."""
    settings = case.project.settings
    if not case.furniture or settings is None or "network" in settings.broken:
        return
    allow = settings.network.allow if settings.network else None
    network = Network(text.value for text in allow or () if parse(text.value))
    for url, place in _urls(case):
        host, port, address = _private(url)
        if address is not None and not network.opens(host, port, address):
            message = f"`{host}` is a private address, and `network` of engine.yaml does not list it"
            there = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
            sink.error("private-host", place, message, tip=f'write `network: {{allow: ["{there}"]}}` in engine.yaml')


def _urls(case: Case) -> Iterator[tuple[str, Place]]:
    """Addresses that begin with the name of their host, and where it stands."""
    exprs: list[Expr | None] = []
    for tool in case.project.tools.values():
        exprs += [bound.url for bound in (tool.entry.http, tool.entry.openapi) if bound is not None]
    servers = (case.project.settings.mcp if case.project.settings else None) or {}
    exprs += [server.url for _, server in servers.values() if server is not None]
    for expr in exprs:
        tree: Any = json_of(expr) if expr is not None else ["lit", None]
        first = tree[1] if tree[0] == "text" else tree
        match = _ORIGIN.match(str(first[1])) if first[0] == "lit" else None
        if expr is not None and match:
            yield match[0], expr.text.place_of(0, match.end())


def _private(url: str) -> tuple[str, int, ipaddress.IPv4Address | ipaddress.IPv6Address | None]:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = parts.port or (443 if parts.scheme.lower() == "https" else 80)
        address = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError:
        return "", 0, None
    return host, port, address if is_special(address) else None


RULE = Rule(
    "private-host",
    check,
    unread=True,
    why="Calls to addresses of a private network are refused unless they are listed, so that no tool can be led into "
    "systems that it has no business with.",
    mend="List the host under `network: {allow: [...]}` of engine.yaml, if it is where the tool's system is.",
)
