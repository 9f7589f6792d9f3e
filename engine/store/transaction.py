"""One transaction: statements in the few shapes that the store uses, rows as dataclasses, and the database's clock."""

import base64
import dataclasses
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from engine.store.columns import Moment, database_now, moment_of
from engine.store.faults import Missing

Row = TypeVar("Row")
Where = sa.ColumnElement[bool]


def mint(prefix: str) -> str:
    """A random id: prefix, underscore, 24 characters base32 in lower case (120 bits). It tells nothing."""
    return f"{prefix}_{base64.b32encode(secrets.token_bytes(15)).decode().lower()}"


def token() -> str:
    """A fencing token: 160 random bits."""
    return secrets.token_hex(20)


class Transaction:
    """An open transaction of `Database`. Its writes stand together or not at all."""

    def __init__(self, connection: sa.Connection, *, shift_us: int) -> None:
        self.connection = connection
        self._shift_us = shift_us

    @property
    def clock(self) -> sa.ColumnElement[datetime]:
        """The database's clock as an expression, for use in the condition of a compare-and-set."""
        return sa.type_coerce(database_now() + sa.literal(self._shift_us, sa.BigInteger), Moment)

    def now(self) -> datetime:
        """The database's clock now: ask after the locks are taken."""
        value: int = self.connection.execute(sa.select(database_now())).scalar_one()
        return moment_of(value + self._shift_us)

    def all(self, row: type[Row], query: sa.Select[Any]) -> list[Row]:
        """The rows of a query as dataclasses, whose fields the query's columns must name."""
        names = [field.name for field in dataclasses.fields(row)]  # type: ignore[arg-type]
        return [row(**{name: found[name] for name in names}) for found in self.connection.execute(query).mappings()]

    def first(self, row: type[Row], query: sa.Select[Any]) -> Row | None:
        """The first row of a query, or None."""
        return next(iter(self.all(row, query.limit(1))), None)

    def by_id(self, row: type[Row], table: sa.Table, row_id: str) -> Row:
        """The row of an id. Raises Missing."""
        found = self.first(row, sa.select(table).where(table.c.id == row_id))
        if found is None:
            raise Missing(f"no such row in {table.name}")
        return found

    def insert(self, table: sa.Table, **columns: Any) -> None:
        """Insert one row."""
        self.connection.execute(table.insert().values(columns))

    def insert_new(self, table: sa.Table, **columns: Any) -> bool:
        """Insert one row unless one of its unique keys is taken; whether it was inserted."""
        return self.connection.execute(self._insert(table).values(columns).on_conflict_do_nothing()).rowcount == 1

    def upsert(self, table: sa.Table, rows: Sequence[dict[str, Any]]) -> None:
        """Insert rows, replacing those of the same primary key."""
        keys = [column.name for column in table.primary_key]
        for columns in rows:
            changed = {name: value for name, value in columns.items() if name not in keys}
            statement = self._insert(table).values(columns)
            self.connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed))

    def update(self, table: sa.Table, *where: Where, **columns: Any) -> int:
        """One UPDATE; how many rows it changed. The compare-and-set of the store."""
        return self.connection.execute(table.update().where(*where).values(columns)).rowcount

    def lock(self, table: sa.Table, *where: Where, shared: bool = False) -> bool:
        """Lock rows until the end; whether there were any. On SQLite the transaction holds the one lock already."""
        query = sa.select(sa.literal(1)).select_from(table).where(*where).with_for_update(read=shared)
        return bool(self.connection.execute(query).all())

    def _insert(self, table: sa.Table) -> Any:
        return (sqlite if self.connection.dialect.name == "sqlite" else postgresql).insert(table)
