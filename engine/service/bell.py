"""The service's bell: rings tickets, and knows when Temporal was away."""

import asyncio
import logging
from datetime import datetime, timedelta

from temporalio.service import RPCError

from engine.address import LOOPBACK
from engine.runtime.client import Unreachable, connect
from engine.runtime.reconcile import YOUNG, reconcile
from engine.runtime.ring import Ringer
from engine.runtime.stuck import Stuck, begin_again, stuck
from engine.settings import Settings
from engine.store import Store

__all__ = ["Bell"]

log = logging.getLogger("engine.bell")
_NEAR, _FAR = 0.1, 1.0
"""Seconds between two looks. A server of this machine can be killed and back within a fifth of a second, and may have
been set back meanwhile; a cluster takes longer to fail over."""
_TIMEOUT = timedelta(seconds=3)
_LOST = 10
"""Looks that fail before the loss is told of in the log."""


class Bell:
    """Rings also while Temporal is away: then nothing is lost, and all open tickets are rung once it is back."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings = settings
        self._store = store
        self._ringer: Ringer | None = None
        self._up = False
        self._owed = True
        """Whether every open ticket is still to be rung: its history may lack its end."""
        self._young: datetime | None = None
        """When what was too young to compare at Temporal's return no longer is: it may have closed while Temporal was
        set back."""
        self._failed = 0

    @property
    def up(self) -> bool:
        """Whether Temporal answered at the last look."""
        return self._up

    async def ring(self, ticket_id: str) -> bool:
        """Rings one ticket; False while Temporal is away."""
        return await self._ringer.ring(ticket_id) if self._ringer and self._up else False

    async def sweep(self) -> None:
        """One round: everything, if Temporal is new or was away; else what has waited for too long."""
        if self._ringer is None or not self._up:
            return
        if self._owed:
            self._owed = False
            try:
                log.info("Temporal answers: %d open tickets rung", await self._ringer.ring_all())
                await reconcile(self._ringer)
                self._young = await self._store.run(self._store.now) + YOUNG
            except BaseException:
                self._owed = True
                raise
        else:
            await self._ringer.sweep()
            if self._young is not None and await self._store.run(self._store.now) > self._young:
                await reconcile(self._ringer)
                self._young = None

    async def compare(self) -> None:
        """Sees to tickets and workflows that have lost each other, while Temporal is there."""
        if self._ringer is not None and self._up:
            await reconcile(self._ringer)

    async def stuck(self) -> list[Stuck]:
        """Runs that cannot go on; none while Temporal is away, or too old to tell."""
        if self._ringer is None or not self._up:
            return []
        try:
            return await stuck(self._ringer)
        except RPCError as error:
            log.warning("Temporal does not tell which runs cannot go on: %s", error.status.name)
            return []

    async def begin_again(self, found: Stuck) -> bool:
        """Ends such a run and starts the ticket's next one; False if it is over, or Temporal is away."""
        return await begin_again(self._ringer, found) if self._ringer and self._up else False

    async def watch(self) -> None:
        """Looks at Temporal until it is cancelled."""
        while True:
            self._note(await self.look())
            await asyncio.sleep(self._pause())

    async def look(self) -> bool:
        """Whether Temporal answers now."""
        try:
            if self._ringer is None:
                client = await connect(self._settings, patience=0)
                self._ringer = Ringer(client, self._store, self._settings.task_queue)
            return await self._ringer.client.service_client.check_health(timeout=_TIMEOUT)
        except (Unreachable, RPCError, RuntimeError):
            return False

    def _note(self, up: bool) -> None:
        if not up:
            self._owed = True
            self._failed += 1
            if self._failed == _LOST:
                log.error("Temporal does not answer: messages and decisions are kept until it does")
        elif not self._up:
            self._failed = 0
        self._up = up

    def _pause(self) -> float:
        if self._ringer is None:
            return _FAR
        host = self._ringer.client.service_client.config.target_host.rpartition(":")[0].strip("[]")
        return _NEAR if self._up and host in LOOPBACK else _FAR if self._up else _NEAR * 3
