"""Reads of the shop, and the one write: a refund, which happens at most once for an idempotency key."""

import hashlib
import json
import secrets
import sqlite3
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from engine.testing.shop import database

__all__ = [
    "KEPT", "Asked", "Claim", "Refused", "claim", "customer", "forget_keys", "ledger", "match", "order", "refund",
    "refunds",
]  # fmt: skip

KEPT: Final = 86_400.0
"""Seconds that an idempotency key is remembered, counted from its first use."""
LEASE: Final = 60.0
"""Seconds after which a key whose work never ended (its process died) may be claimed anew."""
MOST: Final = 10**9
"""Cents: the largest amount that is an amount."""

_ORDER: Final = """
SELECT orders.*, payments.method,
    (SELECT coalesce(sum(amount), 0) FROM refunds WHERE refunds.order_id = orders.id) AS refunded
FROM orders JOIN payments ON payments.order_id = orders.id
"""
_REFUND: Final = ("id", "order_id", "amount", "currency", "method", "created_at")


class Refused(Exception):
    """The shop says no: `status` and the code of the error."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


@dataclass(frozen=True, slots=True)
class Asked:
    """A refund as asked for; `amount` in cents."""

    order_id: str
    amount: int
    currency: str
    reason: str | None

    @classmethod
    def read(cls, given: Any) -> "Asked":
        """From a request's body; raises `Refused`."""
        if not isinstance(given, dict):
            raise Refused(422, "invalid_request")
        order_id, amount, reason = given.get("order_id"), given.get("amount"), given.get("reason")
        if not isinstance(order_id, str) or not isinstance(reason, str | None):
            raise Refused(422, "invalid_request")
        if not isinstance(amount, int) or isinstance(amount, bool) or not 0 < amount <= MOST:
            raise Refused(422, "invalid_amount")
        if not isinstance(given.get("currency"), str):
            raise Refused(422, "invalid_amount")
        return cls(order_id, amount, given["currency"], reason)

    @property
    def digest(self) -> str:
        """The same for the same wish, however its JSON was written."""
        body = json.dumps([self.order_id, self.amount, self.currency, self.reason])
        return hashlib.sha256(body.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to do the work of a key; whoever took it last has it."""

    key: str
    token: str


def match(db: Path, email: str, postcode: str) -> dict[str, Any] | None:
    """The customer with this address and postcode, with all orders; case and blanks do not count."""
    with database.reading(db) as connection:
        row = connection.execute("SELECT * FROM customers WHERE email = ?", (email.strip().lower(),)).fetchone()
        if row is None or _bare(row["postcode"]) != _bare(postcode):
            return None
        orders = connection.execute(f"{_ORDER} WHERE customer_id = ? ORDER BY placed_at DESC", (row["id"],))
        return {**dict(row), "orders": [_order(found) for found in orders]}


def customer(db: Path, customer_id: str) -> dict[str, Any] | None:
    """A customer without orders."""
    with database.reading(db) as connection:
        row = connection.execute("SELECT * FROM customers WHERE id = ?", (customer_id,)).fetchone()
        return None if row is None else dict(row)


def order(db: Path, order_id: str) -> dict[str, Any] | None:
    """An order; `total`, `refunded` and `shipping` in cents."""
    with database.reading(db) as connection:
        row = connection.execute(f"{_ORDER} WHERE orders.id = ?", (order_id,)).fetchone()
        return None if row is None else _order(row)


def refunds(db: Path, order_id: str) -> list[dict[str, Any]]:
    """What was paid back for an order, oldest first."""
    with database.reading(db) as connection:
        rows = connection.execute("SELECT * FROM refunds WHERE order_id = ? ORDER BY created_at, rowid", (order_id,))
        return [{name: row[name] for name in _REFUND} for row in rows]


def ledger(db: Path) -> dict[str, list[dict[str, Any]]]:
    """All payments and all refunds, as they are in the books."""
    with database.reading(db) as connection:
        return {
            table: [dict(row) for row in connection.execute(f"SELECT * FROM {table} ORDER BY rowid")]  # noqa: S608
            for table in ("payments", "refunds")
        }


def claim(db: Path, key: str, digest: str) -> Claim | tuple[int, str]:
    """Take the key for work that is to be done, or get the answer (status, body) that it had before.

    Raises `Refused` with 409 if the key was used for something else, or its work is under way.
    """
    mine, now = Claim(key, secrets.token_hex(8)), time.time()
    with database.writing(db) as connection:
        connection.execute("DELETE FROM idempotency WHERE claimed_at < ?", (now - KEPT,))
        row = connection.execute("SELECT * FROM idempotency WHERE key = ?", (key,)).fetchone()
        if row is None:
            connection.execute(
                "INSERT INTO idempotency VALUES (?, ?, ?, ?, NULL, NULL)", (key, digest, mine.token, now)
            )
            return mine
        if row["digest"] != digest:
            raise Refused(409, "idempotency_conflict")
        if row["status"] is not None:
            return row["status"], row["body"]
        if row["claimed_at"] > now - LEASE:
            raise Refused(409, "in_progress")
        connection.execute("UPDATE idempotency SET token = ?, claimed_at = ? WHERE key = ?", (mine.token, now, key))
        return mine


def refund(db: Path, asked: Asked, claimed: Claim | None) -> tuple[int, str]:
    """Enter the refund and the key's answer in one transaction: (status, body)."""
    with database.writing(db) as connection:
        status, body = _enter(connection, asked, claimed.key if claimed else None)
        said = json.dumps(body, ensure_ascii=False)
        if claimed is not None:
            kept = connection.execute(
                "UPDATE idempotency SET status = ?, body = ? WHERE key = ? AND token = ? AND status IS NULL",
                (status, said, claimed.key, claimed.token),
            )
            if kept.rowcount != 1:
                raise Refused(409, "in_progress")  # another one took the key over: nothing of this is committed
        return status, said


def _enter(connection: sqlite3.Connection, asked: Asked, key: str | None) -> tuple[int, dict[str, Any]]:
    paid = connection.execute(f"{_ORDER} WHERE orders.id = ?", (asked.order_id,)).fetchone()
    if paid is None:
        return 404, {"error": "not_found"}
    if asked.currency != paid["currency"]:
        return 422, {"error": "invalid_amount"}
    if asked.amount > paid["total"] - paid["refunded"]:
        return 422, {"error": "exceeds_balance"}
    made = {
        "id": f"ref_{secrets.token_hex(8)}", "order_id": asked.order_id, "amount": asked.amount,
        "currency": paid["currency"], "method": paid["method"],
        "created_at": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }  # fmt: skip
    connection.execute(
        "INSERT INTO refunds VALUES (:id, :order_id, :amount, :currency, :method, :reason, :key, 'api', :created_at)",
        {**made, "reason": asked.reason, "key": key},
    )
    return 201, made


def forget_keys(db: Path) -> int:
    """Forget every idempotency key, as if `KEPT` had gone by; how many there were."""
    with database.writing(db) as connection:
        return connection.execute("DELETE FROM idempotency").rowcount


def _order(row: sqlite3.Row) -> dict[str, Any]:
    found = dict(row)
    return {**found, "number": found["id"], "items": json.loads(found["items"])}


def _bare(postcode: str) -> str:
    return "".join(postcode.split()).upper()
