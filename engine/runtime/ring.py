"""Ringing: telling a ticket's workflow that something may have changed. It carries nothing, and losing it, repeating it
or forging it changes nothing but the time at which the workflow looks."""

import asyncio
import logging
from datetime import timedelta

from temporalio.client import Client
from temporalio.common import (
    SearchAttributeKey,
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)
from temporalio.service import RPCError

from engine.runtime.input import TicketInput
from engine.store import Store
from engine.store.rows import TicketRow

__all__ = ["Ringer", "workflow_id"]

log = logging.getLogger("engine.ring")
_TIMEOUT = timedelta(seconds=10)
_LATE = timedelta(seconds=2)


def workflow_id(ticket: TicketRow) -> str:
    """`ticket/<channel instance>/<store id>`: nothing of the platform's, which may hold a person's name."""
    return f"ticket/{ticket.channel}/{ticket.id}"


class Ringer:
    """Signal-with-start: a ticket that has no workflow, for whatever reason, gets one from the store."""

    def __init__(self, client: Client, store: Store, task_queue: str) -> None:
        self.client = client
        self.store = store
        self.task_queue = task_queue

    async def ring(self, ticket_id: str) -> bool:
        """Rings one ticket. False: nothing to ring, or Temporal did not take it; the sweep tries again."""
        ticket = await self.store.run(self.store.tickets.get, ticket_id)
        if ticket.state == "closed":
            return False
        plan = await self._plan(ticket)
        if plan is None:
            log.error("no flow %s is active: ticket %s waits", ticket.flow, ticket.id)
            return False
        try:
            await self._signal(ticket, plan)
        except RPCError as error:
            log.warning("ticket %s could not be rung: %s", ticket.id, error.status.name)
            return False
        return True

    async def _plan(self, ticket: TicketRow) -> dict[str, object] | None:
        revision = ticket.revision or await self.store.run(self.store.revisions.active, ticket.flow)
        return await self.store.run(self.store.revisions.plan, revision) if revision else None

    async def _signal(self, ticket: TicketRow, plan: dict[str, object]) -> None:
        keyword = SearchAttributeKey.for_keyword
        flow = str(plan["flow"])
        await self.client.start_workflow(
            flow,
            TicketInput(ticket.id, ticket.epoch, plan),
            id=workflow_id(ticket),
            task_queue=self.task_queue,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            start_signal="ring",
            rpc_timeout=_TIMEOUT,
            static_summary=f"{plan.get('title') or flow} · {ticket.channel}",
            search_attributes=TypedSearchAttributes([
                SearchAttributePair(keyword("Flow"), flow),
                SearchAttributePair(keyword("Channel"), ticket.channel),
                SearchAttributePair(keyword("TicketState"), ticket.state),
            ]),
        )  # fmt: skip

    async def sweep(self) -> int:
        """Rings what has waited for more than two seconds; how many."""
        waiting = await self.store.run(self.store.tickets.to_ring, _LATE)
        return sum([await self.ring(ticket.id) for ticket in waiting])

    async def ring_all(self) -> int:
        """Rings every open ticket: after a start of the server, whose history may lack its end."""
        tickets = await self.store.run(self.store.tickets.all_open)
        rung = 0
        for at in range(0, len(tickets), 20):
            rung += sum(await asyncio.gather(*(self.ring(ticket.id) for ticket in tickets[at : at + 20])))
        return rung
