"""A deadline for people that may begin and end while the shop is closed."""

from collections.abc import Iterator

from engine.diagnostics import Label, Sink
from engine.project.durations import Span
from engine.project.settings import Calendar
from engine.rules.base import Case, Rule
from engine.rules.grants import grants
from engine.steps.ask import Ask
from engine.syntax import Text

__all__ = ["RULE"]

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEK = 7 * 1440


def check(case: Case, sink: Sink) -> None:
    """Plain durations that are shorter than the longest closed stretch of a week; business days count open hours."""
    for span, team in _deadlines(case):
        calendar, whose = _calendar(case, team.value if team else None)
        if calendar is None or calendar.broken:
            continue
        closed = _closed(calendar)
        if span.seconds and span.seconds < closed * 60:
            message = (
                f"asked when the shop closes, this ends after {span.text.value}, and nobody is there for "
                f"{closed // 60} hours at a stretch"
            )
            labels = (Label(calendar.spot("hours"), whose),)
            tip = "count in business days, such as `1 business day`"
            sink.warning("outside-hours", span.text.place, message, tip=tip, labels=labels)


def _calendar(case: Case, team: str | None) -> tuple[Calendar | None, str]:
    """The team's own hours, else the project's, and what they are called. None also where the team's are broken."""
    settings = case.project.settings
    found = (settings.teams or {}).get(team or "") if settings else None
    own = found[1] if found else None
    if own is not None and "calendar" in own.at:
        return own.calendar, f"the opening hours of `{team}`"
    return settings.calendar if settings else None, "the opening hours"


def _deadlines(case: Case) -> Iterator[tuple[Span, Text | None]]:
    for flow in case.files:
        for step, _ in flow.steps(Ask):
            if step.of is not None and step.within is not None:
                yield step.within, step.of
    for granted in grants(case):
        for line in granted.grant.approve or ():
            yield from ((asked.within, asked.by) for asked in line.asked if asked.within is not None)


def _closed(calendar: Calendar) -> int:
    """The longest time without opening hours in a week without holidays, in minutes."""
    opened = sorted(_open(calendar))
    ends = [(end, opened[number + 1][0]) for number, (_, end) in enumerate(opened[:-1])]
    ends.append((opened[-1][1], opened[0][0] + _WEEK)) if opened else None
    return max((start - end for end, start in ends), default=0)


def _open(calendar: Calendar) -> Iterator[tuple[int, int]]:
    for days, (_, hours) in (calendar.hours or {}).items():
        first, _, last = days.partition("-")
        if hours is not None:
            start, _, end = hours.value.strip().partition("-")
            for day in range(_DAYS.index(first), _DAYS.index(last or first) + 1):
                yield day * 1440 + _minutes(start), day * 1440 + _minutes(end)


def _minutes(clock: str) -> int:
    hours, _, minutes = clock.partition(":")
    return int(hours) * 60 + int(minutes)


RULE = Rule(
    "outside-hours",
    check,
    why="Asked at the wrong hour, the question ends before anybody is back to answer it.",
    mend="Count in business days, or give it longer than the shop is closed.",
)
