"""A worker in a process of its own that kills or stops itself at the n-th await of the call of a write."""

import asyncio
import os
import signal
from pathlib import Path
from typing import Any

from temporalio import activity

from engine.runtime.client import connect
from engine.runtime.projects import LoadedProject
from engine.runtime.worker import make_worker
from engine.settings import Settings
from engine.store import Store
from tests.runtime.bench import light_context

TOOL = "payments.refund"


class Points:
    """Counts what the write's activity awaits, before and after each; at one of them a signal hits the process."""

    def __init__(self, at: int, number: int) -> None:
        self.at, self.number, self.count = at, number, 0

    def reach(self) -> None:
        if activity.in_activity() and activity.info().activity_type == TOOL:
            self.count += 1
            if self.count == self.at:
                os.kill(os.getpid(), self.number)

    def around(self, call: Any) -> Any:
        async def watched(*args: Any, **kwargs: Any) -> Any:
            self.reach()
            try:
                return await call(*args, **kwargs)
            finally:
                self.reach()

        return watched


def main(root: str, env: dict[str, str], at: int, number: int, counted: str) -> None:
    """Works until it is ended. `at` 0: never hit; the count of points goes to the file `counted` at the end."""
    asyncio.run(_main(Path(root), env, at, number, counted))


async def _main(root: Path, env: dict[str, str], at: int, number: int, counted: str) -> None:
    settings = Settings.from_env(root, env)
    project = LoadedProject(root)
    store = Store.open(settings.store_url)
    points = Points(at, number)
    store.run = points.around(store.run)  # type: ignore[method-assign]
    for tool in project.tools.values():
        tool.call = points.around(tool.call)  # type: ignore[method-assign]
    context = light_context(settings, project, store)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with make_worker(await connect(settings), context, task_queue=settings.task_queue):
        await stop.wait()
    await asyncio.to_thread(Path(counted).write_text, str(points.count))
