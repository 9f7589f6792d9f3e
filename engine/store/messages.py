"""Messages: accepted once, in one order, taken up once."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from engine.store import place, schema
from engine.store.attachments import attach
from engine.store.columns import storable
from engine.store.database import Database
from engine.store.handoffs import hand_off, open_handoff
from engine.store.outcomes import Arrival, Ingested, Said
from engine.store.rows import MessageRow, Mode, OutboundRow, TicketRow
from engine.store.surveys import CSAT, close_again, marked
from engine.store.transaction import Transaction, mint

SAME_WITHIN = timedelta(seconds=5)
"""How far apart, in platform time, a description and its copy as first comment may be."""

BEFORE = "before the start"
"""Who handled a text that stood on the platform's ticket before an event began it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Delivery:
    """What the arrivals of one delivery share."""

    subject: str | None
    requester: dict[str, Any]
    sla: timedelta
    owner: str
    flow: str
    mode: Mode


class Messages:
    """Message rows: `ingest` writes them, `pull` hands them to the workflow, `take` says by whom they were handled."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ingest(
        self,
        channel: str,
        external_id: str,
        arrivals: Sequence[Arrival],
        *,
        subject: str | None,
        requester: dict[str, Any],
        sla: timedelta,
        owner: str,
        flow: str = "triage",
        mode: Mode = "live",
    ) -> Ingested:
        """Accept a delivery, all of it or nothing: once this returns, its messages are on disk.

        Finds or makes the ticket (`mode` is for a new one), adds what is not known yet, reopens a closed ticket on a
        customer's message (next epoch, not verified, back to `flow`), and hands off at once if a person is wanted.
        `owner` is the team that answers for a new or reopened ticket until a flow names its own.
        """
        delivery = _Delivery(subject=subject, requester=requester, sla=sla, owner=owner, flow=flow, mode=mode)
        with self._database.write() as tx:
            opened = _make(tx, channel, external_id, delivery)
            ticket = _known(tx, channel, external_id)
            new = [arrival for arrival in arrivals if _is_new(tx, ticket, arrival)]
            fresh = [one for arrival in new for one in marked(tx, ticket, arrival)]
            reopened = ticket.state == "closed" and any(_reopens(tx, ticket, arrival) for arrival in fresh)
            if reopened:
                _reopen(tx, ticket, delivery)
                ticket = place.locked(tx, ticket.id)
            accepted = _append(tx, ticket, fresh)
            for answer in (arrival for _, arrival in accepted if arrival.event == CSAT):
                close_again(tx, ticket, answer)
            if ticket.verified and any(_from_another(arrival, ticket.verified.author) for _, arrival in accepted):
                place.change(tx, ticket.id, verified=None)
            handoff = _after(tx, ticket, accepted, delivery)
            return Ingested(
                ticket_id=ticket.id,
                epoch=ticket.epoch,
                accepted=tuple(seq for seq, _ in accepted),
                duplicates=len(arrivals) - len(accepted) + len(fresh) - len(new),
                reopened=reopened,
                opened=opened,
                handoff=handoff,
            )

    def pull(self, ticket_id: str, cursor: int) -> list[MessageRow]:
        """Messages after the cursor, in order; the ring that led here is answered."""
        row = schema.messages.c
        with self._database.write() as tx:
            rung = place.locked(tx, ticket_id).ring_wanted_at
            query = sa.select(schema.messages).where(row.ticket_id == ticket_id, row.seq > cursor).order_by(row.seq)
            found = tx.all(MessageRow, query)
            if rung is not None:
                place.change(tx, ticket_id, schema.tickets.c.ring_wanted_at == rung, ring_wanted_at=None)
            return found

    def take(self, ticket_id: str, seqs: Sequence[int], handled_by: str, meaning: str | None = None) -> list[int]:
        """Record which step takes these messages up, once each; the ones that this call took or had taken already."""
        row = schema.messages.c
        mine = (row.ticket_id == ticket_id, row.seq.in_(list(seqs)))
        with self._database.write() as tx:
            untaken = row.handled_by.is_(None)
            tx.update(schema.messages, *mine, untaken, handled_by=handled_by, handled_at=tx.clock, meaning=meaning)
            query = sa.select(row.seq).where(*mine, row.handled_by == handled_by).order_by(row.seq)
            return list(tx.connection.execute(query).scalars())

    def of_ticket(self, ticket_id: str) -> list[MessageRow]:
        """Every message and event of a ticket, in order."""
        row = schema.messages.c
        with self._database.read() as tx:
            return tx.all(MessageRow, sa.select(schema.messages).where(row.ticket_id == ticket_id).order_by(row.seq))

    def unhandled(self, older_than: timedelta, *, limit: int = 500) -> list[MessageRow]:
        """Messages of tickets that are not closed which no step took up for longer than this, oldest first."""
        row, ticket = schema.messages.c, schema.tickets.c
        with self._database.read() as tx:
            query = (
                sa.select(schema.messages)
                .join(schema.tickets, ticket.id == row.ticket_id)
                .where(row.handled_at.is_(None), row.received_at <= tx.now() - older_than, ticket.state != "closed")
                .order_by(row.received_at)
                .limit(limit)
            )
            return tx.all(MessageRow, query)

    def conversation(self, ticket_id: str, *, limit: int = 200) -> list[Said]:
        """The last turns in order: messages and sent replies, each reply after the messages that it could know of."""
        message, reply = schema.messages.c, schema.outbound.c
        with self._database.read() as tx:
            messages = sa.select(schema.messages).where(message.ticket_id == ticket_id, message.kind == "message")
            replies = sa.select(schema.outbound).where(
                reply.ticket_id == ticket_id, reply.kind.in_(("reply", "survey")), _was_sent()
            )
            turns = [((row.seq, 0, row.received_at), _said(row)) for row in tx.all(MessageRow, messages)]
            for sent in tx.all(OutboundRow, replies):
                at = sent.sent_at or sent.sending_at or sent.created_at
                turns.append(((sent.sending_seq or 0, 1, at), _replied(sent, at)))
        return [said for _, said in sorted(turns, key=lambda turn: turn[0])][-limit:]


def _was_sent() -> sa.ColumnElement[bool]:
    reply = schema.outbound.c
    return sa.or_(reply.state == "sent", sa.and_(reply.state == "reconciled", reply.as_sent.is_(True)))


def _said(row: MessageRow) -> Said:
    return Said(
        who=row.author_role, author_id=row.author_id, text=row.text, content=row.data,
        at=row.platform_time or row.received_at, seq=row.seq, outbound_id=None, message_id=row.id,
    )  # fmt: skip


def _replied(row: OutboundRow, at: datetime) -> Said:
    text = row.content.get("text") if isinstance(row.content, dict) else None
    return Said(who="engine", author_id=None, text=text, content=row.content, at=at, seq=None, outbound_id=row.id)


def _make(tx: Transaction, channel: str, external_id: str, delivery: _Delivery) -> bool:
    now = tx.now()
    return tx.insert_new(
        schema.tickets, id=mint("t"), channel=channel, external_id=external_id, epoch=1, state="open",
        flow=delivery.flow, owner=delivery.owner,
        next_due=now + delivery.sla, sla_due=now + delivery.sla, last_seq=0, mode=delivery.mode,
        subject=delivery.subject, requester=delivery.requester, attempts={}, salt=secrets.token_bytes(32),
        created_at=now, updated_at=now,
    )  # fmt: skip


def _known(tx: Transaction, channel: str, external_id: str) -> TicketRow:
    row = schema.tickets.c
    query = sa.select(row.id).where(row.channel == channel, row.external_id == external_id)
    return place.locked(tx, tx.connection.execute(query).scalar_one())


def _from_customer(arrival: Arrival) -> bool:
    return arrival.kind == "message" and arrival.author_role == "customer"


def _is_new(tx: Transaction, ticket: TicketRow, arrival: Arrival) -> bool:
    for table in (schema.messages, schema.message_aliases):
        known = sa.select(sa.literal(1)).where(
            table.c.channel == ticket.channel, table.c.content_id == arrival.content_id
        )
        if tx.connection.execute(known).first():
            return False
    return True


def _twin(tx: Transaction, ticket: TicketRow, arrival: Arrival) -> str | None:
    """The id of the message that this one repeats under another content id."""
    if not arrival.same_as_first or arrival.platform_time is None or arrival.kind != "message":
        return None
    row, at = schema.messages.c, arrival.platform_time
    near = sa.select(row.id, row.text).where(
        row.ticket_id == ticket.id, row.kind == "message", row.author_id == arrival.author_id,
        row.platform_time >= at - SAME_WITHIN, row.platform_time <= at + SAME_WITHIN,
    )  # fmt: skip
    mine = _text_digest(arrival.text)
    return next((found.id for found in tx.connection.execute(near) if _text_digest(found.text) == mine), None)


def _reopens(tx: Transaction, ticket: TicketRow, arrival: Arrival) -> bool:
    return _from_customer(arrival) and _twin(tx, ticket, arrival) is None


def _from_another(arrival: Arrival, author_id: str) -> bool:
    """Whether somebody else speaks as the customer: from then on nobody is proved to."""
    return _from_customer(arrival) and arrival.author_id != author_id


def _text_digest(text: str | None) -> bytes:
    # platforms differ in line ends and outer blanks between a description and its comment
    return hashlib.sha256(" ".join(storable(text or "").split()).encode()).digest()


def _append(tx: Transaction, ticket: TicketRow, fresh: Sequence[Arrival]) -> list[tuple[int, Arrival]]:
    """Insert what is new after `last_seq`; the sequence numbers given."""
    accepted: list[tuple[int, Arrival]] = []
    now, seq = tx.now(), ticket.last_seq
    for arrival in fresh:
        if (twin := _twin(tx, ticket, arrival)) is not None:
            tx.insert_new(
                schema.message_aliases, channel=ticket.channel, content_id=arrival.content_id, message_id=twin
            )
            attach(tx, ticket, twin, arrival.attachments)
        elif _insert(tx, ticket, arrival, seq + 1, now):
            seq += 1
            accepted.append((seq, arrival))
    return accepted


def _before(tx: Transaction, ticket: TicketRow, arrival: Arrival) -> bool:
    """Whether this is the first text of a platform's ticket that an event began: whoever made the ticket wrote it, and
    platforms name its requester as the author. It is kept, and nobody waits for it."""
    if not arrival.same_as_first or arrival.kind != "message" or arrival.platform_time is None:
        return False
    row = schema.starts.c
    began = sa.select(sa.literal(1)).where(
        row.ticket_id == ticket.id, row.epoch == 1, row.began, row.created_at > arrival.platform_time
    )
    return tx.connection.execute(began).first() is not None


def _insert(tx: Transaction, ticket: TicketRow, arrival: Arrival, seq: int, now: datetime) -> bool:
    before, message = _before(tx, ticket, arrival), mint("m")
    new = tx.insert_new(
        schema.messages, id=message, ticket_id=ticket.id, epoch=ticket.epoch, seq=seq, channel=ticket.channel,
        content_id=arrival.content_id, kind=arrival.kind, author_id=arrival.author_id, author_role=arrival.author_role,
        text=arrival.text, event=arrival.event, data=arrival.data, platform_time=arrival.platform_time,
        received_at=now, delivery_id=arrival.delivery_id, wants_person=arrival.wants_person and not before,
        topics=[] if before else list(arrival.topics), handled_by=BEFORE if before else None,
        handled_at=now if before else None,
    )  # fmt: skip
    if new:
        attach(tx, ticket, message, arrival.attachments)
    return new


def _reopen(tx: Transaction, ticket: TicketRow, delivery: _Delivery) -> None:
    """The next epoch: another matter until shown otherwise, so neither identity nor routing is carried over."""
    due = tx.now() + delivery.sla
    place.change(
        tx, ticket.id, epoch=ticket.epoch + 1, state="open", flow=delivery.flow, revision=None, category=None,
        owner=delivery.owner, verified=None, customer_value=None, outcome=None, escalated=None, awaiting_team=None,
        next_due=due, sla_due=due,
    )  # fmt: skip


def _after(
    tx: Transaction, ticket: TicketRow, accepted: Sequence[tuple[int, Arrival]], delivery: _Delivery
) -> str | None:
    """Move the ticket's row along with its new messages; the id of the handoff that a wish for a person opened."""
    if not accepted:
        return None
    now = tx.now()
    columns: dict[str, Any] = {"last_seq": accepted[-1][0]}
    if ticket.state != "closed":
        columns |= {"ring_wanted_at": now, "next_due": place.sooner(ticket.next_due, now, delivery.sla)}
    asked_by = delivery.requester.get("id")
    if asked_by is not None and asked_by != ticket.requester.get("id"):
        columns |= {"requester": delivery.requester, "verified": None}  # handed on to another person
    place.change(tx, ticket.id, **columns)
    wish = any(
        arrival.wants_person and _from_customer(arrival) and not _before(tx, ticket, arrival) for _, arrival in accepted
    )
    if not wish:
        return None
    due = now + delivery.sla
    hand_off(tx, place.locked(tx, ticket.id), "customer_wish", None, due)
    return open_handoff(tx, ticket.id, ticket.epoch, "customer_wish", None, {}, due).id
