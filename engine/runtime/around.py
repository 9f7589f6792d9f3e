"""What the tools of a project share, made of its settings."""

from pathlib import Path
from typing import Any

from engine.network import Network
from engine.project.bound import json_of
from engine.project.network import ServerSettings
from engine.project.settings import Settings
from engine.tools.base import Surroundings
from engine.tools.breaker import Breakers

__all__ = ["surroundings"]


def surroundings(root: Path, settings: Settings | None, breakers: Breakers | None = None) -> Surroundings:
    """The network policy, the breakers, the folder and the MCP servers of a project that is sound."""
    allow = settings.network.allow if settings is not None and settings.network is not None else None
    servers = (settings.mcp if settings is not None else None) or {}
    return Surroundings(
        network=Network(text.value for text in allow or ()),
        breakers=breakers or Breakers(),
        root=root,
        servers={name: _server(server) for name, (_, server) in servers.items() if server is not None},
    )


def _server(server: ServerSettings) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if server.command is not None:
        made["command"] = [json_of(expr) for expr in server.command]
    if server.url is not None:
        made["url"] = json_of(server.url)
    for part, said in (("env", server.env), ("headers", server.headers)):
        if said:
            made[part] = {name: json_of(expr) for name, (_, expr) in said.items()}
    return made
