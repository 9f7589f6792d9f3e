"""What the store knows of itself: its generation, the Temporal namespace it belongs to, and whether writes are held."""

import secrets
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from engine.store import schema
from engine.store.database import Database
from engine.store.transaction import Transaction

GENERATION, NAMESPACE, WRITES_HELD = "store_generation", "namespace", "writes_held"


class Meta:
    """Named settings of the store itself."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, key: str) -> Any:
        """The value of a key, or None."""
        with self._database.read() as tx:
            return _value(tx, key)

    def set(self, key: str, value: Any) -> None:
        """Set a key. It waits for calls that are passing the last gate."""
        with self._database.write() as tx:
            _set(tx, key, value)

    def documents(self, texts: Mapping[str, str]) -> None:
        """Keep the documents that plans name by their digest; a text that is there stays."""
        with self._database.write() as tx:
            for digest, text in sorted(texts.items()):
                tx.insert_new(schema.meta, key=f"document/{digest}", value=text)

    def document(self, digest: str) -> str | None:
        """The document of this digest, or None."""
        found = self.get(f"document/{digest}")
        return None if found is None else str(found)

    def generation(self) -> str:
        """Random, and another one after `restored`: tells a store from its own backup."""
        return str(self.get(GENERATION))

    def restored(self) -> str:
        """After a restore from a backup: a new generation, with writes held until a person has compared the ledger."""
        generation = secrets.token_hex(16)
        with self._database.write() as tx:
            _set(tx, WRITES_HELD, True)
            _set(tx, GENERATION, generation)
        return generation

    def writes_held(self) -> bool:
        """Whether every write is held. What is not known counts as held."""
        return self.get(WRITES_HELD) is not False

    def hold_writes(self, held: bool) -> None:
        """Hold every write, or let go; once this returns, no call begins."""
        self.set(WRITES_HELD, held)

    def claim_namespace(self, namespace: str) -> bool:
        """Bind the store to a Temporal namespace, the first time; whether it belongs to this one."""
        with self._database.write() as tx:
            tx.insert_new(schema.meta, key=NAMESPACE, value=namespace)
            return bool(_value(tx, NAMESPACE) == namespace)


def _value(tx: Transaction, key: str) -> Any:
    return tx.connection.execute(sa.select(schema.meta.c.value).where(schema.meta.c.key == key)).scalar()


def _set(tx: Transaction, key: str, value: Any) -> None:
    tx.upsert(schema.meta, [{"key": key, "value": value}])
