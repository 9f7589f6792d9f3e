"""A worker killed, or stopped and continued, at every point of a refund's way: the books of the shop, the platform and
the store show one refund, one text each, and nothing left over.

The points come from unbroken runs. All of them: ENGINE_PROVE=1; else a few, others on another day.
"""

import signal
from pathlib import Path

import pytest

from engine.runtime.server import TemporalServer
from tests.runtime.played import ALL, activity_of, chosen, record, schedules

CALL = "refund/payments.refund"
ACTIVITIES = {
    "triage/route", "refund/verify", "refund/ask.read", "refund/orders.get", "refund/propose", "refund/confirm",
    "refund/listen", "refund/approval", CALL, "refund/reply", "refund/close", "triage/workflow", "refund/workflow",
}  # fmt: skip
"""Some that every refund passes: a recording without them recorded nothing."""


@pytest.fixture(scope="module")
def points() -> list[str]:
    return []


async def recorded(points: list[str], temporal: TemporalServer, folder: Path) -> list[str]:
    """Recorded once for all tests of this file."""
    if not points:
        points += await record(temporal.address, folder)
    return points


@pytest.mark.timeout(240)
async def test_the_points_are_those_of_the_whole_way(
    temporal: TemporalServer, tmp_path: Path, points: list[str]
) -> None:
    found = await recorded(points, temporal, tmp_path)
    assert {activity_of(point) for point in found} >= ACTIVITIES
    assert any(point.startswith(CALL) and "sent" in point for point in found), "the refund is out, its answer is not"
    assert any(point.startswith("refund/reply") and "sent" in point for point in found)
    assert len(found) == len(set(found)) > 100


@pytest.mark.timeout(7200 if ALL else 300)
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "stopped"])
async def test_a_worker_hit_at_a_point(
    temporal: TemporalServer, tmp_path: Path, points: list[str], number: signal.Signals
) -> None:
    found = chosen(await recorded(points, temporal, tmp_path), 9, CALL)
    assert await schedules(temporal.address, tmp_path, found, number) == {}
