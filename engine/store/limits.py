"""Limits over all tickets: counted in the transaction that begins the call, under locks taken in one order."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from engine.store import schema
from engine.store.columns import key_of
from engine.store.outcomes import Limit, Stopped, Used
from engine.store.rows import IntentRow
from engine.store.transaction import Transaction

COUNTED = ("sending", "done", "unknown")
"""States whose calls use up a limit, and `reconciled` as done. What may have happened counts as if it had."""


def lock_tool(tx: Transaction, tool: str, *, shared: bool) -> None:
    """Hold off a revocation of this tool (`shared`: a call begins), or every call that begins (a revocation)."""
    _lock(tx, tool, "", shared=shared)


def lock_counters(tx: Transaction, tool: str, limits: Iterable[Limit]) -> None:
    """Lock the counters that these limits need, in sorted order: whoever needs two of them never waits in a circle."""
    for subject in sorted({key_of(limit.subject) for limit in limits if limit.subject}):
        _lock(tx, tool, subject, shared=False)


def _lock(tx: Transaction, tool: str, subject: str, *, shared: bool) -> None:
    row = schema.limit_counters.c
    where = (row.tool == tool, row.subject == subject)
    if not tx.lock(schema.limit_counters, *where, shared=shared):
        tx.insert_new(schema.limit_counters, tool=tool, subject=subject)
        tx.lock(schema.limit_counters, *where, shared=shared)


def exceeded(tx: Transaction, intent: IntentRow, limits: Sequence[Limit]) -> Stopped | None:
    """The first limit that leaves no room for this intent; its counters are locked. What is missing closes the gate."""
    now = tx.now()
    for limit in limits:
        why = _closed(limit) or _full(tx, intent, limit, now)
        if why is not None:
            return Stopped("limit", f"line {limit.line}: {why}")
    return None


def record(tx: Transaction, intent: IntentRow, limits: Iterable[Limit]) -> None:
    """Keep what this call uses up of its limits."""
    for limit in limits:
        tx.upsert(
            schema.intent_limits,
            [
                {
                    "intent_id": intent.id, "line": limit.line, "tool": intent.tool, "subject": limit.subject,
                    "amount": None if limit.amount is None else str(limit.amount), "currency": limit.currency,
                }
            ],
        )  # fmt: skip


def used(tx: Transaction, tool: str, subject: str, since: datetime | None, *, but: str | None = None) -> Used:
    """Calls and sums of this subject since then, without intent `but`; unknown amounts are in the count only."""
    amounts: dict[str, Decimal] = {}
    calls = _calls(tx, tool, subject, since, but)
    for amount, currency in calls.values():
        if amount is not None and currency is not None:
            amounts[currency] = amounts.get(currency, Decimal()) + amount
    return Used(count=len(calls), amounts=amounts)


def _closed(limit: Limit) -> str | None:
    if not limit.subject:
        return "no subject"
    if limit.count is None and limit.total is None:
        return "no bound"
    if limit.total is None:
        return None
    if limit.amount is None or not limit.amount.is_finite() or limit.amount < 0:
        return "no amount"
    return "no currency" if not limit.currency else None


def _full(tx: Transaction, intent: IntentRow, limit: Limit, now: datetime) -> str | None:
    calls = _calls(tx, intent.tool, limit.subject or "", _since(limit, now), intent.id)
    if limit.count is not None and len(calls) + 1 > limit.count:
        return f"{len(calls)} of {limit.count} used"
    if limit.total is None or limit.amount is None:
        return None
    if any(amount is None for amount, _ in calls.values()):
        return "an earlier call has no known amount"
    if any(currency != limit.currency for _, currency in calls.values()):
        return "an earlier call was in another currency"
    before = sum((amount for amount, _ in calls.values() if amount is not None), Decimal())
    if before + limit.amount > limit.total:
        return f"{before} of {limit.total} {limit.currency} used"
    return None


def _since(limit: Limit, now: datetime) -> datetime | None:
    if limit.since is not None:
        return limit.since
    return None if limit.window is None else now - limit.window


def _calls(
    tx: Transaction, tool: str, subject: str, since: datetime | None, but: str | None
) -> dict[str, tuple[Decimal | None, str | None]]:
    """By intent, the largest amount that any of its lines recorded for this subject, with its currency."""
    intent, line = schema.intents.c, schema.intent_limits.c
    counted = sa.or_(intent.state.in_(COUNTED), sa.and_(intent.state == "reconciled", intent.as_done.is_(True)))
    where: list[sa.ColumnElement[Any]] = [line.tool == tool, line.subject == subject, counted]
    if since is not None:
        where.append(intent.sending_at > since)
    if but is not None:
        where.append(intent.id != but)
    query = sa.select(intent.id, line.amount, line.currency).join_from(
        schema.intent_limits, schema.intents, intent.id == line.intent_id
    )
    calls: dict[str, tuple[Decimal | None, str | None]] = {}
    for intent_id, text, currency in tx.connection.execute(query.where(*where)):
        amount = None if text is None else Decimal(text)
        known = calls.get(intent_id, (None, None))[0]
        if intent_id not in calls or (amount is not None and (known is None or amount > known)):
            calls[intent_id] = (amount, currency)
    return calls


def window_start(now: datetime, window: timedelta | None) -> datetime | None:
    """When a window of this length began; None: it has no beginning."""
    return None if window is None else now - window
