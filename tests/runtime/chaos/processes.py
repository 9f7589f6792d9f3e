"""What a schedule strikes: processes that are killed, stopped, continued, and started again as they were."""

import asyncio
import json
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.models.base import Answer, Capabilities, Job, Model, Request
from engine.models.local import LocalModel
from engine.runtime.projects import LoadedProject
from engine.runtime.server import die_with_parent
from engine.settings import Settings
from engine.store import Store
from tests.runtime import faulty
from tests.runtime.bench import light_context
from tests.runtime.chaos.drawn import Strike
from tests.runtime.played import fork

__all__ = ["Process", "serve_engine", "serve_shop", "work"]

SIGNALS = {"kill": signal.SIGKILL, "stop": signal.SIGSTOP}


class Process:
    """One process of the world."""

    def __init__(self, target: Callable[..., None], *given: Any) -> None:
        self._target, self._given = target, given
        self.start()

    def start(self) -> None:
        """Starts it, again if need be."""
        self._process = fork.Process(target=_child, args=(self._target, *self._given), daemon=True)
        self._process.start()

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid or 0

    def check(self) -> None:
        """Fails if it ended by itself."""
        code = self._process.exitcode
        assert code in (None, -signal.SIGKILL), f"{self._target.__name__} ended with {code}"

    def end(self) -> None:
        """At once; also a stopped one."""
        self._process.kill()
        self._process.join(10)


def stopped(pid: int) -> bool:
    """Whether a process is stopped by a signal."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] in ("T", "t")
    except (FileNotFoundError, ProcessLookupError):
        return False


def _child(target: Callable[..., None], *given: Any) -> None:
    die_with_parent()
    target(*given)


def serve_shop(db: str, port: int) -> None:
    """The shop."""
    from engine.testing.serving import serve
    from engine.testing.shop import create_app

    serve(create_app(Path(db), "shop-token"), port=port, name="shop")


def serve_engine(root: str, env: Mapping[str, str]) -> None:
    """`engine serve`."""
    from engine.service.run import serve

    async def run() -> None:
        settings = Settings.from_env(Path(root), env)
        with Store.open(settings.store_url) as store:
            await serve(settings, LoadedProject(Path(root)), store)

    asyncio.run(run())


def work(root: str, env: dict[str, str], strikes: Sequence[Strike], before: int, folder: str) -> None:
    """A worker that carries out those strikes that are still to come. `before`: points that others have passed."""
    points = _Striking(strikes, before, Path(folder))
    asyncio.run(faulty.run(Path(root), env, points, lambda *given: _context(Path(folder), *given)))


class _Striking(faulty.Points):
    """Counts the points that are passed, and strikes at some of them."""

    def __init__(self, strikes: Sequence[Strike], before: int, folder: Path) -> None:
        super().__init__("", 0, folder / "points")
        self._strikes, self._number, self._folder = strikes, before, folder

    def reach(self, name: str) -> None:
        super().reach(name)
        self._number += 1
        for strike in self._strikes:
            if strike.at == self._number and self._first(strike):
                pids = {**json.loads((self._folder / "pids").read_text(encoding="utf-8")), "worker": os.getpid()}
                os.kill(pids[strike.who], SIGNALS[strike.how])

    def _first(self, strike: Strike) -> bool:
        """Whether no other worker has struck: one that was stopped and goes on counts the same points."""
        try:
            (self._folder / f"struck-{strike.at}").touch(exist_ok=False)
        except FileExistsError:
            return False
        return True


def _context(folder: Path, *given: Any) -> Any:
    moody: Model = _Moody(folder / "changed-its-mind")
    return replace(light_context(*given), model=lambda plan, job: moody)


class _Moody:
    """The local model, until it is to answer differently: then it finds something else to choose in every question."""

    name = "local"
    capabilities = Capabilities(location="on_premises")

    def __init__(self, changed: Path) -> None:
        self._local, self._changed = LocalModel(), changed

    async def answer(self, request: Request) -> Answer:
        """As `LocalModel` does, or not."""
        answer = await self._local.answer(request)
        if request.job is not Job.EXTRACT or not self._changed.exists():
            return answer
        said = dict(answer.data)
        for field in request.fields:
            others = [option.value for option in field.options if option.value != said.get(field.name)]
            if field.name in said and others and field.kind == "one_of":
                said[field.name] = others[0]
        return replace(answer, data=said)
