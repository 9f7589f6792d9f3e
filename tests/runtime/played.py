"""A refund played in a world of its own while its worker is killed or stopped at one point, and what is wrong then."""

import asyncio
import multiprocessing
import os
import signal
import time
from datetime import date
from multiprocessing.process import BaseProcess
from pathlib import Path

from temporalio.client import WorkflowExecutionStatus
from temporalio.service import RPCError

from engine.runtime.ring import workflow_id
from engine.store.rows import TicketRow
from tests.runtime.bench import ROOT, Bench
from tests.runtime.faulty import hasty, main

ALL = os.environ.get("ENGINE_PROVE") == "1"
"""Every point; else a few, others on another day."""
TURN = int(os.environ.get("ENGINE_TURN") or date.today().toordinal())
"""Which ones. A failing run names it, so that it can be repeated."""
POINT = os.environ.get("ENGINE_POINT", "")
"""Only those whose name begins so: a failure names its point, and this plays that one again."""
AT_ONCE = 8
_PATIENCE = 300.0 if ALL else 90.0
"""Seconds until a refund must be over; the proof runs for long, on machines that others use too."""
_WAKE = 1.5
"""Seconds in which a continued worker does what it was about to do."""

fork = multiprocessing.get_context("forkserver")
fork.set_forkserver_preload(["tests.runtime.faulty", "tests.runtime.warm"])


class Worker:
    """A worker's process. `hit` once the signal has struck it."""

    def __init__(self, bench: Bench, at: str = "", number: int = 0) -> None:
        self.passed = bench.folder / f"points-{time.monotonic_ns()}"
        self._process: BaseProcess = fork.Process(
            target=main, args=(str(ROOT), bench.env, at, number, str(self.passed)), daemon=True
        )
        self._process.start()

    @property
    def hit(self) -> bool:
        """Whether the signal has killed or stopped it. Fails if it ended by itself."""
        if self._process.exitcode is not None:
            assert self._process.exitcode == -signal.SIGKILL, f"a worker ended with {self._process.exitcode}"
            return True
        try:
            stat = Path(f"/proc/{self._process.pid}/stat").read_text(encoding="utf-8")
        except (FileNotFoundError, ProcessLookupError):  # it ended just now
            return True
        return stat.rpartition(")")[2].split()[0] in ("T", "t")

    def points(self) -> list[str]:
        """The names of the points that it passed."""
        return self.passed.read_text(encoding="utf-8").splitlines() if self.passed.exists() else []

    def wake(self) -> None:
        """SIGCONT."""
        os.kill(self._process.pid or 0, signal.SIGCONT)

    def end(self) -> None:
        """At once; also a stopped one."""
        self._process.kill()
        self._process.join(10)


async def world(folder: Path, temporal: str, queue: str) -> Bench:
    """A bench, entered, whose workflow tasks are missed soon."""
    bench = Bench(folder, temporal, queue)
    await bench.__aenter__()
    bench.ringer.client = hasty(bench.client)
    return bench


async def record(temporal: str, folder: Path) -> list[str]:
    """The points of an unbroken refund: those that two of them pass, in the order of the first."""

    async def one(number: int) -> list[str]:
        bench = await world(folder / f"record-{number}", temporal, f"record-{number}-{time.monotonic_ns()}")
        worker = Worker(bench)
        try:
            wrong = await to_the_end(bench, worker, "", 0)
            assert not wrong, f"an unbroken refund: {wrong}"
            return worker.points()
        finally:
            worker.end()
            await bench.__aexit__()

    first, second = await asyncio.gather(one(1), one(2))
    both = set(second)
    return [point for point in first if point in both]


def activity_of(point: str) -> str:
    """`flow/activity`, or `flow/workflow`."""
    return point.partition(": ")[0]


