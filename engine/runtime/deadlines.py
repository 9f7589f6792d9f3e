"""Absolute instants from durations: plain ones, and those in a team's business hours.

A plan says durations as `{"seconds": n}` or `{"business_days": n}`. A business day is the calendar's open hours of
one day; business time starts at the next open hour. Computed once, in an activity, then kept as an instant.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

__all__ = ["after", "calendar_of", "instants"]

_FAR = 3660  # days: a calendar that is never open ends the search

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def calendar_of(settings: Mapping[str, Any], team: str) -> Mapping[str, Any]:
    """The business calendar of a team, from a plan's settings: the one place that knows. Today the project's."""
    del team
    calendar: Mapping[str, Any] = settings.get("calendar", {})
    return calendar


def after(start: datetime, duration: Mapping[str, Any], calendar: Mapping[str, Any]) -> datetime:
    """The instant that is `duration` after `start`, in UTC. `start` must be aware."""
    if "seconds" in duration:
        return start.astimezone(UTC) + timedelta(seconds=float(duration["seconds"]))
    return _business(start, int(duration["business_days"]), calendar)


def instants(start: datetime, durations: list[Any], end: datetime, calendar: Mapping[str, Any]) -> list[datetime]:
    """Reminders, each counted from `start`; one at or after `end` is dropped."""
    found = (after(start, duration, calendar) for duration in durations)
    return sorted(instant for instant in found if instant < end)


def _business(start: datetime, days: int, calendar: Mapping[str, Any]) -> datetime:
    zone = ZoneInfo(calendar.get("timezone") or "UTC")
    hours = _hours(calendar.get("hours") or {"mon-fri": "09:00-17:00"})
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
    day: date, hours: Mapping[int, tuple[time, time]], holidays: set[str], zone: ZoneInfo
) -> tuple[datetime, datetime] | None:
    if day.isoformat() in holidays or day.weekday() not in hours:
        return None
    opens, closes = hours[day.weekday()]
    return datetime.combine(day, opens, zone), datetime.combine(day, closes, zone)


def _hours(spec: Mapping[str, str]) -> dict[int, tuple[time, time]]:
    hours = {}
    for days, span in spec.items():
        opens, closes = (time.fromisoformat(part.strip()) for part in span.split("-"))
        first, _, last = days.partition("-")
        for number in range(_DAYS.index(first), _DAYS.index(last or first) + 1):
            hours[number] = (opens, closes)
    return hours
