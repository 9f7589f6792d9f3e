"""Wishes: what a customer wants besides the present matter waits its turn."""

import sqlalchemy as sa

from engine.store import place, schema
from engine.store.database import Database
from engine.store.rows import WishRow
from engine.store.transaction import mint


class Wishes:
    """Queued wishes: a message has one, or several that stand at different places of it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def queue(self, ticket_id: str, epoch: int, message_seq: int, begins: int = 0, ends: int | None = None) -> bool:
        """Queue the wish of a message, or the one whose words stand there; False if it is there already."""
        with self._database.write() as tx:
            place.locked(tx, ticket_id)
            return tx.insert_new(
                schema.wishes, id=mint("w"), ticket_id=ticket_id, epoch=epoch, message_seq=message_seq,
                begins=begins, ends=ends, state="queued", created_at=tx.now(),
            )  # fmt: skip

    def take_next(self, ticket_id: str, epoch: int, by: str) -> WishRow | None:
        """The next wish, taken; None if there is none. Whoever took one already, in an attempt whose answer was lost or
        in a run that was set back since, is given the same."""
        row = schema.wishes.c
        with self._database.write() as tx:
            place.locked(tx, ticket_id)
            of_it = sa.select(schema.wishes).where(row.ticket_id == ticket_id, row.epoch == epoch)
            taken = tx.first(WishRow, of_it.where(row.taken_by == by))
            if taken is not None:
                return taken
            found = tx.first(WishRow, of_it.where(row.state == "queued").order_by(row.message_seq, row.begins))
            if found is None:
                return None
            tx.update(schema.wishes, row.id == found.id, row.state == "queued", state="taken", taken_by=by)
            return tx.by_id(WishRow, schema.wishes, found.id)

    def of_ticket(self, ticket_id: str) -> list[WishRow]:
        """All wishes of a ticket, in order."""
        row = schema.wishes.c
        query = sa.select(schema.wishes).where(row.ticket_id == ticket_id).order_by(row.message_seq, row.begins)
        with self._database.read() as tx:
            return tx.all(WishRow, query)
