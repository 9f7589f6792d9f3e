"""A run whose history does not replay begins again from the store, once; then people have it. On a real server."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from engine.runtime.attributes import FLOW
from engine.runtime.ring import workflow_id
from engine.runtime.server import TemporalServer
from engine.runtime.stuck import Stuck, begin_again, stuck
from engine.runtime.watchdog import Watchdog
from engine.runtime.workflow import TicketWorkflow
from engine.service.bell import Bell
from tests.runtime.bench import Bench


@pytest.fixture
async def bench(temporal: TemporalServer, tmp_path: Path) -> AsyncIterator[Bench]:
    async with Bench(tmp_path, temporal.address, f"q-{tmp_path.name}") as made:
        yield made


async def left_stuck(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> int:
    """A refund that waits for its approval, in a run that other code than today's began."""
    with monkeypatch.context() as other:
        other.setattr(TicketWorkflow, "_publish", lambda self, ticket: ticket.tell("without search attributes"))
        async with bench.work():
            ticket = bench.refund_ticket()
            await bench.until(bench.open_approvals, "the approval")
    return ticket


async def reported(bench: Bench) -> list[Stuck]:
    for _ in range(300):
        if found := await stuck(bench.ringer):
            return found
        await asyncio.sleep(0.2)
    return []


async def test_it_begins_again_from_the_store_and_pays_once(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket = await left_stuck(bench, monkeypatch)
    row = bench.row(ticket)
    handle = bench.client.get_workflow_handle(workflow_id(row))
    before = (await handle.describe()).run_id
    bell = Bell(bench.settings, bench.store)
    watching = asyncio.create_task(bell.watch())
    dog = Watchdog(bench.store, {}, bell, sla=timedelta(minutes=15), team="support")
    try:
        async with bench.work():
            [approval] = bench.open_approvals()
            assert (await bench.decide(approval)).status_code == 200
            assert await reported(bench) == [Stuck(row.id, workflow_id(row), before)]
            assert bench.shop.refunds("4710") == []
            await bench.until(lambda: bell.up, "the bell to have seen Temporal")
            await dog.look()
            await bench.until(lambda: bench.closed(ticket), "the close")
    finally:
        watching.cancel()
    described = await handle.describe()
    assert (described.run_id != before, described.typed_search_attributes[FLOW]) == (True, "refund")
    assert [one["amount"] for one in bench.shop.refunds("4710")] == [12900]
    assert len(bench.said(ticket)) == len(set(bench.said(ticket))) == 2
    assert bench.row(ticket).escalated is None
    assert await stuck(bench.ringer) == []


async def test_a_run_that_has_ended_meanwhile_is_left(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    row = bench.row(await left_stuck(bench, monkeypatch))
    handle = bench.client.get_workflow_handle(workflow_id(row))
    old = Stuck(row.id, workflow_id(row), (await handle.describe()).run_id)
    assert await begin_again(bench.ringer, old)
    new = (await handle.describe()).run_id
    assert new != old.run
    assert not await begin_again(bench.ringer, old)
    assert (await handle.describe()).run_id == new
