"""Conversations of web channels, whose platform is the store: what a visitor has been shown, once, in one order.

A conversation has two orders that only grow: the messages of the ticket by `seq`, and the engine's texts by the number
that each is given as it is shown. A reader that keeps both has missed nothing and gets nothing twice, from whichever
process it reads.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Literal

import sqlalchemy as sa

from engine.store import place, schema
from engine.store.columns import key_of
from engine.store.database import Database
from engine.store.drafts import FRESH, chat_of, clear, shows
from engine.store.faults import Missing
from engine.store.rows import MessageRow, Mode, OutboundRow, TicketState
from engine.store.surveys import BESIDE, CSAT
from engine.store.transaction import Transaction

__all__ = ["Chats", "Line", "Pulse", "Written"]

_PAGE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One text of a conversation; an empty one is nobody's to see. `seq` and `number`: where a reader is behind it."""

    who: Literal["visitor", "assistant", "person"]
    text: str = field(repr=False)
    at: datetime
    seq: int
    number: int
    content_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """A conversation at a glance. It is equal to an earlier one as long as there is nothing new to read."""

    ticket_id: str
    state: TicketState
    last_seq: int
    lines: int
    version: int
    attempt: int
    draft: str | None = field(repr=False)
    """What is being written, as far as it may be shown now."""
    doing: str | None
    """What the engine does at this moment: a word of `engine.runtime.activities.drafting`, or None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """How much a visitor wrote lately: messages of the last minute and of the last day, conversations of the day."""

    minute: int
    day: int
    conversations: int


class Chats:
    """What visitors see."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def show(self, marker: str) -> tuple[int, datetime] | None:
        """Show the outbound row with this marker to its visitor: the text's number and when, the same every time.

        None: nobody may send it now, for it is not `sending`, or its deadline has passed on the database's clock. The
        draft of the conversation goes in the same transaction. Raises Missing.
        """
        with self._database.write() as tx:
            row = _row(tx, marker)
            ticket = place.locked(tx, row.ticket_id)
            if (known := _shown(tx, row.id)) is not None:
                return known
            row, now = _row(tx, marker), tx.now()
            if row.state != "sending" or row.deadline is None or row.deadline <= now:
                return None
            number = chat_of(tx, ticket.id).lines + 1
            tx.insert(schema.chat_lines, ticket_id=ticket.id, number=number, outbound_id=row.id, at=now)
            clear(tx, ticket.id, lines=number, doing=None, doing_at=None)
            return number, now

    def shown(self, marker: str) -> tuple[int, datetime] | None:
        """The number of a text and since when it is shown; None: it is not. Raises Missing."""
        with self._database.read() as tx:
            return _shown(tx, _row(tx, marker).id)

    def look(self, channel: str, external_ids: Sequence[str]) -> dict[str, Pulse]:
        """Conversations at a glance, by the ids that were given; those that nobody has begun are not among them."""
        ticket, chat = schema.tickets.c, schema.chats.c
        names = {key_of(name): name for name in external_ids}
        query = (
            sa.select(
                ticket.id, ticket.external_id, ticket.state, ticket.epoch, ticket.mode, ticket.last_seq,
                chat.lines, chat.version, chat.attempt, chat.epoch.label("draft_epoch"), chat.seen_seq, chat.draft,
                chat.draft_at, chat.doing, chat.doing_at,
            )
            .join_from(schema.tickets, schema.chats, chat.ticket_id == ticket.id, isouter=True)
            .where(ticket.channel == channel, ticket.external_id.in_(list(names)))
        )  # fmt: skip
        with self._database.read() as tx:
            now = tx.now()
            found = [dict(row) for row in tx.connection.execute(query).mappings()]
        return {names[row["external_id"]]: _pulse(row, now) for row in found}

    def after(self, ticket_id: str, seq: int, number: int) -> list[Line]:
        """The texts after a reader's place, in order: each reply after the messages that it could know of."""
        message, line, reply = schema.messages.c, schema.chat_lines.c, schema.outbound.c
        said = (
            sa.select(schema.messages)
            .where(message.ticket_id == ticket_id, message.seq > seq, message.author_role.in_(("customer", "agent")))
            .where(sa.or_(message.kind == "message", message.event == CSAT))
            .order_by(message.seq)
            .limit(_PAGE)
        )
        shown = (
            sa.select(line.number, line.at, reply.content, reply.sending_seq)
            .join_from(schema.chat_lines, schema.outbound, reply.id == line.outbound_id)
            .where(line.ticket_id == ticket_id, line.number > number)
            .order_by(line.number)
            .limit(_PAGE)
        )
        with self._database.read() as tx:
            messages = tx.all(MessageRow, said)
            replies = [dict(row) for row in tx.connection.execute(shown).mappings()]
        return _merged(messages, replies, seq, number)

    def message(self, channel: str, content_id: str) -> MessageRow | None:
        """The message with this id of its content."""
        row = schema.messages.c
        with self._database.read() as tx:
            mine = sa.select(schema.messages).where(row.channel == channel, row.content_id == content_id)
            return tx.first(MessageRow, mine)

    def written(self, channel: str, author_id: str) -> Written:
        """How much somebody wrote lately."""
        row = schema.messages.c
        with self._database.read() as tx:
            now = tx.now()
            lately = sa.case((row.received_at > now - timedelta(minutes=1), 1))
            query = sa.select(sa.func.count(lately), sa.func.count(), sa.func.count(sa.distinct(row.ticket_id))).where(
                row.author_id == author_id, row.received_at > now - timedelta(days=1), row.channel == channel
            )
            minute, day, conversations = tx.connection.execute(query).one()
            return Written(minute=minute, day=day, conversations=conversations)


