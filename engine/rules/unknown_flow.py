"""A flow that the project does not have."""

from engine.diagnostics import Sink
from engine.rules.base import Case, Rule
from engine.rules.references import report

__all__ = ["RULE"]


def check(case: Case, sink: Sink) -> None:
    """Nothing is said where the place that declares such names is broken itself."""
    known = case.project.flows
    report(case, sink, "flow", known, "the folder flows")


RULE = Rule(
    "unknown-flow",
    check,
    unread=True,
    why="The ticket could not go on in a flow that does not exist.",
    mend="Use the name of a file in the folder flows.",
)
