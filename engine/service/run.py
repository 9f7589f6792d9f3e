"""The service as a process: HTTP, and beside it the sweep, the watch on Temporal, and the project's reload."""

import asyncio
import contextlib
import logging
from datetime import timedelta

import uvicorn
from temporalio.client import Client
from temporalio.service import RPCError

from engine.channels.base import Channel
from engine.runtime.client import Unreachable, connect
from engine.runtime.projects import LoadedProject
from engine.runtime.ring import Ringer
from engine.runtime.watchdog import Watchdog
from engine.service.app import Service, create_app
from engine.settings import Settings
from engine.store import Store, StoreUnavailable

__all__ = ["Bell", "serve"]

log = logging.getLogger("engine.service")
_EVERY = 1.0
_WATCH = 10.0
_GRACE = timedelta(minutes=2)
_UNCHECKED = 5.0


class Bell:
    """Rings tickets, also while Temporal is away: then nothing is lost, and all open tickets are rung once it is back."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings = settings
        self._store = store
        self._ringer: Ringer | None = None
        self._up = False

    @property
    def up(self) -> bool:
        """Whether Temporal answered at the last look."""
        return self._up

    async def ring(self, ticket_id: str) -> bool:
        """Rings one ticket; False while Temporal is away."""
        return await self._ringer.ring(ticket_id) if self._ringer and self._up else False

    async def look(self) -> None:
        """One round of the sweep. Temporal that was away, or is new, has every open ticket rung: its history may lack
        its end."""
        client = await self._client()
        back = client is not None and not self._up
        self._up = client is not None
        if client is None or self._ringer is None:
            return
        if back:
            log.info("Temporal answers: %d open tickets rung", await self._ringer.ring_all())
        await self._ringer.sweep()

    async def _client(self) -> Client | None:
        try:
            if self._ringer is None:
                client = await connect(self._settings, patience=0)
                self._ringer = Ringer(client, self._store, self._settings.task_queue)
            healthy = await self._ringer.client.service_client.check_health(timeout=timedelta(seconds=3))
        except (Unreachable, RPCError, RuntimeError):
            return None
        return self._ringer.client if healthy else None


async def serve(settings: Settings, project: LoadedProject, store: Store) -> None:
    """Serves until it is told to stop."""
    channels = project.channels(settings.secrets)
    bell = Bell(settings, store)
    service = Service(
        store=store, channels=channels, ring=bell.ring, teams_of=project.teams_of,
        sla=timedelta(seconds=project.sla), ready=lambda: bell.up,
    )  # fmt: skip
    project.activate(store)
    config = uvicorn.Config(
        create_app(service), host=settings.host, port=settings.port, log_level="warning", access_log=False,
        timeout_graceful_shutdown=5,
    )  # fmt: skip
    server = uvicorn.Server(config)
    rounds = [
        asyncio.create_task(_again(bell.look, _EVERY)),
        asyncio.create_task(_again(_reload(project, store), _UNCHECKED)),
        asyncio.create_task(_watch(project, store, channels, bell)),
    ]
    try:
        await server.serve()
    finally:
        for task in rounds:
            task.cancel()
        await asyncio.gather(*rounds, return_exceptions=True)


def _reload(project: LoadedProject, store: Store):  # type: ignore[no-untyped-def]
    async def reload() -> None:
        if await asyncio.to_thread(project.reload):
            for name in await store.run(project.activate, store):
                log.info("new tickets take %s", name)

    return reload


async def _watch(project: LoadedProject, store: Store, channels: dict[str, Channel], bell: Bell) -> None:
    watchdog = Watchdog(
        store, channels, bell, sla=timedelta(seconds=project.sla), grace=_GRACE, team=project.handoff_team
    )
    await watchdog.run(_WATCH)


async def _again(look, every: float) -> None:  # type: ignore[no-untyped-def]
    """Does something over and over; what fails is logged by its kind and tried again."""
    while True:
        try:
            await look()
        except StoreUnavailable:
            log.warning("the store does not answer")
        except Exception as error:
            log.error("a round failed: %s", type(error).__name__)
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(every)
            continue
        return
