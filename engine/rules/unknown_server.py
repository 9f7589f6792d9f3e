"""An MCP server that engine.yaml does not have."""

from engine.diagnostics import Sink
from engine.rules.base import Case, Rule
from engine.rules.references import report

__all__ = ["RULE"]


def check(case: Case, sink: Sink) -> None:
    """Nothing is said where the place that declares such names is broken itself."""
    settings = case.project.settings
    if settings is not None and "mcp" not in settings.broken:
        report(case, sink, "server", settings.mcp or {}, "engine.yaml")


RULE = Rule(
    "unknown-server",
    check,
    unread=True,
    why="There is nobody who could be asked for this tool.",
    mend="Use a server that stands under `mcp:` in engine.yaml, or declare this one there.",
)
