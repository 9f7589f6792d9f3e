"""Where calls may go, and who is asked by MCP."""

from collections.abc import Iterator

from engine.diff.difference import Loosening
from engine.diff.whole import Whole
from engine.project.bound import json_of

__all__ = ["looser"]


def looser(strict: Whole, loose: Whole) -> Iterator[Loosening]:
    """Entries of `network.allow` by their text, servers by all that they say."""
    for entry in sorted(_entries(loose) - _entries(strict)):
        said, mirrored = f"calls may go to `{entry}` now", f"calls no longer go to `{entry}`"
        yield Loosening("network", strict.spot("network"), loose.spot("network", entry), said, mirrored)
    before, after = _servers(strict), _servers(loose)
    for name in sorted(before.keys() & after.keys()):
        if before[name] != after[name]:
            said = f"the MCP server `{name}` is another one, which cannot be compared"
            yield Loosening("mcp", strict.spot("mcp"), loose.spot("mcp"), said)


def _entries(whole: Whole) -> set[str]:
    network = whole.project.settings.network if whole.project.settings else None
    return {text.value.lower() for text in (network.allow if network else None) or ()}


def _servers(whole: Whole) -> dict[str, object]:
    servers = (whole.project.settings.mcp if whole.project.settings else None) or {}
    return {
        name: (
            sorted(server.at),
            [json_of(expr) for expr in server.command or ()],
            json_of(server.url),
            *(sorted((key, json_of(expr)) for key, (_, expr) in (part or {}).items())
              for part in (server.env, server.headers)),
        )
        for name, (_, server) in servers.items()
        if server is not None
    }  # fmt: skip
