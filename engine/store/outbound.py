"""Outbound rows: replies, notes, changes of the ticket, mails. Everything that leaves the engine is a row first."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa

from engine.store import closing, place, schema, sending
from engine.store.columns import MICROSECOND
from engine.store.database import Database
from engine.store.outcomes import Again, Began, Stopped
from engine.store.proposing import found, propose
from engine.store.rows import ApprovalRow, Mode, OutboundKind, OutboundRow, QuestionRow, TicketRow

ALLOWED: dict[OutboundKind, tuple[Mode, ...]] = {
    "reply": ("live", "read_only"),
    "survey": ("live", "read_only"),
    "note": ("live", "read_only", "suggest"),
    "update": ("live", "read_only", "suggest"),
    "mail": ("live", "read_only", "suggest"),
    "chat": ("live", "read_only", "suggest"),
}
"""In which modes each kind may leave: `read_only` answers, `suggest` drafts for people, `shadow` is seen by nobody."""
_FROM_PEOPLE = ("handoff/", "human/")
"""Places whose replies may leave while people have the ticket: the handoff's own, and those of the flow `human`."""


class Outbound:
    """What the engine says and changes on the ticketing platform."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def propose(
        self,
        ticket_id: str,
        epoch: int,
        node: str,
        iteration: str,
        kind: OutboundKind,
        content: Any,
        guarded: Any = None,
    ) -> OutboundRow:
        """The row of this place, as it is if it is there. `guarded`: which guardrails passed it; a reply needs that."""
        with self._database.write() as tx:
            place.locked(tx, ticket_id)
            return propose(tx, ticket_id, epoch, node, iteration, kind, content, guarded)

    def ask(
        self, of: ApprovalRow | QuestionRow, iteration: str, kind: OutboundKind, content: Any
    ) -> OutboundRow | None:
        """The row that asks people, at the place of what they are asked for: a decision, or an answer. None once they
        have given it and were not asked."""
        table = schema.approvals if isinstance(of, ApprovalRow) else schema.questions
        with self._database.write() as tx:
            ticket = place.locked_of(tx, table, of.id)
            if tx.by_id(type(of), table, of.id).state == "open":
                return propose(tx, ticket.id, of.epoch, of.node, iteration, kind, content)
            return found(tx, ticket.id, of.epoch, of.node, iteration, kind)

    def guard(self, outbound_id: str, content: Any, guarded: Any) -> bool:
        """Replace an unsent content by what passed the guardrails; whoever held it before is fenced off."""
        row = schema.outbound.c
        with self._database.write() as tx:
            place.locked_of(tx, schema.outbound, outbound_id)
            unsent = (row.id == outbound_id, row.state == "reserved")
            return tx.update(schema.outbound, *unsent, content=content, guarded=guarded, token=None) == 1

    def hold(self, outbound_id: str) -> str | None:
        """Take an unsent row, fencing off an earlier holder; its token, or None if it is not `reserved`."""
        with self._database.write() as tx:
            place.locked_of(tx, schema.outbound, outbound_id)
            return sending.hold(tx, schema.outbound, outbound_id)

    def begin(self, outbound_id: str, token: str, *, deadline: timedelta) -> Began | Stopped:
        """reserved -> sending, by the holder of the token; the ticket must allow it, and a reply be guarded."""
        row = schema.outbound.c
        with self._database.write() as tx:
            ticket = place.locked_of(tx, schema.outbound, outbound_id)
            found = tx.by_id(OutboundRow, schema.outbound, outbound_id)
            if (stopped := _obstacle(found, ticket, token)) is not None:
                return stopped
            now = tx.now()
            tx.update(
                schema.outbound, row.id == outbound_id, row.state == "reserved", row.token == token,
                state="sending", sending_at=now, sending_seq=ticket.last_seq, deadline=now + deadline,
                lease_us=deadline // MICROSECOND, attempts=found.attempts + 1, resent=0,
            )  # fmt: skip
            return Began(now + deadline)

    def settle(
        self,
        outbound_id: str,
        token: str,
        state: Literal["sent", "not_sent", "unknown"],
        *,
        because: str | None = None,
        external_id: str | None = None,
        platform_time: datetime | None = None,
    ) -> bool:
        """Write down what the platform answered, by the holder of the token; a late `sent` is accepted on `unknown`.

        `platform_time` is the platform's own time of what was sent: an answer to it is later than that.
        """
        with self._database.write() as tx:
            place.locked_of(tx, schema.outbound, outbound_id)
            found = tx.by_id(OutboundRow, schema.outbound, outbound_id)
            if found.token is None or found.token != token:
                return False
            if found.state == state:
                return True
            if found.state != "sending" and (found.state, state) != ("unknown", "sent"):
                return False
            sent = {"sent_at": tx.now()} if state == "sent" else {}
            tx.update(
                schema.outbound, schema.outbound.c.id == outbound_id, schema.outbound.c.state == found.state,
                state=state, because=because, external_id=external_id, platform_time=platform_time, **sent,
            )  # fmt: skip
            return True

    def again(self, outbound_id: str, *, has_find: bool, keeps: timedelta | None = None) -> Again:
        """What a retry may do that finds the row `sending`. `has_find`: the channel can look for the marker."""
        with self._database.read() as tx:
            row = tx.by_id(OutboundRow, schema.outbound, outbound_id)
            return sending.again(row, tx.now(), keeps=keeps, has_find=has_find)

    def retake(self, outbound_id: str, seen: str | None = None) -> str | None:
        """Take a `sending` row from its holder (`seen`), to settle what a look has found. None: somebody was faster."""
        with self._database.write() as tx:
            place.locked_of(tx, schema.outbound, outbound_id)
            row = tx.by_id(OutboundRow, schema.outbound, outbound_id)
            return sending.retake(tx, schema.outbound, row, seen or row.token)

    def release(self, outbound_id: str, token: str) -> bool:
        """sending -> reserved, by a holder who knows that nothing left. False after a resend."""
        with self._database.write() as tx:
            place.locked_of(tx, schema.outbound, outbound_id)
            return sending.release(tx, schema.outbound, outbound_id, token)

    def found(self, outbound_id: str, external_id: str | None, platform_time: datetime | None = None) -> bool:
        """A look found the marker on the platform: sending or unknown -> sent, whoever holds it."""
        row = schema.outbound.c
        with self._database.write() as tx:
            place.locked_of(tx, schema.outbound, outbound_id)
            sent = tx.update(
                schema.outbound, row.id == outbound_id, row.state.in_(("sending", "unknown")), state="sent",
                external_id=external_id, platform_time=platform_time, sent_at=tx.clock,
            )  # fmt: skip
            return sent == 1

    def not_found(self, outbound_id: str) -> bool:
        """A look past the deadline did not find the marker: sending or unknown -> reserved, to be sent again.

        Only for a channel whose look sees at once what was sent; else `mark_unknown`, and a person decides.
        """
        row = schema.outbound.c
        with self._database.write() as tx:
            place.locked_of(tx, schema.outbound, outbound_id)
            gone = tx.update(
                schema.outbound, row.id == outbound_id, row.state.in_(("sending", "unknown")),
                row.deadline <= tx.clock, state="reserved", token=None, deadline=None, sending_at=None,
            )  # fmt: skip
            return gone == 1

    def requeue(self, outbound_id: str) -> bool:
        """not_sent -> reserved: it certainly did not leave, and may be tried again."""
        row = schema.outbound.c
        with self._database.write() as tx:
            place.locked_of(tx, schema.outbound, outbound_id)
            unsent = (row.id == outbound_id, row.state == "not_sent")
            return tx.update(schema.outbound, *unsent, state="reserved", token=None, because=None) == 1

    def mark_unknown(self, outbound_id: str) -> bool:
        """sending -> unknown, only past the deadline; rings the ticket."""
        with self._database.write() as tx:
            ticket = place.locked_of(tx, schema.outbound, outbound_id)
            marked = sending.mark_unknown(tx, schema.outbound, outbound_id)
            if marked:
                place.ring(tx, ticket.id)
            return marked

    def reconcile(
        self, outbound_id: str, as_sent: bool, by: str, why: str | None = None, external_id: str | None = None
    ) -> bool:
        """unknown -> reconciled: a person, or a look at the platform, found out."""
        row = schema.outbound.c
        with self._database.write() as tx:
            ticket = place.locked_of(tx, schema.outbound, outbound_id)
            sent = {"sent_at": tx.now()} if as_sent else {}
            changed = tx.update(
                schema.outbound, row.id == outbound_id, row.state == "unknown", state="reconciled", as_sent=as_sent,
                reconciled_by=by, because=why, external_id=external_id, **sent,
            )  # fmt: skip
            if changed:
                place.ring(tx, ticket.id)
            return changed == 1

    def withdraw(self, outbound_id: str, because: str) -> bool:
        """reserved -> withdrawn."""
        row = schema.outbound.c
        with self._database.write() as tx:
            place.locked_of(tx, schema.outbound, outbound_id)
            unsent = (row.id == outbound_id, row.state == "reserved")
            return tx.update(schema.outbound, *unsent, state="withdrawn", because=because, token=None) == 1

    def get(self, outbound_id: str) -> OutboundRow:
        """One row. Raises Missing."""
        with self._database.read() as tx:
            return tx.by_id(OutboundRow, schema.outbound, outbound_id)

    def pending(self, *, limit: int = 500) -> list[OutboundRow]:
        """What has not left yet or may not have: reserved, sending past the deadline, and not sent, oldest first."""
        row = schema.outbound.c
        with self._database.read() as tx:
            late = sa.and_(row.state == "sending", row.deadline <= tx.now())
            query = sa.select(schema.outbound).where(sa.or_(row.state.in_(("reserved", "not_sent")), late))
            return tx.all(OutboundRow, query.order_by(row.created_at, row.id).limit(limit))

    def due(self, kinds: Sequence[OutboundKind], *, limit: int = 100) -> list[OutboundRow]:
        """Rows of these kinds that wait to be sent, or that nobody can still be sending; oldest first."""
        row = schema.outbound.c
        with self._database.read() as tx:
            late = sa.and_(row.state == "sending", row.deadline <= tx.now())
            waits = sa.and_(row.kind.in_(list(kinds)), sa.or_(row.state == "reserved", late))
            query = sa.select(schema.outbound).where(waits).order_by(row.created_at, row.id)
            return tx.all(OutboundRow, query.limit(limit))

    def owed_closes(self, channels: Collection[str], grace: timedelta = timedelta()) -> list[OutboundRow]:
        """Closes of which these platforms have not been told for longer than `grace`, oldest first."""
        with self._database.read() as tx:
            return closing.owed(tx, channels, ALLOWED["update"], grace)

    def overdue_sending(self) -> list[OutboundRow]:
        """Rows that are `sending` past their deadline."""
        with self._database.read() as tx:
            return sending.overdue(tx, OutboundRow, schema.outbound)

    def by_marker(self, marker: str) -> OutboundRow | None:
        """The row that a marker found on the platform belongs to."""
        with self._database.read() as tx:
            return tx.first(OutboundRow, sa.select(schema.outbound).where(schema.outbound.c.marker == marker))

    def by_external_id(self, channel: str, external_id: str) -> OutboundRow | None:
        """The row that the platform's id belongs to: our own message coming back."""
        row, ticket = schema.outbound.c, schema.tickets.c
        query = (
            sa.select(schema.outbound)
            .join(schema.tickets, ticket.id == row.ticket_id)
            .where(row.external_id == external_id, ticket.channel == channel)
        )
        with self._database.read() as tx:
            return tx.first(OutboundRow, query)

    def of_ticket(self, ticket_id: str) -> list[OutboundRow]:
        """All outbound rows of a ticket, oldest first."""
        row = schema.outbound.c
        query = sa.select(schema.outbound).where(row.ticket_id == ticket_id).order_by(row.created_at, row.id)
        with self._database.read() as tx:
            return tx.all(OutboundRow, query)


def _obstacle(row: OutboundRow, ticket: TicketRow, token: str) -> Stopped | None:
    if row.state != "reserved":
        return Stopped("state", f"outbound is {row.state}")
    if row.token is None or row.token != token:
        return Stopped("token", "another holder has it")
    if ticket.mode not in ALLOWED[row.kind]:
        return Stopped("mode", ticket.mode)
    if not closing.ends(row, ticket):
        return Stopped("state", f"ticket is {ticket.state} in epoch {ticket.epoch}")
    if row.kind not in ("reply", "survey"):
        return None
    asks = row.kind == "survey"
    open_to_it = (ticket.state, ticket.outcome) == ("closed", "solved") if asks else ticket.state != "closed"
    if not open_to_it or ticket.epoch != row.epoch:
        return Stopped("state", f"ticket is {ticket.state} in epoch {ticket.epoch}")
    if ticket.state == "handed_off" and not row.node.startswith(_FROM_PEOPLE):
        return Stopped("state", "people have the ticket")
    return None if row.guarded is not None else Stopped("guard", "no guardrail has passed it")
