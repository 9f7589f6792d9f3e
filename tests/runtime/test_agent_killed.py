"""A worker that is killed in the middle of an agent's loop: the write that it has asked for happens once.

At one point of the write, another each day (`ENGINE_TURN`); with ENGINE_PROVE=1 at every point of the loop.
"""

import asyncio
import multiprocessing
import os
import signal
import time
from datetime import date
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from engine.models.base import Answer, Call, Job, Request
from engine.models.local import LocalModel
from engine.runtime.client import connect
from engine.runtime.projects import LoadedProject
from engine.runtime.server import TemporalServer
from engine.runtime.worker import make_worker
from engine.settings import Settings
from engine.store import Store
from engine.testing.model import ScriptedModel
from tests.runtime.agents import DONE, EMAIL, FLOW, POSTCODE, project
from tests.runtime.bench import Bench, light_context
from tests.runtime.faulty import EXCHANGE, SENDING, Points, Watched, hasty

ALL = os.environ.get("ENGINE_PROVE") == "1"
TURN = int(os.environ.get("ENGINE_TURN") or date.today().toordinal())
WRITE = "damage/payments.refund: "
UNAPPROVED = FLOW.replace("order.total - order.refunded]", "order.total - order.refunded, amount <= 400]").replace(
    "    approve: {by: billing-leads, within: 1d, otherwise: escalate}\n", ""
)
SCRIPT = [
    Answer(calls=(Call("a", "orders.get", {"order_id": "4710"}), Call("b", "orders.get", {"order_id": "4821"}))),
    Answer(calls=(Call("c", "payments.refund", {"order_id": "4710", "amount": 2900}),)),
    DONE,
]
_fork = multiprocessing.get_context("forkserver")


def script(request: Request) -> Answer:
    """By the turn that it is, so that whoever asks again hears the same."""
    return SCRIPT[min(len(request.turns), len(SCRIPT) - 1)]


class Nth(Points):
    """Points, one of which is told by its number among those of the write: `#4`."""

    def __init__(self, at: str, passed: Path) -> None:
        super().__init__("" if at.startswith("#") else at, signal.SIGKILL, passed)
        self.left = int(at[1:]) if at.startswith("#") else 0

    def reach(self, name: str) -> None:
        """Counts down."""
        super().reach(name)
        if name.startswith(WRITE) and self.left:
            self.left -= 1
            if not self.left:
                os.kill(os.getpid(), signal.SIGKILL)


def work(root: str, env: dict[str, str], at: str, passed: str) -> None:
    """A worker's process, which kills itself at one point."""
    asyncio.run(_work(Path(root), env, Nth(at, Path(passed))))


async def _work(root: Path, env: dict[str, str], points: Points) -> None:
    settings = Settings.from_env(root, env)
    context = light_context(settings, LoadedProject(root), Store.open(settings.store_url))
    context.sending = SENDING
    local = LocalModel()
    model = ScriptedModel([(Job.WORK, script)])
    context.model = lambda plan, job: model if job == "agent" else local
    for channel in context.channels.values():
        channel.seconds = EXCHANGE  # type: ignore[attr-defined]
    client = await connect(settings)
    async with make_worker(
        client, context, task_queue=settings.task_queue, interceptors=[Watched(points)], build_id="faulty"
    ):
        await asyncio.Event().wait()


class Process:
    """One worker."""

    def __init__(self, bench: Bench, at: str) -> None:
        self.passed = bench.folder / f"points-{time.monotonic_ns()}"
        arguments = (str(bench.root), bench.env, at, str(self.passed))
        self.process: BaseProcess = _fork.Process(target=work, args=arguments, daemon=True)
        self.process.start()

    @property
    def killed(self) -> bool:
        return self.process.exitcode == -signal.SIGKILL

    def end(self) -> None:
        self.process.kill()
        self.process.join(10)


async def played(temporal: TemporalServer, folder: Path, at: str) -> list[str]:
    """The ticket to its end, with a second worker in the place of the first when that is dead; the points passed."""
    root = project(folder, UNAPPROVED)  # makes the folder
    async with Bench(folder, temporal.address, f"killed-{time.monotonic_ns()}", root=root) as bench:
        bench.ringer.client = hasty(bench.client)
        workers = [Process(bench, at)]
        bench.answers = [("Shall I", "Yes, please")]
        opened = bench.desk.open_ticket(EMAIL, "Damaged", f"My lamp is damaged. My postcode is {POSTCODE}.")
        number = int(opened["id"])

        def over() -> bool:
            if len(workers) == 1 and workers[0].killed:
                workers.append(Process(bench, ""))
            return bench.closed(number)

        try:
            await bench.until(over, f"the close, after a death at `{at}`", patience=240)
        finally:
            for worker in workers:
                worker.end()
        assert [row["amount"] for row in bench.shop.refunds("4710")] == [2900], at
        keys = {asked["idempotency_key"] for asked in bench.shop.requests() if asked["path"] == "/refunds"}
        assert len(keys) == 1, at
        assert [one.state for one in bench.store.intents.of_ticket(bench.row(number).id)] == ["done"], at
        assert len([text for text in bench.said(number) if "Shall I" in text]) == 1, at
        assert len(workers) == 2 or not at or ALL, f"the point was not reached: {at}"
        return workers[0].passed.read_text(encoding="utf-8").splitlines()


def between(points: list[str]) -> list[str]:
    """Those of the agent's own activities, of its reads and of its write."""
    ours = ("damage/agent: ", "damage/orders.get: ", "damage/payments.refund: ", "damage/propose: ")
    return [point for point in points if point.startswith(ours)]


@pytest.mark.timeout(600)
async def test_a_write_happens_once_if_its_worker_dies(temporal: TemporalServer, tmp_path: Path) -> None:
    await played(temporal, tmp_path / "one", f"#{TURN % 12 + 1}")


@pytest.mark.skipif(not ALL, reason="every point of the loop: with ENGINE_PROVE=1")
@pytest.mark.timeout(14_400)
async def test_at_every_point(temporal: TemporalServer, tmp_path: Path) -> None:
    points = between(await played(temporal, tmp_path / "whole", ""))
    assert len(points) > 40, points
    gate = asyncio.Semaphore(4)

    async def one(number: int, at: str) -> None:
        async with gate:
            await played(temporal, tmp_path / str(number), at)

    async with asyncio.TaskGroup() as group:
        for number, at in enumerate(points):
            group.create_task(one(number, at))
    print(f"\na worker killed at {len(points)} points of an agent's loop: one refund each time")
