"""Tickets and workflows that have lost each other, on a real server."""

import asyncio
import time
from datetime import timedelta

import pytest
from temporalio.client import Client, WorkflowExecutionStatus

from engine.runtime.reconcile import Reconciled, reconcile
from engine.runtime.ring import Ringer, workflow_id
from engine.store import Store
from tests.runtime.test_ring import activate, described, rings, ticket


@pytest.fixture
async def ringer(client: Client, store: Store) -> Ringer:
    activate(store, "triage")
    return Ringer(client, store, f"queue-{time.monotonic_ns()}")


async def listed(ringer: Ringer, count: int) -> None:
    """Waits until the server lists so many running workflows: its lists are late."""
    deadline = time.monotonic() + 20
    query = f"ExecutionStatus = 'Running' AND TaskQueue = '{ringer.task_queue}'"
    while (found := len([run async for run in ringer.client.list_workflows(query)])) != count:
        assert time.monotonic() < deadline, f"{found} running workflows"
        await asyncio.sleep(0.1)


def later(store: Store) -> None:
    store.database.clock.shift += timedelta(minutes=1)


async def test_what_is_in_order_is_left_alone(ringer: Ringer, store: Store, client: Client) -> None:
    row = ticket(store, "1")
    await ringer.ring(row.id)
    later(store)
    await listed(ringer, 1)
    assert await reconcile(ringer) == Reconciled(0, 0, ())
    assert await rings(client, row) == 1


async def test_a_ticket_whose_workflow_is_gone_gets_another(ringer: Ringer, store: Store, client: Client) -> None:
    terminated, never = ticket(store, "1"), ticket(store, "2")
    await ringer.ring(terminated.id)
    await client.get_workflow_handle(workflow_id(terminated)).terminate()
    assert (await reconcile(ringer)).started == 0, "young tickets are on their way"
    later(store)
    assert (await reconcile(ringer)).started == 2
    for row in (terminated, never):
        assert (await described(client, row)).status is WorkflowExecutionStatus.RUNNING


async def test_a_workflow_whose_ticket_is_closed_is_told(ringer: Ringer, store: Store, client: Client) -> None:
    row = ticket(store, "1")
    await ringer.ring(row.id)
    assert store.tickets.close(row.id, 1, 1, "solved")
    await listed(ringer, 1)
    assert (await reconcile(ringer)).ended == 0, "it may be ending just now"
    later(store)
    assert (await reconcile(ringer)).ended == 1
    assert await rings(client, row) == 2


async def test_a_workflow_whose_ticket_nobody_knows_is_named_and_left(ringer: Ringer, client: Client) -> None:
    handle = await client.start_workflow("refund", id="ticket/desk/t_unknown", task_queue=ringer.task_queue)
    await listed(ringer, 1)
    assert await reconcile(ringer) == Reconciled(0, 0, ("ticket/desk/t_unknown",))
    assert (await handle.describe()).status is WorkflowExecutionStatus.RUNNING
    await handle.terminate()
