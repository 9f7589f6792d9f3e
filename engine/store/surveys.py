"""The survey after a solved close: what was asked, and what a customer marked. An answer reopens nothing.

The question is an outbound row of its own kind; an answer is an event of the ticket (`CSAT`), in the transaction that
accepts the customer's message. The platform opens its ticket when a customer writes: a row of an `update`, made with
the answer, closes it there again.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from engine.store import closing, schema
from engine.store.database import Database
from engine.store.outcomes import Arrival
from engine.store.rows import MessageRow, OutboundRow, TicketRow
from engine.store.transaction import Transaction

__all__ = ["CSAT", "PLACE", "Survey", "Surveys", "close_again", "marked"]

CSAT = "survey.csat"
"""The event of an answer; its `data` has the `mark`, from 1 to 5."""
BESIDE = "/survey"
"""Behind the content id of an answer that came in a message which says more."""
PLACE = "survey"
"""Of its rows in the ledger: no node of a flow has it."""
_OPEN = timedelta(days=30)
"""So long after the question a number is an answer to it; later it is a message like any other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """A survey of a ticket. `answers`, oldest first: when, and the mark; the last one counts."""

    asked: OutboundRow
    answers: tuple[tuple[datetime, int], ...]


class Surveys:
    """What is known of surveys. Asking is the outbound rows' business, answering that of the messages."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_ticket(self, ticket_id: str) -> Survey | None:
        """The ticket's survey: a ticket is asked once, however often it is solved."""
        row, message = schema.outbound.c, schema.messages.c
        with self._database.read() as tx:
            asked = tx.first(OutboundRow, sa.select(schema.outbound).where(_asked(ticket_id)).order_by(row.created_at))
            if asked is None:
                return None
            said = sa.select(schema.messages).where(message.ticket_id == ticket_id, message.event == CSAT)
            answers = tx.all(MessageRow, said.order_by(message.seq))
            return Survey(asked=asked, answers=tuple((one.received_at, int(one.data["mark"])) for one in answers))


def marked(tx: Transaction, ticket: TicketRow, arrival: Arrival) -> Iterator[Arrival]:
    """What a customer's message comes to on a ticket whose survey is open: the answer, and the message itself only if
    it says more than that. Anything else, and any other ticket's, is what it is."""
    if arrival.mark is None or not _is_open(tx, ticket, arrival):
        yield arrival
        return
    answer = replace(
        arrival, content_id=arrival.content_id if arrival.only_mark else arrival.content_id + BESIDE, kind="event",
        event=CSAT, text=None, data={"mark": arrival.mark}, wants_person=False, topics=(), attachments=(), mark=None,
    )  # fmt: skip
    yield answer
    if not arrival.only_mark:
        yield arrival


def close_again(tx: Transaction, ticket: TicketRow, answer: Arrival) -> None:
    """The platform took the answer for a customer who needs something: its ticket is to be solved again."""
    if ticket.state == "closed":
        closing.owe(tx, ticket.id, ticket.epoch, iteration=answer.content_id)


def _asked(ticket_id: str) -> sa.ColumnElement[bool]:
    row = schema.outbound.c
    return sa.and_(row.ticket_id == ticket_id, row.kind == "survey")


def _is_open(tx: Transaction, ticket: TicketRow, arrival: Arrival) -> bool:
    """Closed, asked in this epoch, and the message is no older than the question."""
    if ticket.state != "closed" or arrival.kind != "message" or arrival.author_role != "customer":
        return False
    row = schema.outbound.c
    left = row.state.in_(("sending", "unknown", "sent", "reconciled"))
    asked = tx.first(OutboundRow, sa.select(schema.outbound).where(_asked(ticket.id), row.epoch == ticket.epoch, left))
    if asked is None or asked.sending_at is None or tx.now() - asked.sending_at > _OPEN:
        return False
    if asked.platform_time is None or arrival.platform_time is None:
        return True
    return arrival.platform_time >= asked.platform_time
