"""A value of another type than its place wants."""

from engine.compile.typing import type_flow
from engine.diagnostics import Sink
from engine.rules.arguments import given, inner
from engine.rules.base import Case, Rule
from engine.types import JSON, ListType, MapType, RecordType, is_known, show

__all__ = ["RULE"]


def check(case: Case, sink: Sink) -> None:
    """Every expression, with what is known where it stands; in a piece, what it shows by itself, then what only a flow
    that uses it shows. Names that are not set yet are found by the same pass."""
    for piece in case.pieces.values():
        type_flow(piece, sink)
    alone = {(found.rule, found.place) for found in sink.ordered()}
    for flow in case.flows.values():
        own = Sink()
        type_flow(flow, own)
        for found in own.ordered():
            if found.place.path == flow.flow.place.path or (found.rule, found.place) not in alone:
                sink.add(found)
    for place in given(case):
        for one in inner(place):
            listed = isinstance(one.value, list)
            fits = isinstance(one.wanted, ListType if listed else RecordType | MapType)
            if is_known(one.wanted) and one.wanted != JSON and not fits:
                what = "list" if listed else "record"
                message = f"`{one.name}` of `{place.tool.name}` takes {show(one.wanted)}, but this is a {what}"
                sink.error("wrong-type", one.place, message)


RULE = Rule(
    "wrong-type",
    check,
    why="The step would fail at this place on a real ticket, and a person would have to take over.",
    mend="Compare, convert or choose another value, as the message says.",
)
