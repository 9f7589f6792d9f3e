"""The bell: knows when Temporal was away, however shortly, and then rings everything."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from engine.plan import digest
from engine.runtime.ring import workflow_id
from engine.runtime.server import TemporalServer
from engine.service.bell import Bell
from engine.settings import Settings
from engine.store import Arrival, Store, TicketRow
from tests.runtime.test_ring import rings
from tests.service.conftest import SLA


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{tmp_path}/store.db") as opened:
        plan = {"flow": "triage", "title": "Triage", "nodes": {}}
        opened.revisions.add("triage@1", "triage", digest(plan), plan)
        opened.revisions.activate("triage", "triage@1", 0)
        yield opened


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[TemporalServer]:
    """A server of this test's own, to be killed."""
    made = TemporalServer(tmp_path / "temporal.db", ui=False)
    await made.start()
    yield made
    made.kill()


def ticket(store: Store, number: str) -> TicketRow:
    made = store.messages.ingest(
        "desk", number, [Arrival(content_id=number, author_id="5", text="hello")], subject=None,
        requester={"id": "5"}, owner="support", sla=SLA,
    )  # fmt: skip
    return store.tickets.get(made.ticket_id)


def forget(server: TemporalServer) -> None:
    """An older copy of its database: one of before the first ticket."""
    for suffix in ("", "-wal", "-shm"):
        Path(f"{server.db}{suffix}").unlink(missing_ok=True)


def settings(tmp_path: Path, address: str) -> Settings:
    return Settings.from_env(tmp_path, {"ENGINE_TEMPORAL": address})


@asynccontextmanager
async def watching(bell: Bell) -> AsyncIterator[None]:
    task = asyncio.create_task(bell.watch())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(bell: Bell, up: bool) -> None:
    for _ in range(400):
        if bell.up is up:
            return
        await asyncio.sleep(0.02)
    pytest.fail(f"never {'up' if up else 'down'}")


async def rung(server: TemporalServer, row: TicketRow) -> int:
    """How often the workflow was."""
    from temporalio.client import Client

    return await rings(await Client.connect(server.address), row)


async def running(server: TemporalServer, row: TicketRow) -> bool:
    from temporalio.client import Client
    from temporalio.service import RPCError

    client = await Client.connect(server.address)
    try:
        await client.get_workflow_handle(workflow_id(row)).describe()
    except RPCError:
        return False
    return True


async def test_what_waited_for_temporal_is_rung_once_it_is_there(
    server: TemporalServer, store: Store, tmp_path: Path
) -> None:
    bell = Bell(settings(tmp_path, server.address), store)
    server.kill()
    async with watching(bell):
        row = ticket(store, "1")
        await asyncio.sleep(0.1)
        assert not bell.up
        assert not await bell.ring(row.id)
        await bell.sweep()
        await server.start()
        await until(bell, True)
        await bell.sweep()
        assert await running(server, row)


async def test_a_server_that_was_set_back_within_a_moment_has_all_tickets_again(
    server: TemporalServer, store: Store, tmp_path: Path
) -> None:
    """Killed, its database put back to what it was before the ticket came, and started at once."""
    bell = Bell(settings(tmp_path, server.address), store)
    async with watching(bell):
        await until(bell, True)
        await bell.sweep()
        row = ticket(store, "1")
        assert await bell.ring(row.id)
        store.messages.pull(row.id, 0)  # nothing in the store asks for a ring any more
        server.kill()
        forget(server)
        await server.start()
        for _ in range(100):
            await bell.sweep()
            if await running(server, row):
                return
            await asyncio.sleep(0.05)
    pytest.fail("the ticket has no workflow any more")


async def test_what_closed_while_temporal_was_set_back_is_compared_once_more(
    server: TemporalServer, store: Store, tmp_path: Path
) -> None:
    """At its return the ticket has closed a moment ago: its workflow may be ending just now, or wait for ever."""
    bell = Bell(settings(tmp_path, server.address), store)
    async with watching(bell):
        await until(bell, True)
        row = ticket(store, "1")
        await bell.sweep()
        assert await running(server, row)
        assert store.tickets.close(row.id, 1, 1, "solved")
        for _ in range(20):
            await bell.sweep()
            await asyncio.sleep(0.05)
        before = await rung(server, row)
        store.database.clock.shift += timedelta(minutes=1)
        for _ in range(100):
            await bell.sweep()
            if await rung(server, row) == before + 1:
                return
            await asyncio.sleep(0.05)
    pytest.fail("nobody tells the workflow that its ticket is closed")


async def test_while_temporal_is_there_only_what_waits_is_rung(
    server: TemporalServer, store: Store, tmp_path: Path
) -> None:
    bell = Bell(settings(tmp_path, server.address), store)
    async with watching(bell):
        await until(bell, True)
        await bell.sweep()
        row = ticket(store, "1")
        store.messages.pull(row.id, 0)
        for _ in range(5):
            await bell.sweep()
        assert not await running(server, row)
