"""Which version of an index the copy on this machine has whole, for a process that begins while the server does not
answer: a file beside it, whose time says when that version was last known to count."""

import os
import time
from contextlib import suppress
from pathlib import Path
from threading import get_ident

from engine.knowledge.base import KnowledgeError
from engine.knowledge.pointer import FILE, Pointer, decode, encode

__all__ = ["Kept"]


class Kept:
    """The file in the folder of a copy. Only `write` raises, OSError."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE

    def write(self, pointer: Pointer) -> None:
        """From now on the copy has this one."""
        fresh = self._path.with_name(f"{FILE}.{os.getpid()}.{get_ident()}.new")
        fresh.write_bytes(encode(pointer))
        fresh.replace(self._path)

    def still(self, pointer: Pointer | None) -> None:
        """It counts now, if it is this one."""
        if pointer is not None and self._read() == pointer:
            with suppress(OSError):
                os.utime(self._path)

    def found(self) -> tuple[Pointer, float] | None:
        """What the copy has, and how many seconds ago it counted by this machine's clock."""
        pointer = self._read()
        try:
            age = time.time() - self._path.stat().st_mtime
        except OSError:
            return None
        return None if pointer is None else (pointer, max(age, 0.0))

    def _read(self) -> Pointer | None:
        try:
            return decode(self._path.read_bytes(), "it")
        except (OSError, KnowledgeError):
            return None
