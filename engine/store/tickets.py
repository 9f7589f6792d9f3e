"""Tickets: state, owner, next time, mode and identity."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, get_args

import sqlalchemy as sa

from engine.store import closing, place, schema
from engine.store.database import Database
from engine.store.handoffs import resolve_all
from engine.store.leaving import take_back
from engine.store.outcomes import Left
from engine.store.rows import Mode, TicketRow, TicketState, Verified

COLUMNS = frozenset(
    {"flow", "revision", "category", "owner", "next_due", "language", "subject", "requester", "outcome", "escalated",
     "sla_due", "awaiting_team", "stays"}
)  # fmt: skip
"""What `update` may set. State, epoch, mode, identity and attempts have methods of their own."""

MODES: tuple[Mode, ...] = get_args(Mode)
"""From the freest to the most restricted."""


class Tickets:
    """Ticket rows."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, ticket_id: str) -> TicketRow:
        """One ticket. Raises Missing."""
        with self._database.read() as tx:
            return tx.by_id(TicketRow, schema.tickets, ticket_id)

    def find(self, channel: str, external_id: str) -> TicketRow | None:
        """The ticket that a channel instance knows by this id."""
        row = schema.tickets.c
        with self._database.read() as tx:
            query = sa.select(schema.tickets).where(row.channel == channel, row.external_id == external_id)
            return tx.first(TicketRow, query)

    def listing(
        self,
        *,
        state: TicketState | None = None,
        flow: str | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> list[TicketRow]:
        """Tickets, newest first."""
        row = schema.tickets.c
        query = sa.select(schema.tickets)
        if state is not None:
            query = query.where(row.state == state)
        if flow is not None:
            query = query.where(row.flow == flow)
        query = query.order_by(row.created_at.desc(), row.id).limit(limit).offset(offset)
        with self._database.read() as tx:
            return tx.all(TicketRow, query)

    def to_ring(self, older_than: timedelta = timedelta(), *, limit: int = 500) -> list[TicketRow]:
        """Tickets whose workflow was to be rung longer ago than this and has not looked since, oldest first."""
        with self._database.read() as tx:
            return tx.all(TicketRow, to_ring_query(tx.now() - older_than, limit))

    def overdue(self, grace: timedelta = timedelta(), *, limit: int = 500) -> list[TicketRow]:
        """Tickets that are not closed and whose next time has passed by more than the grace, most overdue first."""
        with self._database.read() as tx:
            return tx.all(TicketRow, overdue_query(tx.now() - grace, limit))

    def all_open(self) -> list[TicketRow]:
        """Every ticket that is not closed: all are rung after a start of the Temporal server."""
        row = schema.tickets.c
        query = sa.select(schema.tickets).where(row.state.in_(("open", "handed_off"))).order_by(row.created_at, row.id)
        with self._database.read() as tx:
            return tx.all(TicketRow, query)

    def close(
        self, ticket_id: str, epoch: int, cursor: int, outcome: str, *, tell: Sequence[str] | None = None
    ) -> bool:
        """Close the ticket if nothing came after message `cursor`; False: pull again.

        Takes back what is open and unsent, and resolves its handoff, in the same transaction. `tell`: the tags with
        which the platform's ticket is to be solved; None where people have solved it there.
        """
        row = schema.tickets.c
        with self._database.write() as tx:
            place.locked(tx, ticket_id)
            closed = place.change(
                tx, ticket_id, row.state.in_(("open", "handed_off")), row.epoch == epoch, row.last_seq == cursor,
                state="closed", outcome=outcome, next_due=None, ring_wanted_at=None, awaiting_team=None,
            )  # fmt: skip
            if closed:
                take_back(tx, ticket_id)
                resolve_all(tx, ticket_id)
                if tell is not None:
                    closing.owe(tx, ticket_id, epoch, tell)
            return closed

    def hand_back(self, ticket_id: str, epoch: int) -> bool:
        """handed_off -> open: people give the ticket to the engine again, and its handoff is resolved."""
        row = schema.tickets.c
        with self._database.write() as tx:
            place.locked(tx, ticket_id)
            given = place.change(
                tx, ticket_id, row.state == "handed_off", row.epoch == epoch,
                state="open", escalated=None, awaiting_team=None,
            )  # fmt: skip
            if given:
                resolve_all(tx, ticket_id)
            return given

    def leave(self, ticket_id: str, epoch: int, nodes: Sequence[str] | None = None) -> Left:
        """Take back what these nodes (None: all) of an epoch have open and unsent; what is `sending` is listed."""
        with self._database.write() as tx:
            place.locked(tx, ticket_id)
            return take_back(tx, ticket_id, epoch, nodes)

    def update(self, ticket_id: str, *, epoch: int | None = None, **columns: Any) -> bool:
        """Set some of `COLUMNS`; False if the ticket has gone on to another epoch or is not there.

        Another requester is another person: the identity is taken off. Raises ValueError for other columns,
        and for a ticket that would be left without an owner or a next time.
        """
        if unknown := columns.keys() - COLUMNS:
            raise ValueError(f"not to be set by update: {', '.join(sorted(unknown))}")
        if "next_due" in columns and columns["next_due"] is None:
            raise ValueError("an open ticket has a next time")
        if "owner" in columns and not columns["owner"]:
            raise ValueError("an open ticket has an owner")
        where = [] if epoch is None else [schema.tickets.c.epoch == epoch]
        with self._database.write() as tx:
            if "requester" in columns:
                before = place.locked(tx, ticket_id).requester
                if before.get("id") != columns["requester"].get("id"):
                    columns["verified"] = None
            return place.change(tx, ticket_id, *where, **columns)

    def verify(
        self,
        ticket_id: str,
        author: str,
        how: str,
        until: datetime | None,
        customer_value: str | None,
        *,
        epoch: int | None = None,
    ) -> bool:
        """Record who proved to be the customer.

        False if the ticket has gone on to another epoch, or if anybody else has written as the customer in this one:
        whose facts those were that matched cannot be told then.
        """
        where = [] if epoch is None else [schema.tickets.c.epoch == epoch]
        row = schema.messages.c
        with self._database.write() as tx:
            ticket = place.locked(tx, ticket_id)
            other = sa.or_(row.author_id.is_(None), row.author_id != author)
            others = sa.select(row.id).where(
                row.ticket_id == ticket_id, row.epoch == ticket.epoch, row.kind == "message",
                row.author_role == "customer", other,
            )  # fmt: skip
            if tx.connection.execute(others).first() is not None:
                return False
            verified = Verified(author, how=how, until=until)
            return place.change(tx, ticket_id, *where, verified=verified, customer_value=customer_value)

    def attempt(self, ticket_id: str, name: str) -> int:
        """Count an attempt, over transfers and reopenings; which one it is, from 1."""
        with self._database.write() as tx:
            attempts = place.locked(tx, ticket_id).attempts
            count = attempts.get(name, 0) + 1
            place.change(tx, ticket_id, attempts=attempts | {name: count})
            return count

    def ring(self, ticket_id: str) -> None:
        """Ask for the ticket's workflow to be rung."""
        with self._database.write() as tx:
            place.ring(tx, ticket_id)

    def lower_mode(self, ticket_id: str, mode: Mode) -> Mode:
        """Lower the ticket's mode, never raise it; the mode that holds now. Once it returns, no call starts above."""
        freer = MODES[: MODES.index(mode)]
        with self._database.write() as tx:
            place.locked(tx, ticket_id)
            place.change(tx, ticket_id, schema.tickets.c.mode.in_(freer), mode=mode)
            return tx.by_id(TicketRow, schema.tickets, ticket_id).mode


def to_ring_query(until: datetime, limit: int) -> sa.Select[Any]:
    """Tickets to ring, by the index of `ring_wanted_at` (closing clears it)."""
    row = schema.tickets.c
    return sa.select(schema.tickets).where(row.ring_wanted_at <= until).order_by(row.ring_wanted_at).limit(limit)


def overdue_query(until: datetime, limit: int) -> sa.Select[Any]:
    """Overdue tickets, by the index of `next_due` (closing clears it)."""
    row = schema.tickets.c
    return sa.select(schema.tickets).where(row.next_due <= until).order_by(row.next_due).limit(limit)
