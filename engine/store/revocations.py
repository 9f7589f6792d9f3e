"""Revocations: once `revoke` returns, no call of the tool begins."""

import sqlalchemy as sa

from engine.store import limits, schema
from engine.store.database import Database
from engine.store.rows import IntentRow, RevocationRow


class Revocations:
    """Tools that may not be called."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def revoke(self, tool: str, by: str, why: str | None = None) -> list[IntentRow]:
        """Stop every further call of the tool; the calls that are already sent, which cannot be stopped."""
        with self._database.write() as tx:
            # waits for calls that are passing the gate right now; later ones see the row
            limits.lock_tool(tx, tool, shared=False)
            tx.insert_new(schema.revocations, tool=tool, by=by, at=tx.now(), why=why)
            row = schema.intents.c
            sent = sa.select(schema.intents).where(row.tool == tool, row.state == "sending")
            return tx.all(IntentRow, sent.order_by(row.created_at, row.id))

    def lift(self, tool: str) -> bool:
        """Allow the tool again; False if it was not revoked."""
        with self._database.write() as tx:
            limits.lock_tool(tx, tool, shared=False)
            gone = tx.connection.execute(schema.revocations.delete().where(schema.revocations.c.tool == tool))
            return gone.rowcount == 1

    def listing(self) -> list[RevocationRow]:
        """The revoked tools, by name."""
        with self._database.read() as tx:
            return tx.all(RevocationRow, sa.select(schema.revocations).order_by(schema.revocations.c.tool))

    def is_revoked(self, tool: str) -> bool:
        """Whether the tool is revoked now. Only `intents.begin` decides by it; this is for routing and for people."""
        with self._database.read() as tx:
            query = sa.select(schema.revocations.c.tool).where(schema.revocations.c.tool == tool)
            return tx.connection.execute(query).first() is not None
