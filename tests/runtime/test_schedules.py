"""When a schedule is due: by days, by the month, by business days, and through the nights in which clocks change."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine.runtime.schedules import LATE, Due, due

SETTINGS: dict[str, Any] = {
    "timezone": "Europe/Berlin",
    "calendar": {"timezone": "Europe/Berlin", "hours": {"mon-fri": "09:00-18:00"}, "holidays": ["2026-12-25"]},
}


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def found(since: str, until: str, **schedule: Any) -> str | None:
    one = due({**SETTINGS, "start": {"schedule": {"on": [], **schedule}}}, utc(since), utc(until))
    return one and one.key


@pytest.mark.parametrize(
    ("since", "until", "on", "key"),
    [
        ("2026-11-27T07:00", "2026-11-27T07:59", [], None),
        ("2026-11-27T07:59", "2026-11-27T08:00", [], "2026-11-27T09:00"),  # it is due when its time has come
        ("2026-11-27T08:00", "2026-11-27T09:00", [], None),  # and not once more
        ("2026-11-25T07:00", "2026-11-27T09:00", [], "2026-11-27T09:00"),  # of what was missed, the latest
        ("2026-11-27T09:00", "2026-11-29T09:00", ["mon-fri"], None),
        ("2026-11-27T09:00", "2026-11-29T09:00", ["sun"], "2026-11-29T09:00"),
        ("2026-12-24T09:00", "2026-12-27T09:00", ["business days"], None),  # Christmas, and a weekend
        ("2026-12-24T09:00", "2026-12-28T09:00", ["business days"], "2026-12-28T09:00"),
        ("2026-02-27T09:00", "2026-02-28T09:00", ["last"], "2026-02-28T09:00"),
        ("2028-02-27T09:00", "2028-02-28T09:00", ["last"], None),
        ("2026-11-30T09:00", "2026-12-02T09:00", ["1"], "2026-12-01T09:00"),
    ],
)
def test_days(since: str, until: str, on: list[str], key: str | None) -> None:
    assert found(since, until, at=["09:00"], on=on) == key


def test_the_hour_that_is_there_twice_is_due_once() -> None:
    night = {"at": ["02:30"]}
    assert found("2026-10-25T00:00", "2026-10-25T00:30", **night) == "2026-10-25T02:30"
    assert found("2026-10-25T00:30", "2026-10-25T02:00", **night) is None


def test_the_hour_that_is_not_there_is_due_all_the_same() -> None:
    settings = {**SETTINGS, "start": {"schedule": {"on": [], "at": ["02:30"]}}}
    one = due(settings, utc("2026-03-29T00:00"), utc("2026-03-29T02:00"))
    assert one == Due("2026-03-29T02:30", utc("2026-03-29T01:30"))


def test_so_long_after_each_other() -> None:
    assert found("2026-11-27T07:59", "2026-11-27T08:00", every=4 * 3600) == "2026-11-27T08:00:00+00:00"
    assert found("2026-11-27T08:00", "2026-11-27T11:59", every=4 * 3600) is None


def test_what_is_over_a_week_late_is_left_out() -> None:
    until = utc("2026-11-27T08:00")
    settings = {**SETTINGS, "start": {"schedule": {"on": ["10"], "at": ["09:00"]}}}
    assert due(settings, until - timedelta(days=60), until) is None
    assert due(settings, until - timedelta(days=60), utc("2026-11-10T08:00") + LATE - timedelta(minutes=1)) is not None
