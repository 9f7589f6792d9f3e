"""Pictures that a worker has drawn lately, so that an agent's twenty calls fetch each of them once."""

import asyncio
import time
from collections import OrderedDict
from typing import Final, NamedTuple

from engine.models.base import Image

__all__ = ["Album", "Look"]

_BYTES: Final = 32_000_000
_SECONDS: Final = 600.0
_AT_ONCE: Final = 4
"""A file takes up to 20 MB until it is drawn."""


class Look(NamedTuple):
    """What came of one attachment; without a picture, it is unread."""

    image: Image | None = None
    empty: bool = False
    """There is nothing to see on it, and nobody needs to know of it."""

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.image.data) if self.image is not None else 0


class Album:
    """By the attachment's id, whose contents never change. In memory alone, and nothing for longer than ten minutes."""

    def __init__(self) -> None:
        self.looking = asyncio.Semaphore(_AT_ONCE)
        """Held by whoever fetches."""
        self.drawing = asyncio.Semaphore(1)
        """Held by whoever draws: a picture of 50 million pixels takes 200 MB meanwhile."""
        self._kept: OrderedDict[str, tuple[float, Look]] = OrderedDict()
        self._bytes = 0

    def put(self, name: str, look: Look) -> Look:
        """Keeps one; the oldest go."""
        self._drop(name)
        self._kept[name] = (time.monotonic(), look)
        self._bytes += look.size
        while self._bytes > _BYTES:
            self._drop(next(iter(self._kept)))
        return look

    def get(self, name: str) -> Look | None:
        """What is still kept of it."""
        begun = time.monotonic() - _SECONDS
        while self._kept and next(iter(self._kept.values()))[0] < begun:
            self._drop(next(iter(self._kept)))
        found = self._kept.get(name)
        return found[1] if found is not None else None

    def _drop(self, name: str) -> None:
        if name in self._kept:
            self._bytes -= self._kept.pop(name)[1].size
