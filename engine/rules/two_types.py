"""One name that holds values of different types, depending on the way that a ticket took."""

from engine.compile import Compiled
from engine.diagnostics import Label, Sink
from engine.rules.base import Case, Rule
from engine.types import NEVER, UNKNOWN, ListType, RecordType, Type, join, show

__all__ = ["RULE"]


def check(case: Case, sink: Sink) -> None:
    """Compares what the steps of one name give, where they stand."""
    for flow in case.files:
        for name, binders in flow.graph.binders.items():
            if len(binders) > 1 and name != "customer" and "/" not in name:  # a piece's own, looked at alone
                _compare(flow, name, binders, sink)


def _compare(flow: Compiled, name: str, binders: list[str], sink: Sink) -> None:
    given = {
        binder: flow.graph.gives[binder](flow.states[binder].names)
        for binder in binders
        if binder in flow.states and binder in flow.graph.gives
    }
    if len(given) < 2:
        return
    first, *others = given
    for other in others:
        if not _fit(given[other], given[first]):
            labels = (Label(flow.graph.places[first], f"here it is {show(given[first])}"),)
            message = f"a name has one type in a flow: `{name}` is {show(given[other])} here"
            sink.error("two-types", flow.graph.places[other], message, labels=labels)


def _fit(left: Type, right: Type) -> bool:
    """Records are of one shape; simple values need something in common, as two words of an enum have."""
    if left == right or UNKNOWN in (left, right):
        return True
    if isinstance(left, ListType) and isinstance(right, ListType) and NEVER in (left.element, right.element):
        return True  # an empty list is one of any elements
    return not isinstance(left, RecordType | ListType) and join(left, right) != UNKNOWN


RULE = Rule(
    "two-types",
    check,
    why="A reply or a condition that reads the name would be right on one way and break on the other.",
    mend="Use two names, or give values of one type.",
)
