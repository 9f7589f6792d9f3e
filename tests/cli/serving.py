"""The real service on a free port of loopback, for commands that talk with it."""

import asyncio
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from engine.service.app import Service, create_app
from engine.store import Store
from tests.store import given

__all__ = ["Served", "serving"]


class Served:
    """An application on a free port of loopback, in a thread."""

    def __init__(self, app: Starlette) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._server = uvicorn.Server(uvicorn.Config(app, log_level="error", ws="none", timeout_keep_alive=75))
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        asyncio.run(self._server.serve(sockets=[self._socket]))

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join()


@contextmanager
def serving(store: Path, teams: Mapping[str, frozenset[str]], *, team: str) -> Iterator[tuple[Service, str]]:
    """A service over this store, that rings nobody, and its address."""

    async def ring(ticket_id: str) -> None:
        del ticket_id

    with Store.open(f"sqlite:///{store}") as first:
        service = Service(
            store=first, channels={}, ring=ring, sla=given.SLA, team=team,
            teams_of=lambda person: teams.get(person, frozenset()),
        )  # fmt: skip
        running = Served(create_app(service))
        try:
            yield service, running.url
        finally:
            running.stop()
