"""Where a change to a ticket begins: its row is locked first, so what concerns one ticket happens in some order."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from engine.store import schema
from engine.store.faults import Missing
from engine.store.rows import TicketRow
from engine.store.transaction import Transaction


def locked(tx: Transaction, ticket_id: str) -> TicketRow:
    """The ticket, locked until the end of the transaction. Raises Missing."""
    row = schema.tickets.c
    # NO KEY UPDATE: rows that merely refer to the ticket are not held up
    query = sa.select(schema.tickets).where(row.id == ticket_id).with_for_update(key_share=True)
    found = tx.first(TicketRow, query)
    if found is None:
        raise Missing("no such ticket")
    return found


def locked_of(tx: Transaction, table: sa.Table, row_id: str) -> TicketRow:
    """The ticket that a row belongs to, locked. Raises Missing."""
    ticket_id = tx.connection.execute(sa.select(table.c.ticket_id).where(table.c.id == row_id)).scalar()
    if ticket_id is None:
        raise Missing(f"no such row in {table.name}")
    return locked(tx, ticket_id)


def change(tx: Transaction, ticket_id: str, *where: sa.ColumnElement[bool], **columns: Any) -> bool:
    """Update the ticket if the conditions hold; whether they did."""
    row = schema.tickets.c
    return tx.update(schema.tickets, row.id == ticket_id, *where, updated_at=tx.clock, **columns) == 1


def ring(tx: Transaction, ticket_id: str) -> None:
    """Say that the ticket's workflow has something to look at. A closed ticket has no workflow."""
    change(tx, ticket_id, schema.tickets.c.state != "closed", ring_wanted_at=tx.clock)


def sooner(due: datetime | None, now: datetime, wait: timedelta) -> datetime:
    """The earlier of a time that may be none and `now + wait`."""
    return now + wait if due is None else min(due, now + wait)
