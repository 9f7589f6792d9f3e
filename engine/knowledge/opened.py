"""The version of an index that this process searches: one thread brings a new one, and nobody waits for it who can go
by the one that is open."""

import threading
import time
from dataclasses import dataclass, field

from engine.knowledge.base import IndexSilent, VersionGone
from engine.knowledge.place import AGAIN_SECONDS, OUTLIVED_SECONDS, Place
from engine.knowledge.pointer import Pointer
from engine.knowledge.search import Edition
from engine.knowledge.tables import edition

__all__ = ["Opened"]


@dataclass(slots=True)
class _Open:
    pointer: Pointer
    edition: Edition
    counted: float = field(default_factory=time.monotonic)
    """When it was last the version that counts."""

    def outlived(self) -> bool:
        return time.monotonic() - self.counted > OUTLIVED_SECONDS


class Opened:
    """One process's, of the index at a place."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._bringing = threading.Lock()
        self._open: _Open | None = None
        self._silent: tuple[float, str] | None = None
        """When bringing failed because the server did not answer, and what was said."""

    def at(self, current: Pointer) -> Edition:
        """The version that counts, or, while another thread brings it or its files cannot be had, the one before."""
        found = self._open
        if found is not None and found.pointer == current:
            found.counted = time.monotonic()
            return found.edition
        stands_in = found if found is not None and _alike(found.pointer, current) and not found.outlived() else None
        if stands_in is not None and self._silent and time.monotonic() - self._silent[0] < AGAIN_SECONDS:
            return stands_in.edition
        began = time.monotonic()
        if not self._bringing.acquire(blocking=stands_in is None):
            assert stands_in is not None
            return stands_in.edition
        try:
            return self._brought(current, began)
        except IndexSilent:
            if stands_in is None:
                raise
            return stands_in.edition
        finally:
            self._bringing.release()

    def _brought(self, current: Pointer, began: float) -> Edition:
        if self._open is not None and self._open.pointer == current:
            return self._open.edition
        if self._silent and self._silent[0] >= began:
            raise IndexSilent(self._silent[1])  # which this thread has waited for already
        try:
            with self._place.told("read"):
                self._open = self._fresh(current)
        except IndexSilent as error:
            self._silent = time.monotonic(), str(error)
            raise
        self._silent = None
        return self._open.edition

    def _fresh(self, current: Pointer) -> _Open:
        try:
            return _Open(current, edition(self._place.reading(current), current))
        except VersionGone:
            newer = self._place.read()  # a search knows the pointer of a moment ago
            if newer is None or newer == current or not _alike(newer, current):
                raise
            return _Open(newer, edition(self._place.reading(newer), newer))


def _alike(one: Pointer, other: Pointer) -> bool:
    """Whether the vectors of a question fit both."""
    return (one.embedder, one.dimension) == (other.embedder, other.dimension)
