"""The shop's SQLite file. Payments and refunds are a ledger: rows are added, never changed, never removed."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

__all__ = ["create", "reading", "restore", "snapshot", "writing"]

BUSY: Final = 10.0
"""Seconds that a writer waits for another one."""

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS customers (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL UNIQUE, postcode TEXT NOT NULL,
    country TEXT NOT NULL, language TEXT NOT NULL, phone TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS orders (
    id TEXT PRIMARY KEY, customer_id TEXT NOT NULL REFERENCES customers, status TEXT NOT NULL
        CHECK (status IN ('placed', 'shipped', 'delivered', 'cancelled')),
    placed_at TEXT NOT NULL, shipped_at TEXT, delivered_at TEXT, expected_on TEXT, carrier TEXT, tracking TEXT,
    items TEXT NOT NULL, shipping INTEGER NOT NULL, total INTEGER NOT NULL CHECK (total > 0), currency TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS orders_by_customer ON orders (customer_id);
CREATE TABLE IF NOT EXISTS payments (
    id TEXT PRIMARY KEY, order_id TEXT NOT NULL UNIQUE REFERENCES orders, amount INTEGER NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL, method TEXT NOT NULL, created_at TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS refunds (
    id TEXT PRIMARY KEY, order_id TEXT NOT NULL REFERENCES orders, amount INTEGER NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL, method TEXT NOT NULL, reason TEXT, idempotency_key TEXT, made_by TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS refunds_by_order ON refunds (order_id);
CREATE TABLE IF NOT EXISTS idempotency (
    key TEXT PRIMARY KEY, digest TEXT NOT NULL, token TEXT NOT NULL, claimed_at REAL NOT NULL,
    status INTEGER, body TEXT
) STRICT;
CREATE TRIGGER IF NOT EXISTS refunds_within_payment BEFORE INSERT ON refunds
WHEN NEW.amount + (SELECT coalesce(sum(amount), 0) FROM refunds WHERE order_id = NEW.order_id)
    > (SELECT coalesce(sum(amount), 0) FROM payments WHERE order_id = NEW.order_id)
BEGIN SELECT RAISE(ABORT, 'refunds exceed the payment'); END;
CREATE TRIGGER IF NOT EXISTS refunds_stay BEFORE DELETE ON refunds
BEGIN SELECT RAISE(ABORT, 'the ledger keeps its rows'); END;
CREATE TRIGGER IF NOT EXISTS refunds_stand BEFORE UPDATE ON refunds
BEGIN SELECT RAISE(ABORT, 'the ledger keeps its rows'); END;
CREATE TRIGGER IF NOT EXISTS payments_stay BEFORE DELETE ON payments
BEGIN SELECT RAISE(ABORT, 'the ledger keeps its rows'); END;
CREATE TRIGGER IF NOT EXISTS payments_stand BEFORE UPDATE ON payments
BEGIN SELECT RAISE(ABORT, 'the ledger keeps its rows'); END;
"""


def _open(db: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(db, timeout=BUSY, isolation_level=None)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def create(db: Path) -> None:
    """Make the file and its tables, where they are not there yet."""
    db.parent.mkdir(parents=True, exist_ok=True)
    connection = _open(db)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(SCHEMA)
    finally:
        connection.close()


@contextmanager
def reading(db: Path) -> Iterator[sqlite3.Connection]:
    """A connection whose reads see one state."""
    connection = _open(db)
    try:
        connection.execute("BEGIN")
        yield connection
    finally:
        connection.close()


@contextmanager
def writing(db: Path) -> Iterator[sqlite3.Connection]:
    """A transaction that holds the write lock from its start; undone if the block raises."""
    connection = _open(db)
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield connection
        connection.execute("COMMIT")
    finally:
        connection.close()


def snapshot(db: Path) -> bytes:
    """The whole content of the file."""
    connection = _open(db)
    try:
        content = connection.serialize()
    finally:
        connection.close()
    # bytes 18 and 19 say "WAL", in which no database can be opened that is not a file (sqlite.org/fileformat.html)
    return content[:18] + b"\x01\x01" + content[20:]


def restore(db: Path, content: bytes) -> None:
    """Put a snapshot back in one transaction, past the triggers that keep the books."""
    source, target = sqlite3.connect(":memory:"), _open(db)
    try:
        source.deserialize(content)
        source.backup(target)
    finally:
        source.close()
        target.close()
