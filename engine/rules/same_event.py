"""An event that starts two flows: nobody could say which one of them takes the ticket."""

from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

from engine.diagnostics import Label, Place, Sink
from engine.rules.base import Across, Case, Rule

__all__ = ["RULE"]


class _Started(NamedTuple):
    flow: str
    event: str
    place: Place


def tell(case: Case) -> list[_Started]:
    """The event that starts each flow."""
    found = []
    for name, flow in sorted(case.flows.items()):
        happening = flow.flow.start.happening if flow.flow.start else None
        if happening is not None and happening[0] is not None:
            found.append(_Started(name, happening[0].value, happening[0].place))
    return found


def judge(told: Sequence[list[_Started]], sink: Sink) -> None:
    """It belongs to the first flow, by name."""
    seen: dict[str, _Started] = {}
    for one in chain.from_iterable(told):
        other = seen.setdefault(one.event, one)
        if other is not one:
            labels = (Label(other.place, "it stands here"),)
            message = f"the event `{one.event}` starts the flow `{other.flow}` already"
            sink.error("same-event", one.place, message, labels=labels)


RULE = Rule(
    "same-event",
    across=Across(tell, judge),
    unread=True,
    why="An event opens one ticket, in one flow. Which of the two that were, would be a matter of luck.",
    mend="Let one flow take the event, and put in it what both would do, by a shared piece for one.",
)
