"""A secret in a place whose values travel: a step, a gate, a fact."""

from engine.compile.tools import type_tools
from engine.diagnostics import Sink
from engine.rules.base import Case, Rule

__all__ = ["RULE"]


def check(case: Case, sink: Sink) -> None:
    """Tool files, channels and MCP servers; steps and grants are checked with their types."""
    if case.furniture:
        type_tools(case.project, sink)


RULE = Rule(
    "secret-outside-binding",
    check,
    floor=True,
    why="Values of steps, gates and facts travel: into texts, notes and the record of a ticket. A secret must not.",
    mend="Use `secret.NAME` only where a tool says how it is called, or in a channel or an MCP server of engine.yaml.",
)
