"""A collection of articles that engine.yaml does not have."""

from engine.diagnostics import Sink
from engine.project.shape import Reference
from engine.rules.base import Case, Rule
from engine.rules.references import missing, report, use_of

__all__ = ["RULE"]


def check(case: Case, sink: Sink) -> None:
    """Nothing is said where the place that declares such names is broken itself."""
    settings = case.project.settings
    if settings is None or "knowledge" in settings.broken:
        return
    known = [text.value for text in (settings.knowledge.collections if settings.knowledge else None) or ()]
    report(case, sink, "collection", known, "engine.yaml")
    stale = (settings.knowledge.stale_after if settings.knowledge and case.furniture else None) or {}
    kept = [Reference("collection", text) for text, _ in stale.values()]
    missing((use_of(one) for one in kept), sink, "collection", known, "`collections`")


RULE = Rule(
    "unknown-collection",
    check,
    unread=True,
    why="Nothing could be found in a collection that is not there, and answers would come without articles.",
    mend="Use a collection of engine.yaml, or declare this one under `knowledge`.",
)
