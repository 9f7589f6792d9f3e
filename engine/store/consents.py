"""Consents: the customer's yes to one write, for one version of its arguments, said after the question arrived."""

from datetime import datetime

import sqlalchemy as sa

from engine.store import place, schema
from engine.store.database import Database
from engine.store.faults import Missing
from engine.store.leaving import LIVE_CONSENTS
from engine.store.outcomes import ConsentOutcome
from engine.store.rows import ConsentRow, IntentRow, MessageRow, OutboundRow, TicketRow
from engine.store.transaction import Transaction, mint

_GIVEN = ("given", "used")


class Consents:
    """Questions to customers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self, intent_id: str, version: int, question_outbound: str | None, expires_at: datetime) -> ConsentRow:
        """The consent that this question asks for; the same question again is the same row.

        Another question about the same intent takes the place of the one before: only the last one asked can be
        answered. For arguments that no longer hold the row is made `superseded`, for an intent that was left
        `withdrawn`.
        """
        row = schema.consents.c
        with self._database.write() as tx:
            place.locked_of(tx, schema.intents, intent_id)
            asked = sa.select(schema.consents).where(
                row.intent_id == intent_id, row.version == version, row.question_outbound == question_outbound
            )
            if question_outbound is not None and (there := tx.first(ConsentRow, asked)) is not None:
                return there
            intent = tx.by_id(IntentRow, schema.intents, intent_id)
            state = state_at_opening(intent, version)
            if state == "open":
                before = (row.intent_id == intent_id, row.state.in_(LIVE_CONSENTS))
                tx.update(schema.consents, *before, state="superseded")
            consent_id = mint("c")
            tx.insert(
                schema.consents, id=consent_id, intent_id=intent_id, version=version, state=state,
                question_outbound=question_outbound, expires_at=expires_at, opened_at=tx.now(),
            )  # fmt: skip
            return tx.by_id(ConsentRow, schema.consents, consent_id)

    def decide(
        self, consent_id: str, given: bool, author_id: str, message_seq: int, platform_time: datetime | None = None
    ) -> ConsentOutcome:
        """The customer's answer, as message `message_seq` gave it. The store's own message row is what counts.

        Only the verified author decides, in a message that was accepted after the question began to be sent and
        written after it arrived; otherwise the consent stays open and the flow asks again.
        """
        with self._database.write() as tx:
            row, intent, ticket = _locked(tx, consent_id)
            if _decided_by(row, author_id, message_seq):
                return "given" if row.state in _GIVEN else "declined"
            if row.state == "expired":
                return "expired"
            if row.state != "open" or intent.state != "reserved" or row.version != intent.version:
                return "not_open"
            message = _message(tx, ticket, author_id, message_seq)
            if message is None or not _was_verified(ticket, message):
                return "not_the_author"
            if not _answers(tx, row, message, platform_time):
                return "before_question"
            return _decide(tx, row, given, message)

    def expire(self, consent_id: str) -> bool:
        """open -> expired, only past its time; False: read the row."""
        row = schema.consents.c
        with self._database.write() as tx:
            _locked(tx, consent_id)
            due = (row.id == consent_id, row.state == "open", row.expires_at <= tx.clock)
            return tx.update(schema.consents, *due, state="expired", decided_at=tx.clock) == 1

    def withdraw(self, consent_id: str) -> bool:
        """Take the question back, answered or not, unless it was used; False: read the row."""
        row = schema.consents.c
        with self._database.write() as tx:
            _locked(tx, consent_id)
            live = (row.id == consent_id, row.state.in_(LIVE_CONSENTS))
            return tx.update(schema.consents, *live, state="withdrawn") == 1

    def get(self, consent_id: str) -> ConsentRow:
        """One consent. Raises Missing."""
        with self._database.read() as tx:
            return tx.by_id(ConsentRow, schema.consents, consent_id)

    def current(self, intent_id: str) -> ConsentRow | None:
        """The consent that was asked for last, in whatever state."""
        rows = self.of_intent(intent_id)
        last = [row for row in rows if row.state != "superseded"] or rows
        return last[-1] if last else None

    def of_intent(self, intent_id: str) -> list[ConsentRow]:
        """All consents of an intent, oldest first."""
        row = schema.consents.c
        query = sa.select(schema.consents).where(row.intent_id == intent_id).order_by(row.opened_at, row.id)
        with self._database.read() as tx:
            return tx.all(ConsentRow, query)


def state_at_opening(intent: IntentRow, version: int) -> str:
    """The state of a question that is asked late: it is written down, and answers nothing."""
    if intent.state != "reserved":
        return "withdrawn"
    return "open" if intent.version == version else "superseded"


def _locked(tx: Transaction, consent_id: str) -> tuple[ConsentRow, IntentRow, TicketRow]:
    intent_id = tx.by_id(ConsentRow, schema.consents, consent_id).intent_id
    ticket = place.locked_of(tx, schema.intents, intent_id)
    row = tx.by_id(ConsentRow, schema.consents, consent_id)
    return row, tx.by_id(IntentRow, schema.intents, intent_id), ticket


def _decided_by(row: ConsentRow, author_id: str, message_seq: int) -> bool:
    """Whether this very message decided: the activity that reports it may run again."""
    return row.state in (*_GIVEN, "declined") and (row.author_id, row.message_seq) == (author_id, message_seq)


def _was_verified(ticket: TicketRow, message: MessageRow) -> bool:
    """Whether its author was known when it came. Who they are at the time of the call, the call asks again."""
    known = ticket.verified
    return known is not None and known.author == message.author_id and (
        known.until is None or known.until > message.received_at
    )  # fmt: skip


def _message(tx: Transaction, ticket: TicketRow, author_id: str, seq: int) -> MessageRow | None:
    row = schema.messages.c
    query = sa.select(schema.messages).where(
        row.ticket_id == ticket.id, row.seq == seq, row.epoch == ticket.epoch, row.kind == "message",
        row.author_role == "customer", row.author_id == author_id,
    )  # fmt: skip
    return tx.first(MessageRow, query)


def _answers(tx: Transaction, row: ConsentRow, message: MessageRow, platform_time: datetime | None) -> bool:
    """Whether the message can be an answer to the question, by its order in the store and its time on the platform."""
    if row.question_outbound is None:
        return False
    try:
        question = tx.by_id(OutboundRow, schema.outbound, row.question_outbound)
    except Missing:
        return False
    arrived = question.platform_time or question.sent_at
    if not question.was_sent or arrived is None or question.sending_seq is None:
        return False
    written = message.platform_time or platform_time or message.received_at
    return message.seq > question.sending_seq and written > arrived


def _decide(tx: Transaction, row: ConsentRow, given: bool, message: MessageRow) -> ConsentOutcome:
    """In time is what the engine had received in time, by the database's clock, however late a worker comes to it."""
    consent = schema.consents.c
    in_time = (consent.id == row.id, consent.state == "open", consent.expires_at > message.received_at)
    decided = tx.update(
        schema.consents, *in_time, state="given" if given else "declined", author_id=message.author_id,
        message_seq=message.seq, decided_at=tx.clock,
    )  # fmt: skip
    if not decided:
        return "expired"
    return "given" if given else "declined"
