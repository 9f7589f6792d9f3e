"""A world for tests of the runtime: Temporal, shop and Zendesk are real servers on loopback, the service is in process.

The worker runs in the test's own loop, or in processes of their own that can be killed and stopped.
"""

import asyncio
import atexit
import contextlib
import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any, Self

import httpx
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client
from temporalio.service import RPCError

from engine.guardrails.base import Guard
from engine.knowledge.base import Passage
from engine.models.local import LocalModel
from engine.models.local.synonyms import NONE
from engine.runtime.client import connect
from engine.runtime.context import Context
from engine.runtime.projects import LoadedProject
from engine.runtime.ring import Ringer, workflow_id
from engine.runtime.worker import make_worker
from engine.service.app import Service, create_app
from engine.settings import Settings
from engine.store import Clock, Store
from engine.store.rows import TicketRow
from engine.testing.shop import Shop, seed
from engine.testing.zendesk import ZendeskStandIn

ROOT = Path(__file__).parents[2]
LEAD = "lena@northwind.example"
SHOP_TOKEN = "shop-token"
REFUND = "The floor lamp from order 4710 arrived damaged, I want a refund please. My postcode is 80331."


class NoArticles:
    """A knowledge without articles: what the refund path does not need is not loaded."""

    synonyms = NONE

    async def asearch(self, query: str, **how: Any) -> list[Passage]:
        return []


def light_context(settings: Settings, project: LoadedProject, store: Store) -> Context:
    """A worker's context without LanceDB and guardrails-ai, which take seconds to load."""
    model = LocalModel()
    return Context(
        store=store,
        projects=project,
        channels=project.channels(settings.secrets, store),
        model=lambda plan, job: model,
        library=NoArticles(),
        guard=lambda plan: Guard(()),
        secrets=settings.secrets,
    )


