"""Questions to teams: answered once, where their row changes state, on the database's clock."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, Literal

import sqlalchemy as sa

from engine.store import place, schema
from engine.store.database import Database
from engine.store.outcomes import Answered
from engine.store.proposing import Note, propose
from engine.store.rows import QuestionRow, QuestionState
from engine.store.transaction import mint

_ENDED: Final[dict[QuestionState, Literal["already_answered", "expired", "withdrawn"]]] = {
    "answered": "already_answered", "withdrawn": "withdrawn", "expired": "expired", "open": "expired",
}  # fmt: skip
"""Why an answer was not taken: a row that is still open is past its time."""


class Questions:
    """What flows ask people. An answer is a value for the flow; it authorises no write."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(
        self,
        ticket_id: str,
        epoch: int,
        node: str,
        iteration: str,
        *,
        team: str,
        asked: Any,
        shown: str | None,
        expires_at: datetime,
        remind_at: Sequence[datetime] = (),
        seen_seq: int = 0,
        handed_off: bool = False,
        note: Note[QuestionRow] | None = None,
    ) -> QuestionRow:
        """The question of this place; asked again, the row as it is, with the deadline that it was given first. `note`:
        what people are told of it, a row that is there from then on.

        On a ticket that is not open in this epoch it is made `withdrawn`: nobody answers for a step that was left.
        `handed_off`: the flow that asks is the one for tickets that people have.
        """
        row = schema.questions.c
        with self._database.write() as tx:
            ticket = place.locked(tx, ticket_id)
            states = ("open", "handed_off") if handed_off else ("open",)
            there = ticket.state in states and ticket.epoch == epoch
            tx.insert_new(
                schema.questions, id=mint("q"), ticket_id=ticket_id, epoch=epoch, node=node, iteration=iteration,
                team=team, state="open" if there else "withdrawn", asked=asked, shown=shown, expires_at=expires_at,
                remind_at=tuple(remind_at), seen_seq=seen_seq, opened_at=tx.now(),
            )  # fmt: skip
            query = sa.select(schema.questions).where(
                row.ticket_id == ticket_id, row.epoch == epoch, row.node == node, row.iteration == iteration
            )
            opened = tx.all(QuestionRow, query)[0]
            if note is not None and opened.state == "open":
                propose(tx, ticket_id, epoch, node, note.iteration, "note", {"text": note.text(opened)})
            return opened

    def answer(
        self, question_id: str, *, person: str, teams: frozenset[str], answer: Any, via: str | None = None
    ) -> Answered:
        """A signed-in person's answer (encoded values by field, checked by the caller). The first one counts.

        `teams` are those of the person now. Raises Missing.
        """
        row = schema.questions.c
        with self._database.write() as tx:
            ticket = place.locked_of(tx, schema.questions, question_id)
            found = tx.by_id(QuestionRow, schema.questions, question_id)
            if found.team not in teams:
                return Answered("not_entitled", found)
            in_time = (row.id == question_id, row.state == "open", row.expires_at > tx.clock)
            given = {"answer": answer, "answered_by": person, "answered_at": tx.clock, "via": via}
            if not tx.update(schema.questions, *in_time, state="answered", **given):
                return Answered(_ENDED[found.state], found)
            place.ring(tx, ticket.id)
            return Answered("answered", tx.by_id(QuestionRow, schema.questions, question_id))

    def expire(self, question_id: str) -> QuestionRow:
        """open -> expired, only past its time. The row as it stands: the loser of a race reads the winner."""
        row = schema.questions.c
        with self._database.write() as tx:
            place.locked_of(tx, schema.questions, question_id)
            due = (row.id == question_id, row.state == "open", row.expires_at <= tx.clock)
            tx.update(schema.questions, *due, state="expired")
            return tx.by_id(QuestionRow, schema.questions, question_id)

    def get(self, question_id: str) -> QuestionRow:
        """One question. Raises Missing."""
        with self._database.read() as tx:
            return tx.by_id(QuestionRow, schema.questions, question_id)

    def listing(
        self, *, state: QuestionState | None = "open", team: str | None = None, limit: int = 200
    ) -> list[QuestionRow]:
        """Questions in a state (None: any), soonest to end first."""
        row = schema.questions.c
        query = sa.select(schema.questions)
        if state is not None:
            query = query.where(row.state == state)
        if team is not None:
            query = query.where(row.team == team)
        with self._database.read() as tx:
            return tx.all(QuestionRow, query.order_by(row.expires_at, row.id).limit(limit))

    def overdue(self) -> list[QuestionRow]:
        """Questions that are open past their time."""
        row = schema.questions.c
        with self._database.read() as tx:
            query = sa.select(schema.questions).where(row.state == "open", row.expires_at <= tx.now())
            return tx.all(QuestionRow, query.order_by(row.expires_at, row.id))

    def of_ticket(self, ticket_id: str) -> list[QuestionRow]:
        """All questions of a ticket to teams, oldest first."""
        row = schema.questions.c
        query = sa.select(schema.questions).where(row.ticket_id == ticket_id).order_by(row.opened_at, row.id)
        with self._database.read() as tx:
            return tx.all(QuestionRow, query)
