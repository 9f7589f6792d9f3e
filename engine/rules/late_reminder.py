"""A reminder that comes at the deadline or after it, so that nobody ever gets it."""

from collections.abc import Iterator

from engine.diagnostics import Label, Sink
from engine.project.durations import Span
from engine.rules.base import Case, Rule
from engine.rules.grants import grants
from engine.steps.ask import Ask

__all__ = ["RULE"]


def check(case: Case, sink: Sink) -> None:
    """Business days and hours are compared only where any calendar gives the same answer."""
    for remind, within in _pairs(case):
        for span in remind or ():
            if within is not None and _late(span, within):
                labels = (Label(within.text.place, "the wait ends here"),)
                message = f"the reminder after {span.text.value} comes when the wait of {within.text.value} is over"
                sink.error("late-reminder", span.text.place, message, labels=labels)


def _late(span: Span, within: Span) -> bool:
    if bool(span.business_days) == bool(within.business_days):
        return (span.business_days, span.seconds) >= (within.business_days, within.seconds)
    # A business day never ends before its open hours have passed: at least as many days as there are, less one.
    return bool(span.business_days) and (span.business_days - 1) * 86400 >= within.seconds


def _pairs(case: Case) -> Iterator[tuple[list[Span] | None, Span | None]]:
    if case.project.settings and case.project.settings.silence:
        yield case.project.settings.silence.remind, case.project.settings.silence.within
    for flow in case.flows.values():
        yield from ((silence.remind, silence.within) for silence in flow.silences)
        yield from ((step.remind, step.within) for step, _ in flow.steps(Ask))
    for granted in grants(case):
        for line in granted.grant.approve or ():
            yield from ((asked.remind, asked.within) for asked in line.asked)


RULE = Rule(
    "late-reminder",
    check,
    why="When the reminder is due the wait is over already, so nobody is ever reminded.",
    mend="Remind earlier, or give the wait more time.",
)
