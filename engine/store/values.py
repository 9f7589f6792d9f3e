"""Values: the contents that the history only refers to."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from engine.store import schema
from engine.store.database import Database
from engine.store.faults import Erased, Missing
from engine.store.rows import ValueRow
from engine.store.transaction import Transaction, mint


class Values:
    """Contents of tickets, by id."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, ticket_id: str, epoch: int, name: str, content: Any) -> str:
        """Keep a JSON content; its id. Raises Missing without such a ticket, ValueError or TypeError for no JSON."""
        with self._database.write() as tx:
            known = sa.select(schema.tickets.c.id).where(schema.tickets.c.id == ticket_id)
            if tx.connection.execute(known).first() is None:
                raise Missing("no such ticket")
            return put_value(tx, ticket_id, epoch, name, content)

    def get(self, value_id: str) -> Any:
        """The content. Raises Erased, Missing."""
        with self._database.read() as tx:
            return _content(tx.by_id(ValueRow, schema.values, value_id))

    def many(self, ids: Sequence[str], ticket_id: str) -> dict[str, Any]:
        """Contents by id. Raises Erased, and Missing for a value of another ticket too."""
        row = schema.values.c
        with self._database.read() as tx:
            query = sa.select(schema.values).where(row.id.in_(list(ids)), row.ticket_id == ticket_id)
            found = {value.id: _content(value) for value in tx.all(ValueRow, query)}
        if len(found) < len(set(ids)):
            raise Missing("no such value of this ticket")
        return {value_id: found[value_id] for value_id in ids}

    def named(self, ticket_id: str, epoch: int, name: str) -> Any:
        """The content that was kept last under a name in this epoch, or None. Raises Erased."""
        row = schema.values.c
        query = sa.select(schema.values).where(row.ticket_id == ticket_id, row.epoch == epoch, row.name == name)
        with self._database.read() as tx:
            found = tx.first(ValueRow, query.order_by(row.created_at.desc(), row.id.desc()))
            return None if found is None else _content(found)

    def erase(self, ticket_id: str) -> int:
        """Erase the contents of all values of a ticket; how many there were. The rows stay, as a typed outcome."""
        row = schema.values.c
        with self._database.write() as tx:
            mine = (row.ticket_id == ticket_id, row.erased_at.is_(None))
            return tx.update(schema.values, *mine, content=None, erased_at=tx.clock)


def put_value(tx: Transaction, ticket_id: str, epoch: int, name: str, content: Any) -> str:
    """Insert a value within a transaction; its id."""
    value_id = mint("v")
    tx.insert(
        schema.values, id=value_id, ticket_id=ticket_id, epoch=epoch, name=name, content=content, created_at=tx.now()
    )
    return value_id


def _content(row: ValueRow) -> Any:
    if row.erased_at is not None:
        raise Erased("the value was erased")
    return row.content
