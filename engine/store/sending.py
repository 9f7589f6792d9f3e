"""The states that a call leaving the engine goes through, the same for intents and for outbound rows.

    reserved(token) -> sending(token, deadline) -> settled | unknown -> reconciled

Every arrow is one UPDATE with its condition. Between `sending` and an answer nobody but the holder of the token may act
before the deadline.
"""

from datetime import datetime, timedelta
from typing import TypeVar

import sqlalchemy as sa

from engine.store.columns import MICROSECOND
from engine.store.outcomes import Again
from engine.store.rows import IntentRow, OutboundRow
from engine.store.transaction import Transaction, token

Call = TypeVar("Call", IntentRow, OutboundRow)

MARGIN = timedelta(hours=1)
"""How long before a vendor forgets a key the engine stops relying on it; a tenth of the memory if that is shorter."""


def hold(tx: Transaction, table: sa.Table, row_id: str) -> str | None:
    """Take an unsent call; whoever held it before is fenced off. None: it is not unsent any more."""
    fresh = token()
    return fresh if tx.update(table, table.c.id == row_id, table.c.state == "reserved", token=fresh) else None


def retake(tx: Transaction, table: sa.Table, row: IntentRow | OutboundRow, seen: str | None) -> str | None:
    """Take a call that is `sending` from the holder seen, for as long a lease as it had. None: somebody else did."""
    fresh = token()
    deadline = tx.now() + (row.lease_us or 0) * MICROSECOND
    taken = tx.update(
        table, table.c.id == row.id, table.c.state == "sending", table.c.token == seen,
        token=fresh, deadline=deadline, attempts=row.attempts + 1, resent=row.resent + 1,
    )  # fmt: skip
    return fresh if taken else None


def release(tx: Transaction, table: sa.Table, row_id: str, held: str) -> bool:
    """sending -> reserved, by a holder who knows that nothing left (no connection, told to wait).

    Not after a resend: the first call may have left, whatever became of the second.
    """
    first = (table.c.id == row_id, table.c.state == "sending", table.c.token == held, table.c.resent == 0)
    return tx.update(table, *first, state="reserved", token=None, deadline=None, sending_at=None) == 1


def again(row: IntentRow | OutboundRow, now: datetime, *, keeps: timedelta | None, has_find: bool) -> Again:
    """What a retry may do that finds this row."""
    if row.state != "sending" or row.sending_at is None or row.deadline is None:
        return Again(what="not_sending")
    if keeps is not None and now < row.sending_at + keeps - min(MARGIN, keeps / 10):
        return Again(what="send_same_key", token=row.token)
    if now < row.deadline:
        return Again(what="wait", seconds=(row.deadline - now).total_seconds(), token=row.token)
    return Again(what="look" if has_find else "unknown", token=row.token)


def mark_unknown(tx: Transaction, table: sa.Table, row_id: str) -> bool:
    """sending -> unknown, once the deadline has passed."""
    past = table.c.deadline <= tx.clock
    return tx.update(table, table.c.id == row_id, table.c.state == "sending", past, state="unknown") == 1


def overdue(tx: Transaction, row: type[Call], table: sa.Table) -> list[Call]:
    """Calls that are `sending` past their deadline, oldest first."""
    query = sa.select(table).where(table.c.state == "sending", table.c.deadline <= tx.now())
    return tx.all(row, query.order_by(table.c.deadline, table.c.id))
