"""An event that is nearly one of the engine's own, and is none."""

from collections.abc import Iterator

from engine.diagnostics import Sink, nearest
from engine.project.shape import misspelt, quoted, shortened
from engine.rules.base import Case, Rule
from engine.steps.wait import Wait
from engine.syntax import Text

__all__ = ["EVENTS", "RULE"]

EVENTS = ("ticket.handed_back", "ticket.solved")
"""What people do to a ticket that they have. Every other event is another system's, which names it as it likes."""
_OURS = "ticket."
_WORDS = [event.removeprefix(_OURS) for event in EVENTS]


def check(case: Case, sink: Sink) -> None:
    """What begins with `ticket.` and is near one of them, in a `wait` and in a `start`."""
    for text in _named(case):
        ours, _, word = text.value.rpartition(_OURS)
        if not ours and word != text.value and nearest(word, _WORDS) is not None:
            message = f"the engine tells of {quoted(EVENTS, 'and')}, and of no `{shortened(text.value)}`"
            tip, fix = misspelt(text, EVENTS)
            sink.error("unknown-event", text.place, message, tip=tip, fix=fix)


def _named(case: Case) -> Iterator[Text]:
    for flow in case.files:
        start = flow.flow.start
        if start is not None and start.happening is not None and start.happening[0] is not None:
            yield start.happening[0]
        for step, _ in flow.steps(Wait):
            yield from (branch.event for branch in step.branches or () if branch.event is not None)


RULE = Rule(
    "unknown-event",
    check,
    why="It never comes, so the step waits until its time is up, and what people did to the ticket is not heard.",
    mend="Write `ticket.solved` or `ticket.handed_back`; give an event of another system a name that is not as near.",
)
