"""When schedules are due, on the clock of the project's place: through the nights in which clocks change as well.

A time that a day does not have (02:30 as the clocks go forward) is due that much later; one that it has twice is due at
the first of the two.
"""

import calendar as months
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from engine.runtime.deadlines import calendar_of, opens_on

__all__ = ["LATE", "Due", "due"]

LATE: Final = timedelta(days=7)
"""What was due longer ago, while nothing ran, is left out."""
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Due(NamedTuple):
    """A time at which a flow is to start, and the key that makes it one."""

    key: str
    at: datetime


def due(settings: Mapping[str, Any], since: datetime, until: datetime) -> Due | None:
    """The latest time at which the plan's schedule was due after `since`, up to and with `until`; None if none was.
    Earlier ones that were missed are not made up for: one start sees what there is by then."""
    since = max(since, until - LATE)
    schedule = settings["start"]["schedule"]
    if "every" in schedule:
        seconds = int(schedule["every"])
        at = datetime.fromtimestamp(int(until.timestamp()) // seconds * seconds, UTC)
        return Due(at.isoformat(), at) if at > since else None
    found = [one for one in _times(schedule, settings, since, until) if since < one.at <= until]
    return max(found, key=lambda one: one.at, default=None)


def _times(schedule: Mapping[str, Any], settings: Mapping[str, Any], since: datetime, until: datetime) -> Iterator[Due]:
    zone = ZoneInfo(settings.get("timezone") or "UTC")
    day, last = since.astimezone(zone).date(), until.astimezone(zone).date()
    while day <= last:
        if not schedule["on"] or any(_is_on(day, word, settings) for word in schedule["on"]):
            for clock in schedule["at"]:
                at = datetime.combine(day, time.fromisoformat(clock), zone)
                yield Due(f"{day}T{clock}", at.astimezone(UTC))
        day += timedelta(days=1)


def _is_on(day: date, word: str, settings: Mapping[str, Any]) -> bool:
    if word == "business days":
        return opens_on(day, calendar_of(settings))
    if word == "last":
        return day.day == months.monthrange(day.year, day.month)[1]
    if word.isdigit():
        return day.day == int(word)
    first, _, last = word.partition("-")
    return _DAYS.index(first) <= day.weekday() <= _DAYS.index(last or first)
