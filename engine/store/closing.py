"""What the platform is to hear of a close: a row of the transaction that closes the ticket.

So nothing that ends in between loses it, and a set-back of Temporal, whose next run finds the ticket closed, neither.
The workflow sends it; what it has not sent after a while is the watchdog's.
"""

from collections.abc import Collection, Sequence
from datetime import timedelta

import sqlalchemy as sa

from engine.store import schema
from engine.store.proposing import propose
from engine.store.rows import OutboundRow, TicketRow
from engine.store.transaction import Transaction

__all__ = ["CLOSE", "TOLD", "ends", "owe", "owed"]

CLOSE = "close"
"""The place of such a row: no node of a flow has it."""
TOLD = "told"
"""Its iteration, for the close itself."""
_SOLVED = "solved"


def owe(tx: Transaction, ticket_id: str, epoch: int, tags: Sequence[str] = (), iteration: str = TOLD) -> None:
    """The platform's ticket is to be solved, with these tags; once for an epoch and `iteration`."""
    content = {"text": "", "status": _SOLVED, "tags": list(tags)}
    propose(tx, ticket_id, epoch, CLOSE, iteration, "update", content)


def owed(tx: Transaction, channels: Collection[str], modes: Collection[str], grace: timedelta) -> list[OutboundRow]:
    """Closes of which the platform has not been told: of tickets that are closed still, unsent or on their way for
    longer than anybody can be sending them, oldest first. `grace`: the time that the workflow has for its own close."""
    row, ticket = schema.outbound.c, schema.tickets.c
    late = sa.and_(row.state == "sending", row.deadline <= tx.now())
    due = sa.or_(row.iteration != TOLD, row.created_at <= tx.now() - grace)
    waits = sa.or_(sa.and_(row.state == "reserved", due), late)
    query = (
        sa.select(schema.outbound)
        .join(schema.tickets, ticket.id == row.ticket_id)
        .where(row.node == CLOSE, row.kind == "update", waits)
        .where(ticket.state == "closed", ticket.epoch == row.epoch)
        .where(ticket.channel.in_(list(channels)), ticket.mode.in_(list(modes)))
    )
    return tx.all(OutboundRow, query.order_by(row.created_at, row.id).limit(100))


def ends(row: OutboundRow, ticket: TicketRow) -> bool:
    """Whether the row may leave, as far as it closes the platform's ticket: not once the customer has written again."""
    if row.node != CLOSE:
        return True
    return ticket.state == "closed" and ticket.epoch == row.epoch
