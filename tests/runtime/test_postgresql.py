"""Tickets through the whole engine on PostgreSQL, with two workers at once."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from engine.runtime.client import connect
from engine.runtime.server import TemporalServer
from tests import postgres
from tests.runtime.bench import Bench


@pytest.fixture
async def bench(postgresql: str, temporal: TemporalServer, tmp_path: Path) -> AsyncIterator[Bench]:
    url = postgres.create(postgresql, tmp_path.name)
    async with Bench(tmp_path, temporal.address, f"q-{tmp_path.name}", store_url=url, duplicate=2) as made:
        assert made.store.database.url.get_backend_name() == "postgresql"
        yield made


async def test_refunds_side_by_side_are_each_paid_once(bench: Bench) -> None:
    async with bench.work(), bench.work(await connect(bench.settings)):
        ticket = bench.refund_ticket()
        other = int(bench.desk.open_ticket(
            "jonas.weber@example.com", "Order 4710", "Where is my order 4710? My postcode is 80331."
        )["id"])  # fmt: skip
        [approval] = await bench.until(bench.open_approvals, "the approval")
        first, second = await bench.decide(approval), await bench.decide(approval)
        assert (first.status_code, second.status_code) == (200, 409)
        await bench.until(lambda: bench.closed(ticket) and bench.row(other).outcome, "both to be closed")
    assert [row["amount"] for row in bench.shop.refunds("4710")] == [12900]
    assert len(bench.said(ticket)) == len(set(bench.said(ticket))) == 2
    [intent] = bench.store.intents.of_ticket(bench.row(ticket).id)
    assert (intent.state, bench.row(ticket).outcome) == ("done", "solved")


async def test_a_worker_that_ends_while_people_decide_is_followed_by_another(bench: Bench) -> None:
    async with bench.work():
        ticket = bench.refund_ticket()
        [approval] = await bench.until(bench.open_approvals, "the approval")
    assert (await bench.decide(approval)).status_code == 200
    async with bench.work():
        await bench.until(lambda: bench.closed(ticket), "the close")
    assert [row["amount"] for row in bench.shop.refunds("4710")] == [12900]
