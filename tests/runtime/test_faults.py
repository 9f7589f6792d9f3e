"""A worker killed, or stopped and continued, at an await of the write: the shop's books show exactly one refund.

All points in turn: ENGINE_PROVE=1. Else a spread of them, the same every time.
"""

import asyncio
import multiprocessing
import os
import signal
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from engine.runtime.server import TemporalServer
from tests.runtime.bench import ROOT, Bench
from tests.runtime.faulty import main

POINTS = 36
"""The awaits of the call of a refund, before and after each; a test holds this."""
ALL = os.environ.get("ENGINE_PROVE") == "1"
KILLED = range(1, POINTS + 1) if ALL else (3, 11, 17, 21, 25, 27, 29, 31, 33)
STOPPED = range(1, POINTS + 1) if ALL else (19, 24, 26, 28, 30, 32)
AT_ONCE = 15

context = multiprocessing.get_context("forkserver")
context.set_forkserver_preload(["tests.runtime.faulty"])


def spawn(bench: Bench, at: int = 0, number: int = 0) -> BaseProcess:
    process = context.Process(
        target=main, args=(str(ROOT), bench.env, at, number, str(bench.folder / "points")), daemon=True
    )
    process.start()
    return process


def is_stopped(process: BaseProcess) -> bool:
    return f"{process.pid} " in Path(f"/proc/{process.pid}/stat").read_text() and Path(
        f"/proc/{process.pid}/stat"
    ).read_text().rpartition(")")[2].split()[0] in ("T", "t")


async def refund(bench: Bench, at: int, number: int) -> str:
    """Plays the refund; says what was wrong, or nothing."""
    processes = [spawn(bench, at, number)]
    try:
        ticket = bench.refund_ticket()
        [approval] = await bench.until(bench.open_approvals, "the approval")
        assert (await bench.decide(approval)).status_code == 200

        def replaced() -> bool:
            hit = not processes[0].is_alive() or is_stopped(processes[0])
            if hit and len(processes) == 1:
                processes.append(spawn(bench))
            return bench.closed(ticket) or bench.with_people(ticket)

        await bench.until(replaced, f"the end of the ticket (point {at})", patience=90)
        if number == signal.SIGSTOP and len(processes) > 1:
            os.kill(processes[0].pid or 0, signal.SIGCONT)  # the zombie wakes, and must find its token gone
            await asyncio.sleep(2)
        return verdict(bench, ticket, hit=len(processes) > 1)
    finally:
        for process in processes:
            process.kill()
            process.join()


def verdict(bench: Bench, ticket: int, *, hit: bool) -> str:
    paid = bench.shop.refunds("4710")
    said = bench.said(ticket)
    wrong = []
    if [row["amount"] for row in paid] != [12900]:
        wrong.append(f"refunds {paid}")
    if len(said) != len(set(said)):
        wrong.append("a text was sent twice")
    if not bench.closed(ticket):
        wrong.append(f"state {bench.row(ticket).state}, {bench.row(ticket).escalated}")
    if not hit:
        wrong.append("the point was not reached")
    return "; ".join(wrong)


async def schedules(temporal: TemporalServer, folder: Path, points: object, number: int) -> dict[int, str]:
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(at: int) -> tuple[int, str]:
        async with gate:
            own = folder / f"{number}-{at}"
            own.mkdir()
            async with Bench(own, temporal.address, f"q-{number}-{at}") as bench:
                return at, await refund(bench, at, number)

    found = await asyncio.gather(*(one(at) for at in points))  # type: ignore[attr-defined]
    return {at: wrong for at, wrong in found if wrong}


@pytest.mark.timeout(1800 if ALL else 240)
async def test_a_worker_killed_at_an_await_of_the_write(temporal: TemporalServer, tmp_path: Path) -> None:
    assert await schedules(temporal, tmp_path, KILLED, signal.SIGKILL) == {}


@pytest.mark.timeout(1800 if ALL else 240)
async def test_a_worker_stopped_and_continued_at_an_await_of_the_write(
    temporal: TemporalServer, tmp_path: Path
) -> None:
    assert await schedules(temporal, tmp_path, STOPPED, signal.SIGSTOP) == {}


async def test_the_points_are_all_there_are(temporal: TemporalServer, tmp_path: Path) -> None:
    async with Bench(tmp_path, temporal.address, "count") as bench:
        process = spawn(bench)
        ticket = bench.refund_ticket()
        [approval] = await bench.until(bench.open_approvals, "the approval")
        await bench.decide(approval)
        await bench.until(lambda: bench.closed(ticket), "the close")
        process.terminate()
        await asyncio.to_thread(process.join, 20)
        assert int((tmp_path / "points").read_text()) == POINTS
