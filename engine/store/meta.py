"""What the store knows of itself: its generation, the Temporal namespace it belongs to, and whether writes are held."""

import secrets
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from engine.store import schema
from engine.store.database import Database
from engine.store.transaction import Transaction

GENERATION, NAMESPACE, WRITES_HELD = "store_generation", "namespace", "writes_held"
CHECKED, LIFTED, RESTORED = "ledger_checked", "writes_lifted", "restored"
STORE_NAME, BEAT, LINK_KEY = "store_name", "beat", "link_key"


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

    def restored(self, *, by: str = "") -> str:
        """After a restore from a backup: a new generation, with writes held until a person has compared the ledger.

        Links that were mailed before are void, and so is an earlier comparison.
        """
        with self._database.write() as tx:
            _lock(tx)
            return _restored(tx, by)

    def checked(self, *, by: str, compared: int, differ: int) -> None:
        """Note that the ledger was compared with the tools' own records, in this generation of the store."""
        with self._database.write() as tx:
            _lock(tx)
            said = {"generation": _value(tx, GENERATION), "by": by, "at": tx.now().isoformat()}
            _set(tx, CHECKED, {**said, "compared": compared, "differ": differ})

    def lift(self, *, by: str, reason: str) -> str:
        """Let go of the hold on writes: `lifted`, `not_held`, or `not_checked` without a comparison since it began.

        One transaction: a store that is restored in between stays held.
        """
        with self._database.write() as tx:
            _lock(tx)
            if _value(tx, WRITES_HELD) is False:
                return "not_held"
            checked = _value(tx, CHECKED) or {}
            if checked.get("generation") != _value(tx, GENERATION):
                return "not_checked"
            _set(tx, WRITES_HELD, False)
            _set(tx, LIFTED, {"by": by, "reason": reason, "at": tx.now().isoformat(), "checked": checked})
            return "lifted"

    def beat(self, seen: tuple[str, int] | None) -> tuple[str, int, bool]:
        """Count on; (the store's own name, the count, whether this store is behind what this machine has seen of it).

        `seen`: name and count as they were written down outside the store. A store of that name that counts less was
        set back to an older copy: it takes a new generation, and its writes are held.
        """
        with self._database.write() as tx:
            _lock(tx)
            tx.insert_new(schema.meta, key=STORE_NAME, value=secrets.token_hex(16))
            name, count = str(_value(tx, STORE_NAME)), int(_value(tx, BEAT) or 0)
            behind = seen is not None and seen[0] == name and seen[1] > count
            if behind and seen is not None:
                count = seen[1]
                _restored(tx, "engine")
            _set(tx, BEAT, count + 1)
            return name, count + 1, behind

    def link_key(self) -> bytes:
        """What the links of mails are signed with: random, minted once, another one after a restore."""
        with self._database.write() as tx:
            tx.insert_new(schema.meta, key=LINK_KEY, value=secrets.token_hex(32))
            return bytes.fromhex(_value(tx, LINK_KEY))

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


def _restored(tx: Transaction, by: str) -> str:
    generation = secrets.token_hex(16)
    _set(tx, WRITES_HELD, True)
    _set(tx, GENERATION, generation)
    _set(tx, LINK_KEY, secrets.token_hex(32))
    _set(tx, RESTORED, {"by": by, "at": tx.now().isoformat()})
    return generation


def _lock(tx: Transaction) -> None:
    """One at a time for whoever changes what the store knows of itself: what is read after this holds to the end."""
    tx.lock(schema.meta, schema.meta.c.key == GENERATION)


def _value(tx: Transaction, key: str) -> Any:
    return tx.connection.execute(sa.select(schema.meta.c.value).where(schema.meta.c.key == key)).scalar()


def _set(tx: Transaction, key: str, value: Any) -> None:
    tx.upsert(schema.meta, [{"key": key, "value": value}])
