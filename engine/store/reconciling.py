"""Calls whose outcome nobody knows: what people say of them. The first word counts, and each attempt is kept."""

from typing import Any

import sqlalchemy as sa

from engine.store import place, schema, sending
from engine.store.database import Database
from engine.store.faults import Missing
from engine.store.outcomes import Reconciled
from engine.store.rows import IntentRow, OutboundRow, ReconciliationRow, TicketRow
from engine.store.transaction import Transaction, mint

Call = IntentRow | OutboundRow


class Reconciling:
    """Unknown writes (`i_...`) and unknown texts (`o_...`)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def decide(
        self,
        call_id: str,
        as_done: bool,
        *,
        person: str,
        reason: str | None,
        via: str | None = None,
        ip: str | None = None,
    ) -> Reconciled:
        """unknown -> reconciled, by an entitled person (the caller checks that). Raises Missing.

        What is still `sending` past its deadline is unknown too: whoever sent it can send no more.
        """
        table = _table(call_id)
        with self._database.write() as tx:
            ticket = place.locked_of(tx, table, call_id)
            if sending.mark_unknown(tx, table, call_id):
                place.ring(tx, ticket.id)
            outcome = self._decide(tx, table, call_id, as_done, person, reason)
            tx.insert(
                schema.reconciliations, id=mint("r"), call_id=call_id, ticket_id=ticket.id, person=person,
                as_done=as_done, reason=reason, via=via, ip=ip, outcome=outcome.outcome, at=tx.now(),
            )  # fmt: skip
            if outcome.outcome == "reconciled":
                place.ring(tx, ticket.id)
            return outcome

    def _decide(
        self, tx: Transaction, table: sa.Table, call_id: str, as_done: bool, person: str, reason: str | None
    ) -> Reconciled:
        known: dict[str, Any] = (
            {"as_done": as_done, "settled_at": tx.clock}
            if table is schema.intents
            else {"as_sent": as_done, **({"sent_at": tx.clock} if as_done else {})}
        )
        unknown = (table.c.id == call_id, table.c.state == "unknown")
        changed = tx.update(table, *unknown, state="reconciled", reconciled_by=person, because=reason, **known)
        row = _row(tx, table, call_id)
        if changed:
            return Reconciled("reconciled", row)
        if row.state == "sending":
            return Reconciled("in_flight", row)
        return Reconciled("not_sent" if row.state in ("reserved", "withdrawn", "refused") else "already_decided", row)

    def get(self, call_id: str) -> Call:
        """One call. Raises Missing."""
        with self._database.read() as tx:
            return _row(tx, _table(call_id), call_id)

    def unknown(self) -> list[Call]:
        """Calls that wait for a person's word: unknown, or `sending` past their deadline; oldest first."""
        found: list[Call] = []
        with self._database.read() as tx:
            for table, kind in ((schema.intents, IntentRow), (schema.outbound, OutboundRow)):
                late = sa.and_(table.c.state == "sending", table.c.deadline <= tx.now())
                query = sa.select(table).where(sa.or_(table.c.state == "unknown", late))
                if table is schema.outbound:  # notices to the team are sent again by themselves
                    query = query.where(table.c.kind.not_in(("mail", "chat")))
                found += tx.all(kind, query.order_by(table.c.sending_at, table.c.id))
        return found

    def attempts(self, call_id: str) -> list[ReconciliationRow]:
        """What people said of a call, oldest first."""
        return self._attempts(schema.reconciliations.c.call_id == call_id)

    def attempts_of(self, ticket_id: str) -> list[ReconciliationRow]:
        """What people said of the calls of a ticket, oldest first."""
        return self._attempts(schema.reconciliations.c.ticket_id == ticket_id)

    def _attempts(self, where: sa.ColumnElement[bool]) -> list[ReconciliationRow]:
        row = schema.reconciliations.c
        with self._database.read() as tx:
            return tx.all(ReconciliationRow, sa.select(schema.reconciliations).where(where).order_by(row.at, row.id))

    def untold(self) -> list[IntentRow]:
        """Writes that turned out done after a person had said that they were not, and that nobody was told of yet."""
        row = schema.intents.c
        query = sa.select(schema.intents).where(row.alarm.is_not(None), row.alarm_told_at.is_(None))
        with self._database.read() as tx:
            return tx.all(IntentRow, query.order_by(row.created_at, row.id))

    def told(self, intent_id: str) -> bool:
        """Note that people were told; False if somebody else did."""
        row = schema.intents.c
        with self._database.write() as tx:
            place.locked_of(tx, schema.intents, intent_id)
            mine = (row.id == intent_id, row.alarm.is_not(None), row.alarm_told_at.is_(None))
            return tx.update(schema.intents, *mine, alarm_told_at=tx.clock) == 1

    def ledger(self, tools: frozenset[str], *, limit: int = 10_000) -> list[tuple[IntentRow, TicketRow]]:
        """The intents of these tools, newest first, with their tickets: what `--check` compares with the tools' own
        records. Unsent ones too: after a restore, what is reserved here may have been sent since the backup."""
        row = schema.intents.c
        query = sa.select(schema.intents).where(row.tool.in_(sorted(tools)))
        with self._database.read() as tx:
            intents = tx.all(IntentRow, query.order_by(row.created_at.desc(), row.id).limit(limit))
            return [(one, tx.by_id(TicketRow, schema.tickets, one.ticket_id)) for one in intents]


def _table(call_id: str) -> sa.Table:
    match call_id[:2]:
        case "i_":
            return schema.intents
        case "o_":
            return schema.outbound
    raise Missing("no such call")


def _row(tx: Transaction, table: sa.Table, call_id: str) -> Call:
    return tx.by_id(IntentRow, table, call_id) if table is schema.intents else tx.by_id(OutboundRow, table, call_id)
