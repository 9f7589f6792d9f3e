"""What is being written to a visitor at this moment: passing rows, one a conversation, that nothing is decided by.

A draft belongs to one attempt of one step. Whoever begins another attempt fences the one before off, and every piece is
let out in a transaction that looks whether the engine would still send the text: the ticket open, in the same epoch, in
a mode that answers, and nothing heard since.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import sqlalchemy as sa

from engine.store import place, schema
from engine.store.database import Database
from engine.store.outbound import ALLOWED
from engine.store.rows import Mode, TicketState
from engine.store.transaction import Transaction, token

__all__ = ["FRESH", "ChatRow", "Drafts", "chat_of", "clear", "shows"]

FRESH: Final = timedelta(seconds=20)
"""How old a draft, or what is being done, may be: its worker may be gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatRow:
    """A conversation: how many texts it was shown, and whose the draft is."""

    ticket_id: str
    lines: int
    version: int
    attempt: int
    token: str | None
    epoch: int | None
    seen_seq: int | None


class Drafts:
    """Drafts and what is being done. Losing them loses nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, ticket_id: str, epoch: int, node: str, iteration: str) -> str | None:
        """Begin another attempt at the text of a place, which takes the one before it from the page: its token.

        None: there is nothing to show, for the engine would not send it now, or the place has its text already.
        """
        row = schema.outbound.c
        with self._database.write() as tx:
            ticket = place.locked(tx, ticket_id)
            there = sa.select(sa.literal(1)).where(
                row.ticket_id == ticket_id, row.epoch == epoch, row.node == node, row.iteration == iteration,
                row.kind == "reply",
            )  # fmt: skip
            if ticket.epoch != epoch or not shows(ticket.state, ticket.mode) or tx.connection.execute(there).first():
                return None
            fresh = token()
            attempt = chat_of(tx, ticket_id).attempt + 1
            clear(tx, ticket_id, attempt=attempt, token=fresh, epoch=epoch, seen_seq=ticket.last_seq)
            return fresh

    def release(self, ticket_id: str, held: str, text: str) -> bool:
        """Let the text so far out. False: this attempt is over, and nothing of it stays on the page."""
        with self._database.write() as tx:
            ticket = place.locked(tx, ticket_id)
            chat = chat_of(tx, ticket_id)
            if chat.token != held:
                return False
            if (ticket.epoch, ticket.last_seq) != (chat.epoch, chat.seen_seq) or not shows(ticket.state, ticket.mode):
                clear(tx, ticket_id)
                return False
            _change(tx, ticket_id, draft=text, draft_at=tx.clock)
            return True

    def withdraw(self, ticket_id: str, held: str) -> bool:
        """Take an attempt's draft from the page; whether it was still there to take."""
        with self._database.write() as tx:
            place.locked(tx, ticket_id)
            if chat_of(tx, ticket_id).token != held:
                return False
            clear(tx, ticket_id)
            return True

    def doing(self, ticket_id: str, word: str) -> None:
        """What the engine does at this moment, in a word that says nothing of the customer."""
        with self._database.write() as tx:
            place.locked(tx, ticket_id)
            chat_of(tx, ticket_id)
            _change(tx, ticket_id, doing=word, doing_at=tx.clock)


def shows(state: TicketState, mode: Mode) -> bool:
    """Whether the engine answers the customer itself."""
    return state == "open" and mode in ALLOWED["reply"]


def chat_of(tx: Transaction, ticket_id: str) -> ChatRow:
    """The conversation's row, made if it is not there; the ticket is locked."""
    tx.insert_new(schema.chats, ticket_id=ticket_id, lines=0, version=0, attempt=0)
    found = tx.first(ChatRow, sa.select(schema.chats).where(schema.chats.c.ticket_id == ticket_id))
    assert found is not None, "made just now"
    return found


def clear(tx: Transaction, ticket_id: str, **columns: Any) -> None:
    """Nothing is written any more; the ticket is locked and its row is there."""
    gone = {"token": None, "epoch": None, "seen_seq": None, "draft": None, "draft_at": None}
    _change(tx, ticket_id, **{**gone, **columns})


def _change(tx: Transaction, ticket_id: str, **columns: Any) -> None:
    row = schema.chats.c
    tx.update(schema.chats, row.ticket_id == ticket_id, version=row.version + 1, **columns)
