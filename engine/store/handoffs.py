"""Handoffs: a ticket that waits for a person. The row is the handoff; the note on the platform is only its delivery."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from engine.store import place, schema
from engine.store.database import Database
from engine.store.leaving import take_back
from engine.store.rows import HandoffRow, HandoffState, TicketRow
from engine.store.transaction import Transaction, mint

_EMPTY: tuple[Any, ...] = (None, "", [], {})


class Handoffs:
    """Handoffs, at most one unresolved for a ticket's epoch."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(
        self,
        ticket_id: str,
        epoch: int,
        reason: str,
        team: str | None,
        package: dict[str, Any],
        due_at: datetime,
        *,
        take_over: bool = True,
    ) -> HandoffRow:
        """Ask for a person, or fill in what the unresolved handoff lacks; the earlier due time holds.

        `take_over` also moves an open ticket to `handed_off` and takes back what it has open and unsent, so that
        person and engine never act at once. Without it the row is a call for attention only.
        """
        with self._database.write() as tx:
            ticket = place.locked(tx, ticket_id)
            if take_over and epoch == ticket.epoch:
                hand_off(tx, ticket, reason, team, due_at)
            return open_handoff(tx, ticket_id, epoch, reason, team, package, due_at)

    def deliver(self, handoff_id: str) -> bool:
        """Note that the platform has it: open -> delivered."""
        row = schema.handoffs.c
        with self._database.write() as tx:
            now = tx.clock
            return (
                tx.update(
                    schema.handoffs, row.id == handoff_id, row.state == "open", state="delivered", delivered_at=now
                )
                == 1
            )

    def resolve(self, handoff_id: str, *, hand_back: bool = False) -> bool:
        """A person is done with it. `hand_back` gives the ticket to the engine again; otherwise it stays handed off."""
        row = schema.handoffs.c
        with self._database.write() as tx:
            ticket = place.locked_of(tx, schema.handoffs, handoff_id)
            unresolved = (row.id == handoff_id, row.resolved_at.is_(None))
            if tx.update(schema.handoffs, *unresolved, state="resolved", resolved_at=tx.clock) == 0:
                return False
            if hand_back:
                handed_off = schema.tickets.c.state == "handed_off"
                place.change(tx, ticket.id, handed_off, state="open", escalated=None, awaiting_team=None)
            place.ring(tx, ticket.id)
            return True

    def get(self, handoff_id: str) -> HandoffRow:
        """One handoff. Raises Missing."""
        with self._database.read() as tx:
            return tx.by_id(HandoffRow, schema.handoffs, handoff_id)

    def listing(
        self, states: Sequence[HandoffState] = ("open", "delivered"), team: str | None = None
    ) -> list[HandoffRow]:
        """Handoffs in these states, soonest due first."""
        query = sa.select(schema.handoffs).where(schema.handoffs.c.state.in_(list(states)))
        if team is not None:
            query = query.where(schema.handoffs.c.team == team)
        with self._database.read() as tx:
            return tx.all(HandoffRow, query.order_by(schema.handoffs.c.due_at, schema.handoffs.c.id))

    def of_ticket(self, ticket_id: str) -> list[HandoffRow]:
        """All handoffs of a ticket, oldest first."""
        query = sa.select(schema.handoffs).where(schema.handoffs.c.ticket_id == ticket_id)
        with self._database.read() as tx:
            return tx.all(HandoffRow, query.order_by(schema.handoffs.c.created_at, schema.handoffs.c.id))


def hand_off(tx: Transaction, ticket: TicketRow, reason: str, team: str | None, due_at: datetime) -> None:
    """Move an open ticket to people, taking back what it has open; the ticket is locked."""
    columns: dict[str, Any] = {"next_due": due_at if ticket.next_due is None else min(due_at, ticket.next_due)}
    if team is not None:
        columns |= {"owner": team, "awaiting_team": team}
    if place.change(tx, ticket.id, schema.tickets.c.state == "open", state="handed_off", escalated=reason, **columns):
        take_back(tx, ticket.id)
    elif team is not None:
        place.change(tx, ticket.id, schema.tickets.c.state == "handed_off", **columns)


def resolve_all(tx: Transaction, ticket_id: str) -> None:
    """Resolve what is unresolved of a ticket; the ticket is locked."""
    row = schema.handoffs.c
    unresolved = (row.ticket_id == ticket_id, row.resolved_at.is_(None))
    tx.update(schema.handoffs, *unresolved, state="resolved", resolved_at=tx.clock)


def open_handoff(
    tx: Transaction,
    ticket_id: str,
    epoch: int,
    reason: str,
    team: str | None,
    package: dict[str, Any],
    due_at: datetime,
) -> HandoffRow:
    """Insert the handoff, or enrich the unresolved one; the ticket is locked."""
    row = schema.handoffs.c
    unresolved = sa.select(schema.handoffs).where(
        row.ticket_id == ticket_id, row.epoch == epoch, row.resolved_at.is_(None)
    )
    found = tx.first(HandoffRow, unresolved)
    if found is None:
        handoff_id = mint("h")
        tx.insert(
            schema.handoffs, id=handoff_id, ticket_id=ticket_id, epoch=epoch, reason=reason, team=team, package=package,
            state="open", due_at=due_at, created_at=tx.now(),
        )  # fmt: skip
        return tx.by_id(HandoffRow, schema.handoffs, handoff_id)
    richer = found.package | {name: value for name, value in package.items() if value not in _EMPTY}
    tx.update(
        schema.handoffs, row.id == found.id,
        package=richer, team=found.team or team, due_at=min(found.due_at, due_at),
    )  # fmt: skip
    return tx.by_id(HandoffRow, schema.handoffs, found.id)
