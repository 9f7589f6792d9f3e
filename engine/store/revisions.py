"""Revisions: compiled plans, and which one of a flow new tickets take."""

from typing import Any

import sqlalchemy as sa

from engine.store import schema
from engine.store.database import Database
from engine.store.faults import Missing, StoreRefused
from engine.store.rows import ActivationRow, RevisionRow
from engine.store.transaction import Transaction


class Revisions:
    """Plans by revision. Adding is not activating."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, revision: str, flow: str, digest: str, plan: dict[str, Any], commit: str | None = None) -> bool:
        """Keep a plan; whether it was new. Raises StoreRefused if the revision is there with another digest."""
        with self._database.write() as tx:
            added = tx.insert_new(
                schema.revisions, revision=revision, flow=flow, digest=digest, plan=plan, commit_id=commit,
                loaded_at=tx.now(),
            )  # fmt: skip
            if not added and _row(tx, revision).digest != digest:
                raise StoreRefused("the revision is there with another digest")
            return added

    def activate(self, flow: str, revision: str, expected_version: int) -> bool:
        """Make a revision the one that new tickets take, if nobody changed it since `expected_version` (0: none yet).

        Raises Missing for a revision that is not there, StoreRefused for another flow's.
        """
        row = schema.activations.c
        with self._database.write() as tx:
            if _row(tx, revision).flow != flow:
                raise StoreRefused("the revision belongs to another flow")
            if expected_version == 0:
                return tx.insert_new(schema.activations, flow=flow, revision=revision, version=1)
            seen = (row.flow == flow, row.version == expected_version)
            return tx.update(schema.activations, *seen, revision=revision, version=expected_version + 1) == 1

    def active(self, flow: str) -> str | None:
        """The revision that new tickets of the flow take."""
        row = self.activation(flow)
        return None if row is None else row.revision

    def activation(self, flow: str) -> ActivationRow | None:
        """The activation row, whose `version` the next `activate` expects."""
        with self._database.read() as tx:
            query = sa.select(schema.activations).where(schema.activations.c.flow == flow)
            return tx.first(ActivationRow, query)

    def activations(self) -> list[ActivationRow]:
        """Every flow's activation, by name."""
        with self._database.read() as tx:
            return tx.all(ActivationRow, sa.select(schema.activations).order_by(schema.activations.c.flow))

    def all_active(self) -> dict[str, str]:
        """The active revision of each flow."""
        return {row.flow: row.revision for row in self.activations()}

    def pinned(self) -> list[dict[str, Any]]:
        """The plans that tickets which are not closed go by, each once."""
        ticket, row = schema.tickets.c, schema.revisions.c
        of_tickets = sa.select(ticket.revision).where(ticket.state != "closed", ticket.revision.is_not(None))
        with self._database.read() as tx:
            found = tx.all(RevisionRow, sa.select(schema.revisions).where(row.revision.in_(of_tickets)))
        return [one.plan for one in found]

    def plan(self, revision: str) -> dict[str, Any]:
        """The compiled plan. Raises Missing."""
        return self.get(revision).plan

    def keep_prompts(self, version: str, texts: dict[str, str]) -> None:
        """Keep a set of prompts, which plans name by its version: a pinned plan is asked as it was."""
        with self._database.write() as tx:
            tx.insert_new(schema.prompts, version=version, texts=texts, loaded_at=tx.now())

    def prompts(self, version: str) -> dict[str, str] | None:
        """The set of this version, if it was ever loaded."""
        row = schema.prompts.c
        with self._database.read() as tx:
            return tx.connection.execute(sa.select(row.texts).where(row.version == version)).scalar()

    def get(self, revision: str) -> RevisionRow:
        """The revision's row. Raises Missing."""
        with self._database.read() as tx:
            return _row(tx, revision)

    def of_flow(self, flow: str) -> list[RevisionRow]:
        """Every revision of a flow, oldest first."""
        row = schema.revisions.c
        query = sa.select(schema.revisions).where(row.flow == flow).order_by(row.loaded_at, row.revision)
        with self._database.read() as tx:
            return tx.all(RevisionRow, query)


def _row(tx: Transaction, revision: str) -> RevisionRow:
    found = tx.first(RevisionRow, sa.select(schema.revisions).where(schema.revisions.c.revision == revision))
    if found is None:
        raise Missing("no such revision")
    return found
