"""What starts tickets that no customer begins: events of other systems, and schedules. Each starts its ticket once."""

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from engine.store import place, schema
from engine.store.columns import key_of
from engine.store.database import Database
from engine.store.outcomes import Begun
from engine.store.rows import Mode, StartRow, TicketRow
from engine.store.transaction import Transaction, mint

__all__ = ["Beginning", "Starts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """What is to start, as its plan says it: the flow, its pinned revision, who answers for it, and how far it is let.

    `channel` and `external_id` name the ticket; `event` is what a ticket that is at work already hears of it (None:
    such a ticket is started once only, by a schedule).
    """

    flow: str
    revision: str
    owner: str
    mode: Mode
    channel: str
    external_id: str
    subject: str | None = None
    event: str | None = None
    content: Any = None
    sla: timedelta


class _Known(Exception):
    """Somebody else has this key: nothing of this transaction stays."""


class Starts:
    """Rows that say what started which ticket: one for a source and a key, whatever is repeated."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, source: str, key: str, beginning: Beginning) -> Begun:
        """Start a ticket in its flow, and ask for its workflow to be rung: once this returns, it is on disk.

        `source` and `key` make it one, such as `event/shipment.delayed` and the sender's id. A new ticket is made, a
        closed one is opened again in its next epoch. One that is at work keeps its flow and hears of the event, as a
        step `wait` may; `began` says which. Again with the same content it is `repeated`, with another `conflict`.
        """
        digest = _digest([beginning.channel, beginning.external_id, beginning.flow, beginning.content])
        try:
            with self._database.write() as tx:
                return self._begin(tx, source, key, beginning, digest)
        except _Known:
            with self._database.read() as tx:
                found = _row(tx, source, key)
            assert found is not None, "a key that was taken has its row"
            same = found.digest == digest
            return Begun(outcome="repeated" if same else "conflict", ticket_id=found.ticket_id, began=found.began)

    def _begin(self, tx: Transaction, source: str, key: str, beginning: Beginning, digest: str) -> Begun:
        if _row(tx, source, key) is not None:
            raise _Known
        made = _make(tx, beginning)
        row = schema.tickets.c
        same = (row.channel == beginning.channel, row.external_id == key_of(beginning.external_id))
        ticket = place.locked(tx, tx.connection.execute(sa.select(row.id).where(*same)).scalar_one())
        began, epoch = made or ticket.state == "closed", ticket.epoch + (not made and ticket.state == "closed")
        new = tx.insert_new(
            schema.starts, source=source, key=key, ticket_id=ticket.id, epoch=epoch, flow=beginning.flow,
            content=beginning.content, digest=digest, began=began, created_at=tx.now(),
        )  # fmt: skip
        if not new:
            raise _Known
        if not made and began:
            _again(tx, ticket, epoch, beginning)
        elif not began and beginning.event is not None:
            _tell(tx, ticket, beginning.event, f"{source}/{key}", beginning)
        return Begun(outcome="new", ticket_id=ticket.id, began=began)

    def tell(self, ticket_id: str, event: str, key: str, content: Any, sla: timedelta) -> Begun:
        """An event of a ticket that is there. Raises Missing. A closed ticket hears nothing: `conflict`."""
        with self._database.write() as tx:
            ticket = place.locked(tx, ticket_id)
            if ticket.state == "closed":
                return Begun(outcome="conflict", ticket_id=ticket.id, began=False)
            new = _heard(tx, ticket, f"event/{event}/{key}", event=event, content=content, sla=sla)
            return Begun(outcome="new" if new else "repeated", ticket_id=ticket.id, began=False)

    def of_epoch(self, ticket_id: str, epoch: int) -> StartRow | None:
        """What began an epoch of a ticket; None where a customer did."""
        row = schema.starts.c
        with self._database.read() as tx:
            mine = sa.select(schema.starts).where(row.ticket_id == ticket_id, row.epoch == epoch, row.began)
            return tx.first(StartRow, mine)

    def look(self, source: str) -> tuple[datetime, datetime]:
        """From when to when a schedule is to be looked at: since the last look, which the first one begins."""
        mine = sa.select(schema.meta.c.value).where(schema.meta.c.key == _mark(source))
        with self._database.read() as tx:
            since, now = tx.connection.execute(mine).scalar_one_or_none(), tx.now()
        if since is None:
            self.looked(source, now)
        return now if since is None else datetime.fromisoformat(since), now

    def looked(self, source: str, until: datetime) -> None:
        """All that was due until then is started, or left out. Never set back."""
        with self._database.write() as tx:
            row = schema.meta.c
            tx.lock(schema.meta, row.key == _mark(source))
            since = tx.connection.execute(sa.select(row.value).where(row.key == _mark(source))).scalar_one_or_none()
            if since is None or datetime.fromisoformat(since) < until:
                tx.upsert(schema.meta, [{"key": _mark(source), "value": until.isoformat()}])


def _mark(source: str) -> str:
    return f"looked/{source}"


def _digest(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


def _row(tx: Transaction, source: str, key: str) -> StartRow | None:
    row = schema.starts.c
    return tx.first(StartRow, sa.select(schema.starts).where(row.source == key_of(source), row.key == key_of(key)))


def _make(tx: Transaction, beginning: Beginning) -> bool:
    now = tx.now()
    return tx.insert_new(
        schema.tickets, id=mint("t"), channel=beginning.channel, external_id=beginning.external_id, epoch=1,
        state="open", flow=beginning.flow, revision=beginning.revision, category=beginning.flow,
        owner=beginning.owner, next_due=now + beginning.sla, sla_due=now + beginning.sla, last_seq=0,
        mode=beginning.mode, subject=beginning.subject, requester={}, attempts={}, salt=secrets.token_bytes(32),
        ring_wanted_at=now, created_at=now, updated_at=now,
    )  # fmt: skip


def _again(tx: Transaction, ticket: TicketRow, epoch: int, beginning: Beginning) -> None:
    """Another matter: neither identity nor the way so far is carried over. The mode only ever falls."""
    now = tx.now()
    modes = ("shadow", "suggest", "read_only", "live")
    mode = min(ticket.mode, beginning.mode, key=modes.index)
    place.change(
        tx, ticket.id, epoch=epoch, state="open", flow=beginning.flow, revision=beginning.revision, mode=mode,
        category=beginning.flow, owner=beginning.owner, verified=None, customer_value=None, outcome=None,
        escalated=None, awaiting_team=None, next_due=now + beginning.sla, sla_due=now + beginning.sla,
        ring_wanted_at=now,
    )  # fmt: skip


def _tell(tx: Transaction, ticket: TicketRow, event: str, content_id: str, beginning: Beginning) -> None:
    _heard(tx, ticket, content_id, event=event, content=beginning.content, sla=beginning.sla)


def _heard(tx: Transaction, ticket: TicketRow, content_id: str, *, event: str, content: Any, sla: timedelta) -> bool:
    """One event more of a ticket; whether it is new."""
    now = tx.now()
    new = tx.insert_new(
        schema.messages, id=mint("m"), ticket_id=ticket.id, epoch=ticket.epoch, seq=ticket.last_seq + 1,
        channel=ticket.channel, content_id=content_id, kind="event", author_role="system", event=event, data=content,
        received_at=now, wants_person=False, topics=[],
    )  # fmt: skip
    if new:
        due = place.sooner(ticket.next_due, now, sla)
        place.change(tx, ticket.id, last_seq=ticket.last_seq + 1, ring_wanted_at=now, next_due=due)
    return new