def chosen(points: list[str], count: int, also: str) -> list[str]:
    """All points, if everything is to be proved; else `count` over the whole way and `count // 3` of the activity
    `also`, moving on by one every day."""
    if ALL or POINT:
        return [point for point in points if point.startswith(POINT)]
    dense = [point for point in points if activity_of(point) == also]
    return [*dict.fromkeys([*_spread(points, count), *_spread(dense, count // 3)])]


def _spread(points: list[str], count: int) -> list[str]:
    return [points[(TURN + step * len(points) // count) % len(points)] for step in range(count)]


async def schedules(temporal: str, folder: Path, points: list[str], number: int) -> dict[str, str]:
    """Plays one refund a point; the points after which something was wrong.

    One in fifty may be missed, twice each: a worker reads Zendesk once more at times. That is said, not passed over.
    """
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(case: int, at: str) -> tuple[str, str]:
        async with gate:
            for attempt in (1, 2):
                wrong = await _case(temporal, folder / f"{number}-{case}-{attempt}", at, number)
                if wrong != NOT_REACHED:
                    break
            return at, wrong

    async with asyncio.TaskGroup() as group:
        cases = [group.create_task(one(case, at)) for case, at in enumerate(points)]
    found = [case.result() for case in cases]
    right = sum(not wrong for _, wrong in found)
    missed = [at for at, wrong in found if wrong == NOT_REACHED]
    spared = missed if len(missed) <= len(points) // 50 else []
    print(f"{signal.Signals(number).name}: {len(found)} refunds, {right} of them right, not reached: {missed}")
    return {at: f"{wrong} (ENGINE_TURN={TURN})" for at, wrong in found if wrong and at not in spared}


NOT_REACHED = "the point was not reached"


async def _case(temporal: str, folder: Path, at: str, number: int) -> str:
    bench = await world(folder, temporal, f"faults-{number}-{time.monotonic_ns()}")
    first = Worker(bench, at, number)
    try:
        return await to_the_end(bench, first, at, number)
    finally:
        first.end()
        await bench.__aexit__()


async def to_the_end(bench: Bench, first: Worker, at: str, number: int) -> str:
    """Plays the refund, a second worker taking the place of the first when that is hit; what was wrong, or nothing."""
    second: Worker | None = None
    ticket = bench.refund_ticket()
    decided: set[str] = set()
    deadline = time.monotonic() + _PATIENCE
    try:
        while not await over(bench, ticket):
            if time.monotonic() > deadline:
                return f"no end after {_PATIENCE:.0f} s; {verdict(bench, ticket)}"
            await bench.pump()
            for approval in bench.open_approvals():
                if approval.id not in decided:
                    decided.add(approval.id)
                    assert (await bench.decide(approval)).status_code == 200
            if second is None and at and first.hit:
                second = Worker(bench)
            await asyncio.sleep(0.1)
        if at and second is None and not first.hit:
            return NOT_REACHED
        if number == signal.SIGSTOP:
            first.wake()  # what it finds is another's, and it must see that
            await asyncio.sleep(_WAKE)
        return verdict(bench, ticket)
    finally:
        if second is not None:
            second.end()


async def over(bench: Bench, ticket: int) -> bool:
    """Whether people have it, or it is closed and its workflow knows."""
    if bench.with_people(ticket):
        return True
    if not bench.closed(ticket):
        return False
    try:
        described = await bench.client.get_workflow_handle(workflow_id(bench.row(ticket))).describe()
    except RPCError:  # the server is away
        return False
    return described.status != WorkflowExecutionStatus.RUNNING


def verdict(bench: Bench, number: int) -> str:
    """What is wrong with a refund that is over, by the shop's books, the platform and the store."""
    row = bench.store.tickets.find("zendesk", str(number))
    if row is None:
        return "no ticket"
    return "; ".join([*_outside(bench, number), *_inside(bench, row)])


def _outside(bench: Bench, number: int) -> list[str]:
    wrong = []
    if [refund["amount"] for refund in bench.shop.refunds("4710")] != [12900]:
        wrong.append(f"refunds {bench.shop.refunds('4710')}")
    keys = {asked["idempotency_key"] for asked in bench.shop.requests() if asked["path"] == "/refunds"}
    if len(keys) != 1:
        wrong.append(f"{len(keys)} idempotency keys")
    said = bench.said(number)
    if len(said) != 2 or "yes or no" not in said[0] or "on their way" not in said[1]:
        wrong.append(f"said {said}")
    notes = [comment["body"][:9] for comment in bench.desk.comments(number) if not comment["public"]]
    if notes != ["Approval "]:
        wrong.append(f"notes {notes}")
    if bench.desk.ticket(number)["status"] != "solved":
        wrong.append(f"the platform has it {bench.desk.ticket(number)['status']}")
    return wrong


def _inside(bench: Bench, row: TicketRow) -> list[str]:
    store = bench.store
    messages = [m for m in store.messages.of_ticket(row.id) if m.kind == "message"]
    approvals, intents = store.approvals.of_ticket(row.id), store.intents.of_ticket(row.id)
    decisions = [d.outcome for approval in approvals for d in store.approvals.decisions(approval.id)]
    consents = [c.state for intent in intents for c in store.consents.of_intent(intent.id)]
    found = {
        "ticket": (row.state, row.outcome, row.escalated),
        "taken up": [(m.author_role, bool(m.handled_by)) for m in messages],
        "intents": [intent.state for intent in intents],
        "approvals": [approval.state for approval in approvals],
        "decisions": decisions,
        "consents": consents,
        "sent": sorted((out.kind, out.state) for out in store.outbound.of_ticket(row.id)),
        "handoffs": [handoff.reason for handoff in store.handoffs.of_ticket(row.id)],
    }
    wanted = {
        "ticket": ("closed", "solved", None),
        "taken up": [("customer", True)] * 2,
        "intents": ["done"],
        "approvals": ["used"],
        "decisions": ["approved"],
        "consents": ["used"],
        "sent": [("note", "sent"), ("reply", "sent"), ("reply", "sent"), ("update", "sent")],
        "handoffs": [],
    }
    return [f"{name} {value}" for name, value in found.items() if value != wanted[name]]
