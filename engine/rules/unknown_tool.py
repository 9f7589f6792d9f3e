"""A tool that the project does not have."""

from engine.diagnostics import Sink
from engine.rules.base import Case, Rule
from engine.rules.references import report

__all__ = ["RULE"]


def check(case: Case, sink: Sink) -> None:
    """Nothing is said where a tool file could not be read as a whole."""
    if not case.project.partial:
        report(case, sink, "tool", case.project.tools, "the folder tools")


RULE = Rule(
    "unknown-tool",
    check,
    unread=True,
    why="There is nothing to call under this name.",
    mend="Use the name of a tool in the folder tools, or declare this one there.",
)
