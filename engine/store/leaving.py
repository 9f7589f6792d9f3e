"""Taking back what a ticket no longer waits for. Part of the transaction that closes, hands off or leaves."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from engine.store import place, schema
from engine.store.outcomes import Left
from engine.store.rows import IntentRow
from engine.store.transaction import Transaction

LIVE_APPROVALS = ("open", "approved")
LIVE_CONSENTS = ("open", "given")


def take_back(tx: Transaction, ticket_id: str, epoch: int | None = None, nodes: Sequence[str] | None = None) -> Left:
    """Withdraw what is open or unsent; the ticket is locked. None: every epoch, every node.

    Approvals that were given and never used are withdrawn too: nobody shall read "approved" where nothing will follow.
    """
    intents = _ids(tx, schema.intents, ticket_id, epoch, nodes, schema.intents.c.state == "reserved")
    tx.update(schema.intents, schema.intents.c.id.in_(intents), state="withdrawn", because="left", token=None)
    replies = _ids(
        tx, schema.outbound, ticket_id, epoch, nodes,
        schema.outbound.c.state == "reserved", schema.outbound.c.kind == "reply",
    )  # fmt: skip
    tx.update(schema.outbound, schema.outbound.c.id.in_(replies), state="withdrawn", because="left", token=None)
    questions = _ids(tx, schema.questions, ticket_id, epoch, nodes, schema.questions.c.state == "open")
    tx.update(schema.questions, schema.questions.c.id.in_(questions), state="withdrawn")
    place.change(tx, ticket_id, schema.tickets.c.state == "open", awaiting_team=None)
    sending = sa.select(schema.intents).where(
        *_at(schema.intents, ticket_id, epoch, nodes), schema.intents.c.state == "sending"
    )
    return Left(
        approvals=_approvals(tx, ticket_id, epoch, nodes),
        consents=_consents(tx, ticket_id, epoch, nodes),
        intents=tuple(intents),
        replies=tuple(replies),
        questions=tuple(questions),
        sending=tuple(tx.all(IntentRow, sending)),
    )


def revoke_yeses(tx: Transaction, intent_id: str, state: str) -> None:
    """Move an intent's live consents and approvals to `withdrawn` or `superseded`; the ticket is locked."""
    approval, consent = schema.approvals.c, schema.consents.c
    tx.update(schema.approvals, approval.intent_id == intent_id, approval.state.in_(LIVE_APPROVALS), state=state)
    tx.update(schema.consents, consent.intent_id == intent_id, consent.state.in_(LIVE_CONSENTS), state=state)


def _approvals(tx: Transaction, ticket_id: str, epoch: int | None, nodes: Sequence[str] | None) -> tuple[str, ...]:
    live = schema.approvals.c.state.in_(LIVE_APPROVALS)
    ids = _ids(tx, schema.approvals, ticket_id, epoch, nodes, live)
    tx.update(schema.approvals, schema.approvals.c.id.in_(ids), state="withdrawn")
    return tuple(ids)


def _consents(tx: Transaction, ticket_id: str, epoch: int | None, nodes: Sequence[str] | None) -> tuple[str, ...]:
    consent = schema.consents.c
    intents = sa.select(schema.intents.c.id).where(*_at(schema.intents, ticket_id, epoch, nodes))
    live = sa.select(consent.id).where(consent.intent_id.in_(intents), consent.state.in_(LIVE_CONSENTS))
    ids = list(tx.connection.execute(live).scalars())
    tx.update(schema.consents, consent.id.in_(ids), state="withdrawn")
    return tuple(ids)


def _ids(
    tx: Transaction,
    table: sa.Table,
    ticket_id: str,
    epoch: int | None,
    nodes: Sequence[str] | None,
    *where: sa.ColumnElement[bool],
) -> list[str]:
    query = sa.select(table.c.id).where(*_at(table, ticket_id, epoch, nodes), *where).order_by(table.c.id)
    return list(tx.connection.execute(query).scalars())


def _at(table: sa.Table, ticket_id: str, epoch: int | None, nodes: Sequence[str] | None) -> list[sa.ColumnElement[Any]]:
    where: list[sa.ColumnElement[Any]] = [table.c.ticket_id == ticket_id]
    if epoch is not None:
        where.append(table.c.epoch == epoch)
    if nodes is not None:
        where.append(table.c.node.in_(list(nodes)))
    return where
