"""A call, or the use of a shared piece, without an argument that it can't go without."""

from collections.abc import Collection, Iterable

from engine.diagnostics import Label, Sink, nearest
from engine.project.binding import Fields
from engine.project.shape import quoted
from engine.rules.arguments import given, inner, uses
from engine.rules.base import Case, Rule
from engine.types import OptionalType, RecordType, fields_of

__all__ = ["RULE"]


def check(case: Case, sink: Sink) -> None:
    """By `required` of the tool's input schema."""
    for place in given(case):
        missing = _missing(place.tool.required, place.names, fields_of(place.tool.input))
        if missing and place.whole and "input" not in place.tool.entry.broken:
            labels = (Label(place.tool.entry.spot("input"), "its input is declared here"),)
            message = f"`{place.tool.name}` needs {quoted(missing, 'and')} too"
            sink.error("missing-argument", place.place, message, labels=labels)
        for one in inner(place):
            if isinstance(one.value, Fields) and isinstance(one.wanted, RecordType):
                needed = [name for name, kind in one.wanted.items if not isinstance(kind, OptionalType)]
                missing = _missing(needed, one.value.entries, one.wanted.fields)
                if missing and "input" not in place.tool.entry.broken:
                    message = f"`{one.name}` of `{place.tool.name}` needs {quoted(missing, 'and')} too"
                    labels = (Label(place.tool.entry.spot("input"), "its input is declared here"),)
                    sink.error("missing-argument", one.place, message, labels=labels)
    for step, piece in uses(case):
        missing = _missing(piece.takes or {}, step.arguments or {}, piece.takes or {})
        if missing and step.piece is not None and "with" not in step.broken:
            labels = (Label(piece.spot("takes"), "what it takes is declared here"),)
            message = f"`{piece.name}` needs {quoted(missing, 'and')} too"
            sink.error("missing-argument", step.piece.place, message, labels=labels)


def _missing(needed: Iterable[str], given: Collection[str], known: Collection[str]) -> list[str]:
    """Those that are neither given nor meant by a misspelt name, which is reported as such."""
    meant = {nearest(name, known) for name in given if name not in known}
    return sorted(set(needed) - set(given) - meant)


RULE = Rule(
    "missing-argument",
    check,
    why="The tool refuses a call that lacks something it needs, so every ticket that gets here would fail.",
    mend="Add the argument under `with`.",
)
