"""What changes in the conversations that are looked at: one look at the store for all of a process's open streams.

Whatever process wrote it: a stream is told by what stands in the store, and never by another part of this process.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from engine.store import Store, StoreUnavailable
from engine.store.chats import Pulse

__all__ = ["MOST", "Crowded", "Feed", "Key", "Watch"]

log = logging.getLogger("engine.service")

MOST: Final = 500
"""Streams of one process."""
_EACH: Final = 8
"""Of them one visitor's."""
_EVERY: Final = 0.25
"""Seconds between two looks."""
_AWAY: Final = 1.0
"""Seconds until the next look where the store does not answer."""

Key = tuple[str, str]
"""Channel and the conversation's external id."""


class Crowded(Exception):
    """There are too many streams; `mine`: of this visitor."""

    def __init__(self, *, mine: bool) -> None:
        super().__init__()
        self.mine = mine


@dataclass(slots=True, eq=False)
class Watch:
    """One stream's view of its conversation, which is news at first."""

    key: Key
    pulse: Pulse | None = None
    over: bool = False
    """Whether the process is about to end."""
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self._news.set()

    def tell(self, pulse: Pulse | None) -> None:
        """What the look at the store found."""
        if pulse != self.pulse:
            self.pulse = pulse
            self._news.set()

    def end(self) -> None:
        """The stream is to end."""
        self.over = True
        self._news.set()

    async def changed(self, seconds: float) -> bool:
        """Waits for something new, at most so long; whether there is."""
        try:
            await asyncio.wait_for(self._news.wait(), seconds)
        except TimeoutError:
            return False
        self._news.clear()
        return True


class Feed:
    """The watches of one process. It looks while there are any."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._watches: dict[Watch, str] = {}
        """watch -> whose it is"""
        self._task: asyncio.Task[None] | None = None
        self._closed = False

    def admit(self, key: Key, visitor: str) -> None:
        """Raises Crowded where there is no room for one more stream of this visitor's."""
        mine = Counter(self._watches.values())[f"{key[0]}/{visitor}"]
        if mine >= _EACH or len(self._watches) >= MOST:
            raise Crowded(mine=mine >= _EACH)

    @asynccontextmanager
    async def watch(self, key: Key, visitor: str) -> AsyncIterator[Watch]:
        """A view of a conversation for a stream of this visitor's, with what is there now. Raises Crowded."""
        self.admit(key, visitor)
        watch = Watch(key, over=self._closed)
        self._watches[watch] = f"{key[0]}/{visitor}"
        try:
            watch.pulse = (await self._look([key])).get(key)
            if self._task is None or self._task.done():
                self._task = asyncio.create_task(self._rounds())
            yield watch
        finally:
            del self._watches[watch]

    def close(self) -> None:
        """Ends every stream: the process is told to stop."""
        self._closed = True
        for watch in self._watches:
            watch.end()

    async def _rounds(self) -> None:
        while self._watches and not self._closed:
            pause = _EVERY
            try:
                await self._round()
            except StoreUnavailable:
                log.warning("the store does not answer")
                pause = _AWAY
            except Exception as error:
                log.error("the feed failed: %s", type(error).__name__)
                pause = _AWAY
            await asyncio.sleep(pause)

    async def _round(self) -> None:
        found = await self._look(sorted({watch.key for watch in self._watches}))
        for watch in self._watches:
            watch.tell(found.get(watch.key))

    async def _look(self, keys: list[Key]) -> dict[Key, Pulse]:
        found: dict[Key, Pulse] = {}
        for channel in dict.fromkeys(name for name, _ in keys):
            ids = [external_id for name, external_id in keys if name == channel]
            pulses = await self._store.run(self._store.chats.look, channel, ids)
            found |= {(channel, external_id): pulse for external_id, pulse in pulses.items()}
        return found
