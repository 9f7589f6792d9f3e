"""Ringing: telling a ticket's workflow that something may have changed. It carries nothing, and losing it, repeating it
or forging it changes nothing but the time at which the workflow looks."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from temporalio.client import Client
from temporalio.common import (
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)
from temporalio.service import RPCError

from engine.runtime.attributes import AWAITING_TEAM, CHANNEL, FLOW, SLA_DUE, STATE, TEAM
from engine.runtime.input import TicketInput
from engine.store import Missing, Store, TicketRow

__all__ = ["Ringer", "workflow_id"]

log = logging.getLogger("engine.ring")
_TIMEOUT = timedelta(seconds=10)
_LATE = timedelta(seconds=2)
_MOST = timedelta(minutes=5)
_AT_ONCE = 20


def workflow_id(ticket: TicketRow) -> str:
    """`ticket/<channel instance>/<store id>`: nothing of the platform's, which may hold a person's name."""
    return f"ticket/{ticket.channel}/{ticket.id}"


@dataclass(slots=True)
class _Waiting:
    """A ticket that the sweep has rung: since when it wants to be, and when it is rung again."""

    wanted: datetime
    pause: timedelta
    next: datetime


class Ringer:
    """Signal-with-start: a ticket that has no workflow, for whatever reason, gets one from the store."""

    def __init__(self, client: Client, store: Store, task_queue: str) -> None:
        self.client = client
        self.store = store
        self.task_queue = task_queue
        self._waiting: dict[str, _Waiting] = {}

    async def ring(self, ticket_id: str) -> bool:
        """Rings one ticket. False: nothing to ring, or Temporal did not take it; the sweep tries again."""
        ticket = await self.store.run(self.store.tickets.get, ticket_id)
        if ticket.state == "closed":
            return False
        plan = await self._plan(ticket)
        if plan is None:
            log.error("no flow is active for ticket %s: it waits", ticket.id)
            return False
        try:
            await self._signal(ticket, plan)
        except RPCError as error:
            log.warning("ticket %s could not be rung: %s", ticket.id, error.status.name)
            return False
        return True

    async def ring_all(self) -> int:
        """Rings every open ticket: after a start of the server, whose history may lack its end. How many it took."""
        tickets = await self.store.run(self.store.tickets.all_open)
        rung = 0
        for at in range(0, len(tickets), _AT_ONCE):
            rung += sum(await asyncio.gather(*(self._tried(ticket.id) for ticket in tickets[at : at + _AT_ONCE])))
        return rung

    async def sweep(self) -> int:
        """Rings what has wanted it for more than two seconds, each ticket at growing intervals: a ring that Temporal
        took is kept there until a worker comes, and every signal stays in the history. How many were rung."""
        now = await self.store.run(self.store.now)
        tickets = await self.store.run(self.store.tickets.to_ring, _LATE)
        self._waiting = {row.id: self._waiting[row.id] for row in tickets if row.id in self._waiting}
        return sum([await self._tried(ticket.id) for ticket in tickets if self._due(ticket, now)])

    def _due(self, ticket: TicketRow, now: datetime) -> bool:
        wanted = ticket.ring_wanted_at or now
        known = self._waiting.get(ticket.id)
        if known is None or known.wanted != wanted:
            self._waiting[ticket.id] = _Waiting(wanted, _LATE, now + _LATE)
            return True
        if now < known.next:
            return False
        known.pause = min(known.pause * 2, _MOST)
        known.next = now + known.pause
        return True

    async def _tried(self, ticket_id: str) -> bool:
        """One ticket's trouble does not keep the others from being rung."""
        try:
            return await self.ring(ticket_id)
        except Missing:
            log.error("ticket %s cannot be rung: its revision is not in the store", ticket_id)
            return False

    async def _plan(self, ticket: TicketRow) -> Mapping[str, Any] | None:
        """What a ticket without a workflow starts with: the plan that it was pinned to, triage before that. One that
        was handed off in the store alone starts there too: its first activity sends it on to people."""
        revisions = self.store.revisions
        pinned = await self.store.run(revisions.plan, ticket.revision) if ticket.revision else None
        return pinned if pinned is not None else await self._active(ticket.flow)

    async def _active(self, flow: str) -> Mapping[str, Any] | None:
        revision = await self.store.run(self.store.revisions.active, flow)
        return await self.store.run(self.store.revisions.plan, revision) if revision else None

    async def _signal(self, ticket: TicketRow, plan: Mapping[str, Any]) -> None:
        flow = str(plan["flow"])
        known: list[SearchAttributePair[Any]] = [
            SearchAttributePair(FLOW, flow), SearchAttributePair(CHANNEL, ticket.channel),
            SearchAttributePair(STATE, ticket.state), SearchAttributePair(TEAM, ticket.owner),
        ]  # fmt: skip
        if ticket.sla_due is not None:
            known.append(SearchAttributePair(SLA_DUE, ticket.sla_due))
        if ticket.awaiting_team:
            known.append(SearchAttributePair(AWAITING_TEAM, ticket.awaiting_team))
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
            search_attributes=TypedSearchAttributes(known),
        )
