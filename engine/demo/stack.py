"""The processes of an engine on one machine: Temporal, worker, service, and the stand-ins where they are wanted."""

import asyncio
import contextlib
import os
import secrets
import shlex
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from engine.errors import EngineError
from engine.interpreter import running
from engine.runtime.server import TemporalServer, die_with_parent, free_ports

__all__ = ["Process", "Stack", "StackFailed", "index_articles"]

_PATIENCE = 60.0


class StackFailed(EngineError):
    """A process did not come up; the message has the end of its log."""

    code = "stack"


class Process:
    """A child process with a log file. It ends with its parent."""

    def __init__(self, name: str, command: list[str], *, env: Mapping[str, str], cwd: Path, log: Path) -> None:
        self.name = name
        self.log = log
        with log.open("ab") as out:
            self._process = subprocess.Popen(
                command, env=dict(env), cwd=cwd, stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                preexec_fn=die_with_parent, start_new_session=True,
            )  # fmt: skip

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def kill(self) -> None:
        """SIGKILL, and waits until it is gone."""
        self._process.kill()
        self._process.wait()

    def stop(self, grace: float = 25.0) -> None:
        """SIGTERM, then SIGKILL."""
        if self.alive:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(grace)
            except subprocess.TimeoutExpired:
                self.kill()

    def tail(self) -> str:
        """The end of its log."""
        with contextlib.suppress(OSError):
            return self.log.read_text(errors="replace")[-1500:].strip()
        return ""


class Stack:
    """Starts and stops everything. `state` is a folder of its own; `sample` adds the shop and the Zendesk stand-in;
    `more`: variables of this stack's own."""

    def __init__(
        self, root: Path, state: Path, *, sample: bool, env: Mapping[str, str] | None = None,
        more: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        self.root = root
        self.state = state
        self.sample = sample
        self._ports = dict(zip(("service", "shop", "zendesk"), free_ports(3), strict=True))
        self.service_url = f"http://127.0.0.1:{self._ports['service']}"
        given = env if env is not None else os.environ
        codec = f"{self.service_url}/codec" if given.get("ENGINE_CODEC") == "on" else ""
        self.server = TemporalServer(state / "temporal.db", codec=codec)
        self._own_variables = {**self._own(), **(more or {})}
        self.env = {**given, **self._own_variables}
        self.processes: dict[str, Process] = {}

    def _own(self) -> dict[str, str]:
        own = {
            "ENGINE_STORE": f"sqlite:///{self.state / 'store.db'}",
            "ENGINE_TEMPORAL": self.server.address,
            "ENGINE_UI": self.server.ui,
            "ENGINE_SERVICE": f"127.0.0.1:{self._ports['service']}",
        }
        if self.sample:
            own |= {
                "SHOP_URL": f"http://127.0.0.1:{self._ports['shop']}",
                "SHOP_TOKEN": secrets.token_hex(8),
                "SHOP_ADMIN_TOKEN": secrets.token_hex(8),
                "ZENDESK_URL": f"http://127.0.0.1:{self._ports['zendesk']}",
                "ZENDESK_USER": "assistant@northwind.example/token",
                "ZENDESK_TOKEN": secrets.token_hex(8),
                "ZENDESK_WEBHOOK_SECRET": secrets.token_hex(8),
                "ZENDESK_ADMIN_TOKEN": secrets.token_hex(8),
            }
        return own

    async def start(self) -> None:
        """Everything, the slow things at the same time. Raises StackFailed."""
        self.state.mkdir(parents=True, exist_ok=True)
        self.state.chmod(0o700)  # the server's file and the logs are others' to read otherwise
        self._write_variables()
        if self.sample:
            self._run("shop", "engine.testing.shop", "--db", str(self.state / "shop.db"), "--port", self._port("shop"))
            self._run(
                "zendesk", "engine.testing.zendesk", "--db", str(self.state / "zendesk.db"), "--port",
                self._port("zendesk"),
            )  # fmt: skip
        await self.server.start()
        self.start_service()
        await self.ready()
        self.start_worker()

    @property
    def variables(self) -> Path:
        """A file for a shell's `.`: with it the engine's commands work on this stack. It holds tokens."""
        return self.state / "env"

    def _write_variables(self) -> None:
        self.variables.unlink(missing_ok=True)
        with os.fdopen(os.open(self.variables, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.writelines(f"export {name}={shlex.quote(value)}\n" for name, value in self._own_variables.items())
            file.write(f"export PATH={shlex.quote(str(Path(sys.executable).parent))}:$PATH\n")  # where `engine` is

    async def connect_desk(self) -> None:
        """Lets the stand-in post its webhooks to the service, as the platform would."""
        async with httpx.AsyncClient(trust_env=False) as http:
            answer = await http.put(
                f"{self.env['ZENDESK_URL']}/admin/webhook",
                json={"url": f"{self.service_url}/webhooks/zendesk"},
                headers={"Authorization": f"Bearer {self.env['ZENDESK_ADMIN_TOKEN']}"},
            )
            answer.raise_for_status()

    def start_worker(self) -> Process:
        """A worker, also after the last one was killed."""
        return self._run("worker", "engine.cli", "worker")

    def start_service(self) -> Process:
        """The service."""
        return self._run("service", "engine.cli", "serve")

    def _port(self, name: str) -> str:
        return str(self._ports[name])

    def _run(self, name: str, module: str, *arguments: str) -> Process:
        command = running(module, *arguments)
        process = Process(name, command, env=self.env, cwd=self.root, log=self.state / f"{name}.log")
        self.processes[name] = process
        return process

    async def ready(self) -> None:
        """Waits until the service has its project and Temporal, and the stand-ins answer."""
        urls = [f"{self.service_url}/readyz"]
        if self.sample:
            urls += [f"{self.env['SHOP_URL']}/admin/ledger", f"{self.env['ZENDESK_URL']}/api/v2/users/me.json"]
        deadline = asyncio.get_running_loop().time() + _PATIENCE
        async with httpx.AsyncClient(trust_env=False) as http:
            while not all([await _answers(http, url) for url in urls]):
                self.check()
                if asyncio.get_running_loop().time() > deadline:
                    raise StackFailed(f"the service is not ready: {self.processes['service'].tail()}")
                await asyncio.sleep(0.1)

    def check(self) -> None:
        """Raises StackFailed if a process has ended by itself."""
        for name, process in self.processes.items():
            if not process.alive:
                raise StackFailed(f"{name} has ended: {process.tail()}")

    def stop(self) -> None:
        """Stops all of it; nothing is left running."""
        for name in ("worker", "service", "zendesk", "shop"):
            if name in self.processes:
                self.processes[name].stop()
        self.server.stop()

    async def __aenter__(self) -> Self:
        try:
            await self.start()
        except BaseException:
            self.stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


async def index_articles(root: Path) -> None:
    """In a process of its own: LanceDB does not like to be in a process that forks."""
    process = await asyncio.create_subprocess_exec(
        *running("engine.cli", "kb", "index"), cwd=root, stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, errors = await process.communicate()
    if process.returncode:
        raise StackFailed(f"the articles could not be indexed: {errors.decode()[-500:]}")


async def _answers(http: httpx.AsyncClient, url: str) -> bool:
    """Any answer but a 5xx counts: a 401 of a stand-in shows that it is up."""
    try:
        return (await http.get(url, timeout=2)).status_code < 500
    except httpx.HTTPError:
        return False
