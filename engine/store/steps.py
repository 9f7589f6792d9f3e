"""Steps: the account of what a ticket did, line by line."""

from collections.abc import Sequence

import sqlalchemy as sa

from engine.store import schema
from engine.store.database import Database
from engine.store.outcomes import StepEntry
from engine.store.rows import StepRow


class Steps:
    """Step rows, by ticket, epoch and ordinal."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, ticket_id: str, epoch: int, run: str, entries: Sequence[StepEntry]) -> None:
        """Write steps down; a workflow that was set back writes the same ordinals again, and the last account holds."""
        rows = [
            {
                "ticket_id": ticket_id, "epoch": epoch, "ordinal": entry.ordinal, "run": run, "node": entry.node,
                "iteration": entry.iteration, "kind": entry.kind, "place": entry.place, "outcome": entry.outcome,
                "because": entry.because, "at": entry.at, "refs": entry.refs,
            }
            for entry in sorted(entries, key=lambda entry: entry.ordinal)
        ]  # fmt: skip
        with self._database.write() as tx:
            tx.upsert(schema.steps, rows)

    def of(self, ticket_id: str) -> list[StepRow]:
        """All steps of a ticket, in order."""
        row = schema.steps.c
        query = sa.select(schema.steps).where(row.ticket_id == ticket_id).order_by(row.epoch, row.ordinal)
        with self._database.read() as tx:
            return tx.all(StepRow, query)
