"""The kinds of tool that exist. A new one is a file of its own and a line here."""

from collections.abc import Callable
from typing import Final

from engine.tools.base import Failed, Surroundings, Tool, ToolDefinition
from engine.tools.http import HttpTool
from engine.tools.mcp import McpTool
from engine.tools.python import PythonTool

__all__ = ["TOOLS", "tool"]

TOOLS: Final[dict[str, Callable[[ToolDefinition, Surroundings], Tool]]] = {
    "http": HttpTool,
    "python": PythonTool,
    "openapi": HttpTool,  # an operation is a request like any other once it is compiled
    "mcp": McpTool,
}


def tool(definition: ToolDefinition, surroundings: Surroundings | None = None) -> Tool:
    """Make the tool of a definition. Raises Failed with the code `kind` for a kind that does not exist."""
    if definition.kind not in TOOLS:
        raise Failed("kind", again=False)
    return TOOLS[definition.kind](definition, surroundings or Surroundings())
