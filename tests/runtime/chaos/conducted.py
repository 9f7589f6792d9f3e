"""Plays a schedule: the customer, the platform's deliveries, the lead who approves, and help for what was struck."""

import asyncio
import contextlib
import itertools
import json
import os
import shutil
import signal
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, Self

import httpx
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest
from temporalio.client import Client
from temporalio.service import RPCError

from engine.runtime.ring import workflow_id
from engine.runtime.server import TemporalServer
from engine.testing.shop import ledger
from tests.runtime.bench import ROOT, Bench, backed_up
from tests.runtime.chaos.drawn import Act, Schedule, Strike
from tests.runtime.chaos.judged import judged
from tests.runtime.chaos.processes import Process, serve_engine, serve_shop, stopped, work
from tests.runtime.played import over

__all__ = ["Played", "conducted"]

_PATIENCE = 240.0
"""Seconds until somebody must have it or it is closed, whatever was struck. The shop's own lease on a key is 60."""
_AFTER = 2.0
"""Seconds in which whoever was woken last does what he was about to do."""
_PORTS = itertools.count(20_000 + os.getpid() % 100 * 100)
"""Below those that the kernel gives to anybody: a process that is killed gets its own again."""
_CLOSED = {EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED, EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED}


@dataclass
class _World(Bench):
    """A bench whose service, shop and Temporal are processes of their own."""

    schedule: Schedule = None  # type: ignore[assignment]
    paid_before: Counter[tuple[str, int]] = field(default_factory=Counter)

    async def __aenter__(self) -> Self:
        shop, service, temporal = (next(_PORTS) for _ in range(3))
        self.server = TemporalServer(self.folder / "temporal.db", ui=False, port=temporal)
        await self.server.start()
        self.temporal = self.server.address
        await super().__aenter__()
        self.shop.stop()  # the bench's own, in this process
        address = f"127.0.0.1:{service}"
        self.env |= {
            "ENGINE_SERVICE": address,
            "ENGINE_TEMPORAL": self.temporal,
            "SHOP_URL": f"http://127.0.0.1:{shop}",
        }
        self.books = self.folder / "shop.db"
        self.paid_before = Counter((row["order_id"], row["amount"]) for row in ledger.ledger(self.books)["refunds"])
        self.running = {
            "shop": Process(serve_shop, str(self.books), shop),
            "service": Process(serve_engine, str(self.root), self.env),
        }
        await self.http.aclose()
        self.http = httpx.AsyncClient(base_url=f"http://{address}", timeout=5, trust_env=False)
        self.workers: list[Process] = []
        self.down: dict[float, tuple[Strike, int]] = {}
        self.helped: set[Strike] = set()
        self.done: set[Act] = set()
        return self

    async def __aexit__(self, *given: object) -> None:
        for process in (*self.running.values(), *self.workers):
            process.end()
        await super().__aexit__(*given)
        self.server.kill()

    # what it looks at

    def passed(self) -> int:
        """Points that the workers have passed."""
        path = self.folder / "points"
        return path.read_text(encoding="utf-8").count("\n") if path.exists() else 0

    def struck(self) -> set[int]:
        return {int(path.name.removeprefix("struck-")) for path in self.folder.glob("struck-*")}

    # what it does

    def note(self) -> None:
        """Tells the workers who is who."""
        pids = {name: one.pid for name, one in self.running.items()} | {"temporal": self.server.pid or 0}
        new = self.folder / "pids.new"
        new.write_text(json.dumps(pids), encoding="utf-8")
        new.replace(self.folder / "pids")

    def employ(self) -> None:
        """A worker, which carries out the strikes that are still to come."""
        left = [one for one in self.schedule.strikes if one.at not in self.struck()]
        self.workers.append(Process(work, str(self.root), self.env, left, self.passed(), str(self.folder)))

    async def help(self) -> None:
        """Notices who was struck, and helps up who has lain long enough."""
        for process in (*self.running.values(), *self.workers):
            process.check()
        now = time.monotonic()
        for strike in self.schedule.strikes:
            if strike.at in self.struck() and strike not in self.helped:
                self.helped.add(strike)
                pid = self.workers[-1].pid if strike.who == "worker" else 0
                self.down[now + strike.seconds] = (strike, pid)
                if strike.who == "worker":
                    self.employ()  # somewhere else, at once
        for when in [when for when in self.down if when <= now]:
            await self._up(*self.down.pop(when))

    async def _up(self, strike: Strike, pid: int) -> None:
        if strike.how == "stop":
            pid = pid or (self.server.pid or 0 if strike.who == "temporal" else self.running[strike.who].pid)
            if stopped(pid):
                os.kill(pid, signal.SIGCONT)
        elif strike.who == "temporal":
            self.server.kill()
            await self.server.start()
        elif strike.who != "worker":
            self.running[strike.who].end()
            self.running[strike.who].start()
        self.note()

    async def act(self, ticket: int) -> None:
        """What the schedule has for now."""
        for one in self.schedule.acts:
            if one not in self.done and self.passed() >= one.at:
                match one.what:
                    case "person":
                        self.desk.customer_writes(ticket, "Please let me talk to a human")
                    case "copy":
                        backed_up(self.server.db, self.folder / "copy.db")
                    case "set back":
                        await self._set_back()
                    case "reset" if not await self._reset(ticket, one.where):
                        continue
                self.done.add(one)

    async def _set_back(self) -> None:
        self.server.kill()
        for old in self.folder.glob("temporal.db*"):
            old.unlink()
        shutil.copy(self.folder / "copy.db", self.server.db)
        await self.server.start()
        self.note()

    async def _reset(self, ticket: int, where: float) -> bool:
        """Resets the newest run to one of its workflow tasks; the model answers differently from then on."""
        (self.folder / "changed-its-mind").touch()
        row = self.store.tickets.find("zendesk", str(ticket))
        if row is None:
            return False
        try:
            client, name = await Client.connect(self.temporal), workflow_id(row)
            run = (await client.get_workflow_handle(name).describe()).run_id
            history = await client.get_workflow_handle(name, run_id=run).fetch_history()
            ends = [event.event_id for event in history.events if event.event_type in _CLOSED]
            if not ends:
                return False
            await client.workflow_service.reset_workflow_execution(ResetWorkflowExecutionRequest(
                namespace=client.namespace, workflow_execution=WorkflowExecution(workflow_id=name, run_id=run),
                reason="a schedule", workflow_task_finish_event_id=ends[int(where * len(ends))], request_id=f"{ticket}",
            ))  # fmt: skip
        except (RPCError, RuntimeError):  # away, or gone on meanwhile
            return False
        return True

    async def deliver(self) -> None:
        """The platform's webhooks, twice each; what the service does not take comes again."""
        for one in self.desk.deliveries(self.seen):
            for _ in range(2):
                if (await self.post(one.headers, one.body)).status_code != 200:
                    return
            self.seen = max(self.seen, one.seq)

    async def customer(self, ticket: int) -> None:
        """Says yes to the refund that was asked for, and no to any other."""
        newest = [one for one in self.desk.comments(ticket) if one["public"]][-1]
        if newest["author_id"] == self.desk.ticket(ticket)["requester_id"] or "yes or no" not in newest["body"]:
            return
        await asyncio.sleep(1.1)  # the platform's clock has seconds, and a yes comes after its question
        self.desk.customer_writes(ticket, "Yes, please" if "€129.00" in newest["body"] else "No")


