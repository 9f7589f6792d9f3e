"""Absolute instants from durations: plain ones, and those in a team's business hours.

A plan says durations as `{"seconds": n}` or `{"business_days": n}`. A business day is the calendar's open hours of
one day; business time starts at the next open hour. Computed once, in an activity, then kept as an instant.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

__all__ = ["after", "calendar_of", "instants", "opens_on"]

_FAR = 3660  # days: a calendar that is never open ends the search

_HOURS = {"mon-fri": "09:00-17:00"}
"""Where a plan says none."""
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def calendar_of(settings: Mapping[str, Any], team: str | None = None) -> Mapping[str, Any]:
    """The calendar of a plan's settings in which a team's business days are counted: its own, else the project's."""
    own: Mapping[str, Any] | None = settings.get("calendars", {}).get(team)
    return own if own is not None else settings.get("calendar", {})


def after(start: datetime, duration: Mapping[str, Any], calendar: Mapping[str, Any]) -> datetime:
    """The instant that is `duration` after `start`, in UTC. `start` must be aware."""
    if "seconds" in duration:
        return start.astimezone(UTC) + timedelta(seconds=float(duration["seconds"]))
    return _business(start, int(duration["business_days"]), calendar)


def opens_on(day: date, calendar: Mapping[str, Any]) -> bool:
    """Whether a day has open hours."""
    hours = _hours(calendar.get("hours") or _HOURS)
    return day.weekday() in hours and day.isoformat() not in {str(one) for one in calendar.get("holidays", ())}


def instants(start: datetime, durations: list[Any], end: datetime, calendar: Mapping[str, Any]) -> list[datetime]:
    """Reminders, each counted from `start`; one at or after `end` is dropped."""
    found = (after(start, duration, calendar) for duration in durations)
    return sorted(instant for instant in found if instant < end)


def _business(start: datetime, days: int, calendar: Mapping[str, Any]) -> datetime:
    zone = ZoneInfo(calendar.get("timezone") or "UTC")
    hours = _hours(calendar.get("hours") or _HOURS)
    holidays = {str(day) for day in calendar.get("holidays", ())}
    local = start.astimezone(zone)
    left = days
    day = local.date()
    reference: timedelta | None = None
    for _ in range(_FAR):
        opening = _opening(day, hours, holidays, zone)
        if opening is not None:
            opens, closes = opening
            if reference is None:
                begin = max(opens, local)
                if begin < closes:
                    reference = begin - opens
            else:
                left -= 1
                if left <= 0:
                    return min(opens + reference, closes).astimezone(UTC)
        day += timedelta(days=1)
    return (start + timedelta(days=days)).astimezone(UTC)


def _opening(
    day: date, hours: Mapping[int, tuple[timedelta, timedelta]], holidays: set[str], zone: ZoneInfo
) -> tuple[datetime, datetime] | None:
    if day.isoformat() in holidays or day.weekday() not in hours:
        return None
    opens, closes = hours[day.weekday()]
    midnight = datetime.combine(day, time(), zone)
    return midnight + opens, midnight + closes


def _hours(spec: Mapping[str, str]) -> dict[int, tuple[timedelta, timedelta]]:
    """By the day of the week, from midnight on the clock of the place; `24:00` is the midnight that ends the day."""
    hours = {}
    for days, span in spec.items():
        opens, closes = (_clock(part) for part in span.split("-"))
        first, _, last = days.partition("-")
        for number in range(_DAYS.index(first), _DAYS.index(last or first) + 1):
            hours[number] = (opens, closes)
    return hours


def _clock(said: str) -> timedelta:
    hours, _, minutes = said.strip().partition(":")
    return timedelta(hours=int(hours), minutes=int(minutes))
