"""A model that engine.yaml does not have."""

from engine.diagnostics import Sink
from engine.rules.base import Case, Rule
from engine.rules.references import report

__all__ = ["RULE"]


def check(case: Case, sink: Sink) -> None:
    """Nothing is said where the place that declares such names is broken itself."""
    settings = case.project.settings
    if settings is None or "models" in settings.broken:
        return
    known = {*(settings.models or {}), "local"}
    report(case, sink, "model", known, "engine.yaml")


RULE = Rule(
    "unknown-model",
    check,
    unread=True,
    why="No model stands behind this name, so nothing could be written or judged here.",
    mend="Use a model of engine.yaml, or `local`.",
)
