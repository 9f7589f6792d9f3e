"""What the endpoints work with."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from engine.channels.base import Channel
from engine.plan import Plan
from engine.runtime.codec import KeyRing
from engine.service.feed import Feed
from engine.store import Store
from engine.tools.base import Tool

__all__ = ["Service"]

log = logging.getLogger("engine.service")
Ring = Callable[[str], Awaitable[object]]
TeamsOf = Callable[[str], frozenset[str]]


@dataclass(slots=True)
class Service:
    """One a process. `teams_of` gives a person's teams as the project has them at that moment."""

    store: Store
    channels: Mapping[str, Channel]
    ring: Ring
    teams_of: TeamsOf
    sla: timedelta
    """How soon something must happen to a ticket that nobody has looked at."""
    team: str
    """Who answers for a ticket until a flow names its own team."""
    ready: Callable[[], bool] = field(default=lambda: True)
    """Whether Temporal answers."""
    keys: KeyRing | None = field(default=None, repr=False)
    """The codec's keys, where the codec is on."""
    ui: str = ""
    """Origin of the Temporal UI, whose pages may have payloads opened."""
    tools: Callable[[], Mapping[str, Tool]] = field(default=dict)
    """How each tool of the project is called: for looking what became of a write."""
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What those calls are made with."""
    links: bool = False
    """Whether a mail's link signs its receiver in, for that one approval and version."""
    loopback: bool = False
    """Whether only this machine reaches the service."""
    plans: Callable[[], Mapping[str, Plan]] = field(default=dict)
    """The plans of the project as it is at that moment."""
    events_token: str = field(default="", repr=False)
    """What other systems sign in with, one or several with a blank between; empty: none of them may."""
    running: int = field(default=0, init=False)
    """Requests that are being answered."""
    tasks: set[asyncio.Task[None]] = field(default_factory=set, repr=False)
    feed: Feed = field(init=False, repr=False)
    """What changes in the conversations that visitors look at."""

    def __post_init__(self) -> None:
        self.feed = Feed(self.store)

    def ring_later(self, ticket_id: str) -> None:
        """Rings in the background, once what it is about is on disk. A failure changes nothing: the sweep rings."""
        task = asyncio.create_task(self._ring(ticket_id))
        self.tasks.add(task)  # the loop alone would let it be collected
        task.add_done_callback(self.tasks.discard)

    async def _ring(self, ticket_id: str) -> None:
        try:
            await self.ring(ticket_id)
        except Exception as error:
            log.warning("ticket %s could not be rung: %s", ticket_id, type(error).__name__)