class Played(NamedTuple):
    """What a schedule came to."""

    wrong: list[str]
    """Nothing, if all was right."""
    end: str
    """How the ticket ended."""
    missed: list[str]
    """Strikes and acts whose point never came: the ticket was over before."""


async def conducted(folder: Path, schedule: Schedule) -> Played:
    """Plays a schedule to its end."""
    async with _World(
        folder, "", f"chaos-{schedule.seed}", root=_project(folder, schedule), schedule=schedule
    ) as world:
        world.note()
        if schedule.fault:
            await _faulted(world, schedule.fault)
        world.employ()
        ticket = world.refund_ticket()
        deadline = time.monotonic() + _PATIENCE
        while not await _ended(world, ticket):
            if time.monotonic() > deadline:
                return _played(world, ticket, [f"no end after {_PATIENCE:.0f} s", await world.plight()])
            await _round(world, ticket)
        end = time.monotonic() + _AFTER
        while world.down or time.monotonic() < end:
            await _round(world, ticket)
        return _played(world, ticket, [])


def _played(world: _World, ticket: int, wrong: list[str]) -> Played:
    row, struck = world.store.tickets.find("zendesk", str(ticket)), world.struck()
    missed = [f"{one.how} {one.who}" for one in world.schedule.strikes if one.at not in struck]
    missed += [one.what for one in world.schedule.acts if one not in world.done]
    if row is None:
        return Played([*wrong, "no ticket"], "no ticket", missed)
    paid = len(ledger.ledger(world.books)["refunds"]) - world.paid_before.total()
    end = f"{row.outcome or row.escalated}, paid {paid} times"
    return Played([*wrong, *judged(world, ticket, keyed=world.schedule.keyed)], end, missed)


async def _round(world: _World, ticket: int) -> None:
    with contextlib.suppress(httpx.HTTPError):
        await world.deliver()
        for approval in world.open_approvals():
            await world.decide(approval)
    await world.customer(ticket)
    await world.act(ticket)
    await world.help()
    await asyncio.sleep(0.05)


async def _ended(world: _World, ticket: int) -> bool:
    """Over, and no call is under way."""
    row = world.store.tickets.find("zendesk", str(ticket))
    if row is None or any(one.state == "sending" for one in world.store.intents.of_ticket(row.id)):
        return False
    return await over(world, ticket)


async def _faulted(world: _World, fault: dict[str, Any]) -> None:
    """Lets the shop fail at the first refund that it is asked for."""
    headers = {"authorization": "Bearer shop-admin"}
    body = {"path": "/refunds", "method": "POST", **fault}
    async with httpx.AsyncClient(base_url=world.env["SHOP_URL"], headers=headers, trust_env=False) as http:
        for _ in range(200):
            with contextlib.suppress(httpx.HTTPError):
                (await http.post("/admin/faults", json=body)).raise_for_status()
                return
            await asyncio.sleep(0.05)
    raise AssertionError("the shop did not start")


def _project(folder: Path, schedule: Schedule) -> Path:
    """The sample, or one whose shop keeps no keys as far as the tool's file knows."""
    if schedule.keyed:
        return ROOT
    root = folder / "project"
    root.mkdir(parents=True)
    for part in ("flows", "tools", "knowledge"):
        shutil.copytree(ROOT / part, root / part)
    shutil.copy(ROOT / "engine.yaml", root)
    file = root / "tools/payments.yaml"
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if "idempotency:" not in line]
    assert len(kept) == len(lines) - 1
    file.write_text("".join(kept), encoding="utf-8")
    return root
