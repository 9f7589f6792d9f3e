"""A call, or the use of a shared piece, without an argument that it can't go without."""

from engine.diagnostics import Label, Sink
from engine.project.shape import quoted
from engine.rules.arguments import given, uses
from engine.rules.base import Case, Rule

__all__ = ["RULE"]


def check(case: Case, sink: Sink) -> None:
    """By `required` of the tool's input schema."""
    for place in given(case):
        missing = sorted(place.tool.required - set(place.names))
        if missing and place.whole and "input" not in place.tool.entry.broken:
            labels = (Label(place.tool.entry.spot("input"), "its input is declared here"),)
            message = f"`{place.tool.name}` needs {quoted(missing, 'and')} too"
            sink.error("missing-argument", place.place, message, labels=labels)
    for step, piece in uses(case):
        missing = sorted(set(piece.takes or {}) - set(step.arguments or {}))
        if missing and step.piece is not None and "with" not in step.broken:
            labels = (Label(piece.spot("takes"), "what it takes is declared here"),)
            message = f"`{piece.name}` needs {quoted(missing).replace(' or ', ' and ')} too"
            sink.error("missing-argument", step.piece.place, message, labels=labels)


RULE = Rule(
    "missing-argument",
    check,
    why="The tool refuses a call that lacks something it needs, so every ticket that gets here would fail.",
    mend="Add the argument under `with`.",
)