def furnish(folder: Path) -> None:
    """Lays an empty store and a shop into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for made in _furniture().iterdir():
        if not (folder / made.name).exists():
            shutil.copy(made, folder)


@cache
def _furniture() -> Path:
    """A store and a shop that are copied: making them takes longer than anything else of a world."""
    folder = Path(tempfile.mkdtemp(prefix="furnished-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    Store.open(f"sqlite:///{folder / 'store.db'}").close()
    seed(folder / "shop.db")
    return folder


def backed_up(db: Path, to: Path) -> None:
    """A copy of a SQLite database that is in use."""
    with contextlib.closing(sqlite3.connect(db)) as live, contextlib.closing(sqlite3.connect(to)) as copy:
        live.backup(copy)


@dataclass
class Bench:
    """One world. `async with await Bench.make(...)`; `work()` for a worker in this loop."""

    folder: Path
    temporal: str
    queue: str
    root: Path = ROOT
    tasks: list[asyncio.Task[Any]] = field(default_factory=list)
    seen: int = 0
    answers: list[tuple[str, str]] = field(default_factory=list)
    duplicate: int = 1
    store_url: str = ""
    """Else a SQLite file in the folder."""

    async def __aenter__(self) -> Self:
        furnish(self.folder)
        self.shop = self.open_shop()
        self.desk = ZendeskStandIn.start(token="desk-token", secret="hook-secret")
        self.env = {
            **os.environ, "SHOP_URL": self.shop.url, "SHOP_TOKEN": SHOP_TOKEN, "ZENDESK_URL": self.desk.url,
            "ZENDESK_USER": self.desk.user, "ZENDESK_TOKEN": "desk-token", "ZENDESK_WEBHOOK_SECRET": "hook-secret",
            "ENGINE_STORE": self.store_url or f"sqlite:///{self.folder / 'store.db'}", "ENGINE_TEMPORAL": self.temporal,
            "ENGINE_TASK_QUEUE": self.queue,
        }  # fmt: skip
        self.settings = Settings.from_env(self.root, self.env)
        self.project = LoadedProject(self.root)
        self.clock = Clock()
        self.store = Store.open(self.settings.store_url, clock=self.clock)
        self.project.activate(self.store)
        self.client: Client = await connect(self.settings)
        self.ringer = Ringer(self.client, self.store, self.queue)
        self.service = Service(
            store=self.store, channels=self.project.channels(self.settings.secrets, self.store), ring=self.ringer.ring,
            teams_of=self.project.teams_of, sla=timedelta(seconds=self.project.sla), team=self.project.handoff_team,
            plans=lambda: self.project.plans, events_token="events-token",
        )  # fmt: skip
        transport = httpx.ASGITransport(create_app(self.service))
        self.http = httpx.AsyncClient(transport=transport, base_url="http://service")
        self.token = self.store.people.mint(LEAD)
        return self

    def open_shop(self) -> Any:
        """The far side of the tools: an address, and a way to stop it."""
        return Shop.start(db=self.folder / "shop.db", token=SHOP_TOKEN)

    async def __aexit__(self, *_: object) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        await asyncio.gather(*self.service.tasks, return_exceptions=True)
        await self.http.aclose()
        self.store.close()
        self.desk.stop()
        self.shop.stop()

    def work(self, client: Client | None = None, **more: Any) -> Any:
        """A worker in this loop: `async with bench.work(): ...`. Each further one needs a client of its own; `more` of
        its context."""
        context = replace(light_context(self.settings, self.project, self.store), **more)
        return make_worker(client or self.client, context, task_queue=self.queue)

    async def post(self, headers: dict[str, str], body: bytes) -> httpx.Response:
        return await self.http.post("/webhooks/zendesk", content=body, headers=headers)

    async def pump(self) -> None:
        """Posts every new webhook, `duplicate` times, lets the customer answer, and sweeps."""
        for one in self.desk.deliveries(self.seen):
            self.seen = max(self.seen, one.seq)
            for _ in range(self.duplicate):
                assert (await self.post(one.headers, one.body)).status_code == 200
        await self._answer()
        await self.ringer.sweep()

    async def _answer(self) -> None:
        for ticket in self.desk.desk.records.all("ticket"):
            newest = [c for c in self.desk.comments(ticket["id"]) if c["public"]][-1]
            if newest["author_id"] == ticket["requester_id"]:
                continue
            for number, (word, text) in enumerate(self.answers):
                if word in newest["body"]:
                    del self.answers[number]
                    await asyncio.sleep(1.1)  # the platform's clock has seconds, and a yes comes after its question
                    self.desk.customer_writes(ticket["id"], text)
                    break

    async def until(self, reached: Callable[[], Any], what: str, *, patience: float = 60) -> Any:
        """Pumps until something is so; gives it. Fails with what it waited for."""
        deadline = time.monotonic() + patience
        while not (found := reached()):
            if time.monotonic() > deadline:
                raise AssertionError(f"waited {patience:.0f} s for {what}\n{await self.plight()}")
            await self.pump()
            await asyncio.sleep(0.1)
        return found

    async def plight(self) -> str:
        """Where every ticket stands, for whoever reads why a wait failed: the store's rows, and Temporal's run."""
        lines = []
        for ticket in self.desk.desk.records.all("ticket"):
            row = self.store.tickets.find("zendesk", str(ticket["id"]))
            if row is None:
                continue
            rung = f"to be rung since {row.ring_wanted_at}, next {row.next_due}, now {self.store.now()}"
            lines.append(f"{row.external_id}: {row.state} in {row.flow}, {row.outcome or row.escalated}, {rung}")
            lines += [f"  approval {one.state}, {one.team}" for one in self.store.approvals.of_ticket(row.id)]
            lines += [f"  intent {one.state} at {one.node}" for one in self.store.intents.of_ticket(row.id)]
            lines += [f"  {one.kind} {one.state} at {one.node}" for one in self.store.outbound.of_ticket(row.id)]
            try:
                handle = self.client.get_workflow_handle(workflow_id(row))
                run = (await handle.describe()).raw_description
                events = (await handle.fetch_history()).events
            except RPCError as error:
                lines.append(f"  no run: {error.status.name}")
                continue
            lines.append(f"  run {run.workflow_execution_info.history_length} events, {run.pending_workflow_task}")
            lines += [f"  pending {one}" for one in run.pending_activities]
            lines += [f"  {one.event_time.ToJsonString()} {EventType.Name(one.event_type)}" for one in events[-15:]]
        return "\n".join(lines)

    def row(self, number: int) -> TicketRow:
        row = self.store.tickets.find("zendesk", str(number))
        assert row is not None
        return row

    def closed(self, number: int) -> bool:
        """Closed in the store, and the platform was told."""
        row = self.store.tickets.find("zendesk", str(number))
        return row is not None and row.state == "closed" and self.desk.ticket(number)["status"] == "solved"

    def with_people(self, number: int) -> bool:
        row = self.store.tickets.find("zendesk", str(number))
        return row is not None and any(h.state == "delivered" for h in self.store.handoffs.of_ticket(row.id))

    def said(self, number: int) -> list[str]:
        """Public texts of the engine."""
        requester = self.desk.ticket(number)["requester_id"]
        return [c["body"] for c in self.desk.comments(number) if c["public"] and c["author_id"] != requester]

    async def shown(self, number: int, **awaited: object) -> dict[str, object]:
        """The search attributes of a ticket's newest run, once it shows what is awaited (None: not there): they are
        set after the store has changed."""
        handle = self.client.get_workflow_handle(workflow_id(self.row(number)))
        deadline = time.monotonic() + 30
        while True:
            found = {pair.key.name: pair.value for pair in (await handle.describe()).typed_search_attributes}
            if all(found.get(name) == value for name, value in awaited.items()):
                return found
            assert time.monotonic() < deadline, f"waited for {awaited}, found {found}"
            await asyncio.sleep(0.1)

    def open_approvals(self) -> list[Any]:
        return self.store.approvals.listing(state="open")

    async def decide(self, approval: Any, decision: str = "approve", **more: Any) -> httpx.Response:
        body = {"decision": decision, "version": approval.version, "reason": "looked at", **more}
        headers = {"Authorization": f"Bearer {self.token}"}
        return await self.http.post(f"/api/approvals/{approval.id}/decision", json=body, headers=headers)

    def refund_ticket(self, text: str = REFUND) -> int:
        """The refund of 129 EUR that a lead must approve; the customer says yes when asked."""
        self.answers = [("yes or no", "Yes, please")]
        made = self.desk.open_ticket("jonas.weber@example.com", "Broken lamp", text)
        return int(made["id"])
