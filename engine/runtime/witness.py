"""Recognises a store that was set back: the store counts, and what it counted to is written down outside of it too.

After a restore from a backup the ledger may lack writes that were made: the engine must not make them again. A store
that counts less than this machine has seen takes a new generation with its writes held (`engine reconcile --lift`).
Where all machines are new as well, nothing is there to compare with: `engine store restored` says it.
"""

import json
import logging
import os
import secrets
from pathlib import Path

from engine.store import Store

__all__ = ["Witness"]

log = logging.getLogger("engine.store")


class Witness:
    """`folder`: the state of the project on this machine, `.engine`."""

    def __init__(self, folder: Path, store: Store) -> None:
        self.path = folder / "seen.json"
        self.store = store

    async def look(self) -> None:
        """Compares, counts on, and writes it down; the store first, so that the file never knows more than was true."""
        name, count, behind = await self.store.run(self.store.meta.beat, self._seen())
        if behind:
            log.critical(
                "the store is older than what was seen of it: it was restored. Writes are held until a person has run "
                "`engine reconcile --check` and `engine reconcile --lift`"
            )
        self._write(name, count)

    def _seen(self) -> tuple[str, int] | None:
        try:
            found = json.loads(self.path.read_text(encoding="utf-8"))
            return str(found["store"]), int(found["count"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _write(self, name: str, count: int) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.path.with_name(f".{self.path.name}.{secrets.token_hex(8)}")
        fresh.write_text(json.dumps({"store": name, "count": count}), encoding="utf-8")
        os.replace(fresh, self.path)  # noqa: PTH105 - atomic, also over a file that is there
