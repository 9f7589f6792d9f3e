"""The service as a process: HTTP, and beside it the sweep, the bell, the watchdog, and the reload of the project."""

import asyncio
import logging
import resource
import signal
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final

import uvicorn

from engine.channels.base import Channel
from engine.channels.web import Web
from engine.runtime.codec import ring_of
from engine.runtime.notices import Notices
from engine.runtime.projects import LoadedProject
from engine.runtime.watchdog import Watchdog
from engine.runtime.witness import Witness
from engine.service.app import create_app
from engine.service.bell import Bell
from engine.service.context import Service
from engine.service.feed import MOST as STREAMS
from engine.service.schedules import Schedules
from engine.settings import Settings
from engine.store import Store, StoreUnavailable

__all__ = ["serve"]

log = logging.getLogger("engine.service")
_SWEEP: Final = 1.0
_RELOAD: Final = 2.0
_WATCHDOG: Final = 5.0
_COMPARE: Final = 3600.0
_NOTICES: Final = 2.0
_BEAT: Final = 10.0
_SCHEDULES: Final = 5.0
_KEEP_ALIVE: Final = 75
"""Seconds that a connection may be idle: longer than proxies keep theirs (60 s by default for nginx and for AWS), or
one would now and then send a request into a connection that is being closed, which is a 502 to whoever waits."""
_CONNECTIONS: Final = 2_000
"""Idle ones included, visitors' streams not; one more is told 503."""
_OTHER_FILES: Final = 200


async def serve(settings: Settings, project: LoadedProject, store: Store) -> None:
    """Serves until it is told to stop. Raises KeysRefused, and NotConfigured for a channel that lacks a secret."""
    channels = project.channels(settings.secrets, store)
    project.notices(settings.secrets)  # a secret that is missing is told of now
    await Witness(settings.state, store).look()
    bell = Bell(settings, store)
    service = Service(
        store=store, channels=channels, ring=bell.ring, teams_of=project.teams_of,
        sla=timedelta(seconds=project.sla), team=project.handoff_team, ready=lambda: bell.up,
        plans=lambda: project.plans, events_token=settings.events_token,
        tools=lambda: project.tools, secrets=settings.secrets,
        ui=settings.ui, loopback=settings.loopback, keys=ring_of(settings) if settings.codec else None,
    )  # fmt: skip
    await store.run(project.activate, store)
    streams = STREAMS if any(isinstance(one, Web) for one in channels.values()) else 0
    config = uvicorn.Config(
        create_app(service), host=settings.host, port=settings.port, log_level="warning", access_log=False,
        timeout_graceful_shutdown=5, timeout_keep_alive=_KEEP_ALIVE, limit_concurrency=_connections() + streams,
        server_header=False,
    )  # fmt: skip
    rounds = [
        asyncio.create_task(_again(bell.watch, 1.0), name="bell"),
        asyncio.create_task(_again(bell.sweep, _SWEEP), name="sweep"),
        asyncio.create_task(_again(bell.compare, _COMPARE), name="reconciliation"),
        asyncio.create_task(_again(_schedules(project, store, bell).look, _SCHEDULES), name="schedules"),
        asyncio.create_task(_again(_reloading(project, store), _RELOAD), name="reload"),
        asyncio.create_task(_again(_notices(settings, project, store), _NOTICES), name="notices"),
        asyncio.create_task(_again(Witness(settings.state, store).look, _BEAT), name="witness"),
        asyncio.create_task(_again(_watchdog(project, store, channels, bell).look, _WATCHDOG), name="watchdog"),
    ]
    try:
        await _Server(config, service.feed.close).serve()
    finally:
        for task in rounds:
            task.cancel()
        await asyncio.gather(*rounds, return_exceptions=True)


def _connections() -> int:
    """How many the system lets the process have open, which is asked for more: 1,024 files are usual."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _CONNECTIONS + STREAMS + _OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        return max(soft - STREAMS - _OTHER_FILES, _OTHER_FILES)
    return _CONNECTIONS


class _Server(uvicorn.Server):
    """Stops on a signal and returns. uvicorn's own raises the signal again, which would end the process before the
    store is closed. What never ends by itself is told to end."""

    def __init__(self, config: uvicorn.Config, end: Callable[[], None]) -> None:
        super().__init__(config)
        self._end = end

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Streams first, for it waits for every request."""
        self._end()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """While it serves."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(number)


def _reloading(project: LoadedProject, store: Store) -> Callable[[], Awaitable[None]]:
    """The last good project stays until the files have another that is sound."""

    async def reload() -> None:
        if await asyncio.to_thread(project.reload):
            for name in await store.run(project.activate, store):
                log.info("new tickets take %s", name)

    return reload


def _notices(settings: Settings, project: LoadedProject, store: Store) -> Callable[[], Awaitable[None]]:
    """As the project has it at that moment."""
    made: dict[str, Any] = {}

    async def look() -> None:
        if made.get("of") is not project.settings:
            made.update(of=project.settings, sender=Notices(store, **project.notices(settings.secrets)))
        await made["sender"].look()

    return look


def _schedules(project: LoadedProject, store: Store, bell: Bell) -> Schedules:
    return Schedules(
        store, lambda: project.plans, bell.ring, sla=timedelta(seconds=project.sla), team=project.handoff_team
    )  # fmt: skip


def _watchdog(project: LoadedProject, store: Store, channels: dict[str, Channel], bell: Bell) -> Watchdog:
    return Watchdog(
        store, channels, bell, sla=timedelta(seconds=project.sla), team=project.handoff_team, group=project.group,
        notified=project.notified,
    )  # fmt: skip


async def _again(look: Callable[[], Awaitable[None]], every: float) -> None:
    """Does something over and over until it is cancelled; what fails is logged by its kind and tried again."""
    while True:
        try:
            await look()
        except StoreUnavailable:
            log.warning("the store does not answer")
        except Exception as error:
            log.error("%s failed: %s", _name(), type(error).__name__)
        await asyncio.sleep(every)


def _name() -> str:
    task = asyncio.current_task()
    return task.get_name() if task else "a round"
