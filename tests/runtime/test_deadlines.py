"""Business days: open hours, holidays, time zones, and the nights in which clocks change."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine.runtime.deadlines import after, calendar_of, instants

BERLIN = {"timezone": "Europe/Berlin", "hours": {"mon-fri": "09:00-18:00"}, "holidays": ["2026-12-25"]}
LISBON = {"timezone": "Europe/Lisbon", "hours": {"mon-fri": "10:00-16:00"}, "holidays": ["2026-12-24"]}
ALWAYS = {"timezone": "Europe/Berlin", "hours": {"mon-sun": "00:00-24:00"}, "holidays": []}
NIGHT = {"timezone": "Europe/Berlin", "hours": {"mon-sun": "02:00-04:00"}, "holidays": []}


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "days", "calendar", "end"),
    [
        ("2026-11-24T11:00", 1, BERLIN, "2026-11-25T11:00"),
        ("2026-11-27T11:00", 1, BERLIN, "2026-11-30T11:00"),  # Friday noon to Monday noon
        ("2026-11-27T20:00", 1, BERLIN, "2026-12-01T08:00"),  # closed: counted from Monday's opening
        ("2026-12-24T11:00", 1, BERLIN, "2026-12-28T11:00"),  # over a holiday and a weekend
        ("2026-12-24T11:00", 1, LISBON, "2026-12-28T10:00"),  # its own holiday: counted from Christmas Day's opening
        ("2026-11-24T08:30", 1, LISBON, "2026-11-25T10:00"),  # Berlin works already, Lisbon does not
        ("2026-03-27T11:00", 1, BERLIN, "2026-03-30T10:00"),  # noon stays noon when the clocks go forward
        ("2026-10-23T10:00", 1, BERLIN, "2026-10-26T11:00"),  # and back
        ("2026-11-24T22:30", 1, ALWAYS, "2026-11-25T22:30"),  # 24:00 is the end of the day
        ("2026-11-24T23:30", 2, ALWAYS, "2026-11-26T23:30"),
        ("2026-03-28T01:30", 1, NIGHT, "2026-03-29T01:30"),  # 02:30 is not there on that day: an hour later it is
    ],
)  # fmt: skip
def test_business_days(start: str, days: int, calendar: dict[str, Any], end: str) -> None:
    assert after(utc(start), {"business_days": days}, calendar) == utc(end)


def test_plain_durations_know_no_calendar() -> None:
    assert after(utc("2026-11-27T20:00"), {"seconds": 3600}, BERLIN) == utc("2026-11-27T21:00")


def test_a_calendar_that_never_opens_ends_all_the_same() -> None:
    closed = {**BERLIN, "hours": {"mon": "09:00-10:00"}, "holidays": [_monday(week) for week in range(600)]}
    assert after(utc("2026-11-24T11:00"), {"business_days": 2}, closed) == utc("2026-11-26T11:00")


def _monday(week: int) -> str:
    return (utc("2026-11-23T00:00") + timedelta(weeks=week)).date().isoformat()


def test_reminders_at_the_end_or_after_it_are_dropped() -> None:
    start, end = utc("2026-11-24T11:00"), utc("2026-11-26T11:00")
    wanted = [{"business_days": 2}, {"business_days": 1}, {"seconds": 3600}]
    assert instants(start, wanted, end, BERLIN) == [utc("2026-11-24T12:00"), utc("2026-11-25T11:00")]


def test_a_team_without_hours_of_its_own_has_the_projects() -> None:
    settings = {"calendar": BERLIN, "calendars": {"leads": LISBON}}
    assert calendar_of(settings, "leads") == LISBON
    assert calendar_of(settings, "support") == calendar_of(settings) == BERLIN
    assert calendar_of({"calendar": BERLIN}, "leads") == BERLIN, "a plan of before"
