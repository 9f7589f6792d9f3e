"""The kinds of tool that exist. A new one is a file of its own and a line here."""

from collections.abc import Callable
from typing import Final

from engine.tools.base import Failed, Tool, ToolDefinition
from engine.tools.http import HttpTool

__all__ = ["TOOLS", "tool"]

TOOLS: Final[dict[str, Callable[[ToolDefinition], Tool]]] = {
    "http": HttpTool,
}


def tool(definition: ToolDefinition) -> Tool:
    """Make the tool of a definition. Raises Failed with the code `kind` for a kind that does not exist."""
    if definition.kind not in TOOLS:
        raise Failed("kind", again=False)
    return TOOLS[definition.kind](definition)
