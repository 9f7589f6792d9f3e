"""A team that engine.yaml does not have."""

from engine.diagnostics import Sink
from engine.rules.base import Case, Rule
from engine.rules.references import report

__all__ = ["RULE"]


def check(case: Case, sink: Sink) -> None:
    """Nothing is said where the place that declares such names is broken itself."""
    settings = case.project.settings
    if settings is None or "teams" in settings.broken:
        return
    known = settings.teams or {}
    report(case, sink, "team", known, "engine.yaml")


RULE = Rule(
    "unknown-team",
    check,
    unread=True,
    why="Nobody would get the ticket, the question or the approval.",
    mend="Use a team of engine.yaml, or declare this one under `teams`.",
)
