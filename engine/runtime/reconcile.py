"""Comparing the store with Temporal, in both directions: open tickets without a workflow, workflows without an open
ticket. Rings mend the first within seconds where they are wanted; this finds what nobody rang for."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import timedelta

from temporalio.client import WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from engine.runtime.ring import Ringer, workflow_id
from engine.store import Missing, TicketRow

__all__ = ["YOUNG", "Reconciled", "reconcile"]

log = logging.getLogger("engine.reconcile")
YOUNG = timedelta(seconds=30)
"""A ticket that changed within it is on its way: to its workflow, or to its workflow's end."""
_TIMEOUT = timedelta(seconds=10)
_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What was found: tickets that got a workflow, workflows that were told of their ticket's end, and the ids of
    running workflows whose ticket the store does not know."""

    started: int
    ended: int
    strangers: tuple[str, ...]


async def reconcile(ringer: Ringer) -> Reconciled:
    """One comparison. Raises RPCError while Temporal is away.

    A workflow alone can do nothing: its activities ask the store, and end it. One whose ticket the store does not know
    (a store restored from before it) is left for people to look at.
    """
    store = ringer.store
    still = await store.run(store.now) - YOUNG
    tickets = [row for row in await store.run(store.tickets.all_open) if row.updated_at < still]
    started = 0
    for at in range(0, len(tickets), _AT_ONCE):
        started += sum(await asyncio.gather(*(_start(ringer, row) for row in tickets[at : at + _AT_ONCE])))
    ended, strangers = 0, []
    async for run in ringer.client.list_workflows(f"ExecutionStatus = 'Running' AND TaskQueue = '{ringer.task_queue}'"):
        try:
            row = await store.run(store.tickets.get, run.id.rpartition("/")[2])
        except Missing:
            strangers.append(run.id)
            continue
        if row.state == "closed" and row.updated_at < still:
            ended += await _end(ringer, run.id)
    if started or ended or strangers:
        log.warning(
            "reconciled with Temporal: %d tickets had no workflow, %d workflows no open ticket, %d no ticket at all",
            started, ended, len(strangers),
        )  # fmt: skip
    return Reconciled(started, ended, tuple(strangers))


async def _start(ringer: Ringer, row: TicketRow) -> bool:
    handle = ringer.client.get_workflow_handle(workflow_id(row))
    try:
        run = await handle.describe(rpc_timeout=_TIMEOUT)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
    else:
        if run.status is WorkflowExecutionStatus.RUNNING:
            return False
    return await ringer.ring(row.id)


async def _end(ringer: Ringer, name: str) -> bool:
    """It looks at the store and ends itself; False if it just has."""
    try:
        await ringer.client.get_workflow_handle(name).signal("ring", rpc_timeout=_TIMEOUT)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return False
    return True
