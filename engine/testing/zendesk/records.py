"""Where the stand-in keeps its things: JSON documents in SQLite, in memory or in a file that outlives the process."""

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

__all__ = ["Doc", "Queued", "Records"]

Doc = dict[str, Any]

FIRST_IDS: Final = {"ticket": 35436, "user": 20978392, "group": 98738, "comment": 1274000, "audit": 2127301000,
                    "attachment": 498483000}  # fmt: skip
"""Ids of each kind start here, so that none is mistaken for one of another kind."""

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS things (
    kind TEXT NOT NULL, id INTEGER NOT NULL, ticket_id INTEGER, doc TEXT NOT NULL, PRIMARY KEY (kind, id)
);
CREATE INDEX IF NOT EXISTS things_of_ticket ON things (kind, ticket_id, id);
CREATE TABLE IF NOT EXISTS counters (kind TEXT PRIMARY KEY, last INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS deliveries (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, ticket_id INTEGER NOT NULL, type TEXT NOT NULL, event_id TEXT NOT NULL,
    body BLOB NOT NULL, state TEXT NOT NULL DEFAULT 'queued', attempts INTEGER NOT NULL DEFAULT 0
);
"""


class Queued(NamedTuple):
    """A webhook that Zendesk would deliver. `state` says what came of the stand-in's own posting of it."""

    seq: int
    ticket_id: int
    type: str
    event_id: str
    body: bytes
    state: str
    attempts: int


class Records:
    """Documents by kind and id. One connection, one lock: safe to use from any thread of one process."""

    def __init__(self, db: Path | None) -> None:
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(db or ":memory:", isolation_level=None, check_same_thread=False, timeout=10)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.executescript(SCHEMA)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All changes of the block, or none of them."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def mint(self, kind: str) -> int:
        """The next id of a kind."""
        first = FIRST_IDS[kind]
        query = "INSERT INTO counters VALUES (?, ?) ON CONFLICT (kind) DO UPDATE SET last = last + 1 RETURNING last"
        with self._lock:
            (last,) = self._connection.execute(query, (kind, first)).fetchone()
        return int(last)

    def clear(self) -> None:
        """Forget everything, the ids given out included."""
        with self._lock:
            for table in ("things", "counters", "deliveries", "sqlite_sequence"):
                self._connection.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names

    def put(self, kind: str, doc: Doc, *, ticket_id: int | None = None) -> None:
        """Write a document under its own `id`."""
        said = json.dumps(doc, ensure_ascii=False)
        with self._lock:
            self._connection.execute(
                "INSERT INTO things VALUES (?, ?, ?, ?) ON CONFLICT (kind, id) DO UPDATE SET doc = excluded.doc",
                (kind, doc["id"], ticket_id, said),
            )

    def get(self, kind: str, number: int) -> Doc | None:
        """A document, or None; an id that SQLite could not hold is nobody's."""
        if abs(number) >= 2**63:
            return None
        with self._lock:
            query = "SELECT doc FROM things WHERE kind = ? AND id = ?"
            row = self._connection.execute(query, (kind, number)).fetchone()
        return None if row is None else json.loads(row[0])

    def all(self, kind: str, *, ticket_id: int | None = None) -> list[Doc]:
        """All documents of a kind, or those of one ticket, in the order of their ids."""
        query = "SELECT doc FROM things WHERE kind = :kind AND (:ticket IS NULL OR ticket_id = :ticket) ORDER BY id"
        with self._lock:
            rows = self._connection.execute(query, {"kind": kind, "ticket": ticket_id}).fetchall()
        return [json.loads(row[0]) for row in rows]

    def queue(self, ticket_id: int, kind: str, event_id: str, body: bytes) -> None:
        """Add a webhook to be delivered."""
        with self._lock:
            self._connection.execute(
                "INSERT INTO deliveries (ticket_id, type, event_id, body) VALUES (?, ?, ?, ?)",
                (ticket_id, kind, event_id, body),
            )

    def queued(self, after: int = 0) -> list[Queued]:
        """Webhooks after that sequence number."""
        query = (
            "SELECT seq, ticket_id, type, event_id, body, state, attempts FROM deliveries WHERE seq > ? ORDER BY seq"
        )
        with self._lock:
            return [Queued(*row) for row in self._connection.execute(query, (after,)).fetchall()]

    def posted(self, seq: int, state: str, attempts: int) -> None:
        """What came of posting a webhook."""
        with self._lock:
            self._connection.execute(
                "UPDATE deliveries SET state = ?, attempts = ? WHERE seq = ?", (state, attempts, seq)
            )