def _row(tx: Transaction, marker: str) -> OutboundRow:
    found = tx.first(OutboundRow, sa.select(schema.outbound).where(schema.outbound.c.marker == marker))
    if found is None:
        raise Missing("no text has this marker")
    return found


def _shown(tx: Transaction, outbound_id: str) -> tuple[int, datetime] | None:
    line = schema.chat_lines.c
    found = tx.connection.execute(sa.select(line.number, line.at).where(line.outbound_id == outbound_id)).first()
    return (found.number, found.at) if found else None


def _pulse(row: dict[str, Any], now: datetime) -> Pulse:
    def fresh(at: datetime | None) -> bool:
        return at is not None and now - at < FRESH

    mode: Mode = row["mode"]
    seen = row["seen_seq"] == row["last_seq"] and row["draft_epoch"] == row["epoch"]
    draft = row["draft"] if shows(row["state"], mode) and seen and fresh(row["draft_at"]) else None
    return Pulse(
        ticket_id=row["id"], state=row["state"], last_seq=row["last_seq"], lines=row["lines"] or 0,
        version=row["version"] or 0, attempt=row["attempt"] or 0, draft=draft,
        doing=row["doing"] if row["state"] == "open" and fresh(row["doing_at"]) else None,
    )  # fmt: skip


def _text(row: MessageRow) -> str:
    """What was written; of a survey's answer the mark that it came to, unless it stands in a message beside it."""
    if row.event != CSAT:
        return row.text or ""
    return "" if row.content_id.endswith(BESIDE) else str(row.data["mark"])


def _merged(messages: list[MessageRow], replies: list[dict[str, Any]], seq: int, number: int) -> list[Line]:
    """Both orders in one. Where a page of one of them is full, what belongs behind it waits for the next look."""
    lines: list[Line] = []
    said, shown = list(messages), list(replies)
    full = (len(said) == _PAGE, len(shown) == _PAGE)
    while said or shown:
        if (not said and full[0]) or (not shown and full[1]):
            break
        if said and (not shown or said[0].seq <= (shown[0]["sending_seq"] or 0)):
            row = said.pop(0)
            seq = row.seq
            who: Literal["visitor", "person"] = "visitor" if row.author_role == "customer" else "person"
            lines.append(Line(who=who, text=_text(row), at=row.platform_time or row.received_at, seq=seq,
                              number=number, content_id=row.content_id))  # fmt: skip
        else:
            reply = shown.pop(0)
            number = reply["number"]
            content = reply["content"] if isinstance(reply["content"], dict) else {}
            lines.append(
                Line(who="assistant", text=str(content.get("text") or ""), at=reply["at"], seq=seq, number=number)
            )
    return lines
