"""Dates, points in time and durations of JSON (RFC 3339; ISO 8601 durations of fixed length)."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

__all__ = ["is_date", "is_date_time", "is_duration", "read_date", "read_date_time", "read_duration", "write_duration"]

_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_DATE_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d(?::\d\d)?)(?:\.(\d{1,12}))?([Zz]|[+-]\d\d:?\d\d)?", re.ASCII)
_DURATION = re.compile(
    r"(-)?P(?:(\d{1,6})W)?(?:(\d{1,7})D)?(?:T(?=\d)(?:(\d{1,8})H)?(?:(\d{1,9})M)?(?:(\d{1,10}(?:\.\d{1,6})?)S)?)?",
    re.ASCII,
)
_YEARS = range(1000, 9999)
"""Outside it a change of the offset could leave the calendar."""


def read_date(text: str) -> date:
    """`2026-07-30`. Raises ValueError."""
    if not _DATE.fullmatch(text):
        raise ValueError("date")
    return _sane(date.fromisoformat(text))


def read_date_time(text: str, timezone: str | None) -> datetime:
    """With its offset, else in `timezone` (IANA; of two equal local times the earlier one). Raises ValueError."""
    match = _DATE_TIME.fullmatch(text)
    if match is None:
        raise ValueError("date-time")
    day, clock, fraction, offset = match.groups()
    at = datetime.fromisoformat(f"{day}T{clock}" + (f".{fraction[:6]:0<6}" if fraction else ""))
    _sane(at.date())
    if offset:
        return datetime.fromisoformat(at.isoformat() + ("Z" if offset in "Zz" else offset))
    if timezone is None:
        raise ValueError("no offset and no timezone")
    zoned = at.replace(tzinfo=ZoneInfo(timezone))
    return datetime.fromisoformat(zoned.isoformat())  # the offset of that moment, whatever the zone's rules become


def read_duration(text: str) -> timedelta:
    """`P3DT4H`; years and months have no length and are refused. Raises ValueError."""
    match = _DURATION.fullmatch(text)
    if match is None or text.lstrip("-") in ("P", "PT"):
        raise ValueError("duration")
    sign, weeks, days, hours, minutes, seconds = match.groups()
    microseconds = int(Decimal(seconds or 0) * 1_000_000)
    length = timedelta(weeks=int(weeks or 0), days=int(days or 0), hours=int(hours or 0), minutes=int(minutes or 0),
                       microseconds=microseconds)  # fmt: skip
    return -length if sign else length


def write_duration(length: timedelta) -> str:
    """In seconds alone: `PT93600S`."""
    microseconds = abs(length) // timedelta(microseconds=1)
    whole, part = divmod(microseconds, 1_000_000)
    fraction = f".{part:06d}".rstrip("0") if part else ""
    return f"{'-' if length < timedelta() else ''}PT{whole}{fraction}S"


def is_date(text: str) -> bool:
    """Whether `read_date` reads it."""
    return _holds(lambda: read_date(text))


def is_date_time(text: str) -> bool:
    """Whether `read_date_time` reads it, given a timezone."""
    return _holds(lambda: read_date_time(text, "UTC"))


def is_duration(text: str) -> bool:
    """Whether `read_duration` reads it."""
    return _holds(lambda: read_duration(text))


def _holds(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except (ValueError, OverflowError):
        return False
    return True


def _sane(day: date) -> date:
    if day.year not in _YEARS:
        raise ValueError("year")
    return day
