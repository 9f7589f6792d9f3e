"""A set of guardrails that engine.yaml does not have."""

from engine.diagnostics import Sink
from engine.rules.base import Case, Rule
from engine.rules.references import report

__all__ = ["RULE"]


def check(case: Case, sink: Sink) -> None:
    """Nothing is said where the place that declares such names is broken itself."""
    settings = case.project.settings
    if settings is None or "guardrails" in settings.broken:
        return
    known = settings.guardrails or {}
    report(case, sink, "guardrail", known, "engine.yaml")


RULE = Rule(
    "unknown-guardrail",
    check,
    unread=True,
    why="The checks that this name stands for would not run.",
    mend="Use a set of engine.yaml, or declare this one under `guardrails`.",
)
