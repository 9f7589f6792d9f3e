"""Whole tickets of a web channel: a real Temporal server, real HTTP and events, a provider's stand-in that streams.

ENGINE_PROVE=1 also kills a worker's process while its model writes.
"""

import asyncio
import json
import multiprocessing
import os
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import httpx
import pytest

from engine.knowledge.base import Passage
from engine.runtime.build import models
from engine.runtime.client import connect
from engine.runtime.projects import LoadedProject
from engine.runtime.server import TemporalServer
from engine.runtime.worker import make_worker
from engine.service.app import create_app
from engine.service.chat import conversation_id
from engine.settings import Settings
from engine.store import Store
from engine.testing.models import Asked, ModelStandIn, Says
from engine.testing.serving import Server
from tests.runtime import made
from tests.runtime.bench import Bench, NoArticles, light_context
from tests.runtime.test_verify import EMAIL, GET, shopper
from tests.service.chatting import SECRET, Event, Events, Visitor

FLOW = """
steps:
  - verify:
      - {by: customers.get, signed_in: {customer_id: external_id}}
    otherwise: escalate
  - search: "{{ ticket.question }}"
    as: found
  - reply: {write: Answer the question., using: [found]}
    otherwise: {unsure: escalate}
  - close: solved
tools: {customers.get: allow}
knowledge: [shipping]
guardrails: [customer-facing]
"""
TEXT = "Yes, we ship to Austria. It takes three days. And if anything is missing then, write to us and we look into it."
DRAFT = "Yes, we ship to Austria. It takes three days."
QUESTION = "My lamp is damaged, the glass of my lamp has a crack. Do you ship another one to Austria?"
LEAD = "ana@northwind.example"


class OneArticle(NoArticles):
    """A knowledge with one article, so that LanceDB is not loaded."""

    async def asearch(self, query: str, **how: Any) -> list[Passage]:
        return [Passage(id="at#1", text="We ship to Austria within three days.", title="Countries")]


def says(asked: Asked, pace: Any = None) -> Says:
    fields = (asked.schema or {})["properties"]
    if "choice" in fields:
        return Says(data={"choice": "damage", "confidence": 0.95})
    said = {"answer": TEXT, "citations": ["at#1"], "supported": True, "confidence": 0.9}
    return Says(data={name: said[name] for name in fields}, pace=pace)


@pytest.fixture
def standin() -> Iterator[ModelStandIn]:
    with ModelStandIn.start(says) as started:
        yield started


@pytest.fixture
async def bench(
    temporal: TemporalServer, tmp_path: Path, standin: ModelStandIn, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Bench]:
    monkeypatch.setenv("SITE_SECRET", SECRET)
    root = made.project(tmp_path, flow=FLOW)
    file = root / "engine.yaml"
    main = f'models:\n  main: {{use: openai, model: m-1, base_url: "{standin.url("openai")}"}}\n  answer: main\n'
    site = 'channels:\n  site: {kind: web, secret: "{{ secret.SITE_SECRET }}"}\n'
    text = file.read_text("utf-8").replace("channels:\n", site, 1).replace("models:\n  answer: local", main, 1)
    text = text.replace("  route: local", "  route: main")
    file.write_text(text, "utf-8")
    (root / "tools" / "get.yaml").write_text(GET, "utf-8")
    async with Bench(tmp_path, temporal.address, f"q-{tmp_path.name}", root=root) as running:
        yield running


@contextmanager
def served(bench: Bench) -> Iterator[httpx.Client]:
    """The service over real HTTP, as another process that rings nobody: the sweep does."""

    async def ring(ticket_id: str) -> None:
        del ticket_id

    service = replace(bench.service, ring=ring, tasks=set())
    server = Server(create_app(service)).start()
    try:
        with httpx.Client(base_url=server.url, trust_env=False, timeout=60) as http:
            yield http
    finally:
        service.feed.close()
        server.stop()


class Page:
    """A visitor's open page: what it was told, in a thread of its own."""

    def __init__(self, visitor: Visitor) -> None:
        self.events = Events(iter(()))
        self._open = threading.Event()
        self._thread = threading.Thread(target=self._read, args=(visitor,), daemon=True)
        self._thread.start()
        assert self._open.wait(30)

    def _read(self, visitor: Visitor) -> None:
        with suppress(httpx.HTTPError), visitor.reads() as events:
            self.events = events
            events.state("new")
            self._open.set()
            while events.next() is not None:
                pass

    def told(self, name: str, **data: Any) -> list[Event]:
        return [one for one in self.events.seen if one.name == name and data.items() <= one.data.items()]


async def test_a_visitor_is_answered_as_it_is_written_and_then_by_a_person(bench: Bench, standin: ModelStandIn) -> None:
    jonas = shopper(bench)
    written = threading.Event()
    standin.says(lambda asked: says(asked, lambda number: written.wait(30) if number == 5 else None))
    chosen = models(bench.settings, bench.project)
    with served(bench) as http:
        visitor = Visitor(http, id=jonas, claims={"email": EMAIL, "email_verified": True})
        page = Page(visitor)
        assert (await asyncio.to_thread(visitor.says, QUESTION)).status_code == 200
        async with bench.work(model=chosen.choose, library=OneArticle()):
            await bench.until(lambda: page.told("draft", text=DRAFT), "the draft")
            assert page.told("message", who="assistant") == []
            written.set()
            await bench.until(lambda: page.told("state", state="closed"), "the close")
            final = f"{TEXT}\n\nFrom: Countries"
            assert [one.data["text"] for one in page.told("message", who="assistant")] == [final]
            row = bench.store.tickets.find("site", conversation_id(jonas, "main"))
            assert row is not None
            assert row.outcome == "solved"
            assert row.verified is not None, "by the sign-in that the token tells of"
            await asyncio.to_thread(visitor.says, "I want to talk to a real person", "m-2")
            await bench.until(lambda: page.told("state", state="with_person"), "a person")
            await bench.until(lambda: bench.store.tickets.get(row.id).flow == "human", "the flow `human`")
            head = {"authorization": f"Bearer {bench.store.people.mint(LEAD)}"}
            path = f"/api/tickets/{row.id}/reply"
            body: dict[str, Any] = {"id": "a-1", "text": "This is Ana."}
            assert (await bench.http.post(path, json=body, headers=head)).status_code == 200
            await asyncio.to_thread(visitor.says, "Do you ship to Austria, Ana?", "m-3")
            await bench.until(lambda: page.told("message", who="person"), "her words")
            body = {"id": "a-2", "text": "Yes.", "then": "solve"}
            assert (await bench.http.post(path, json=body, headers=head)).status_code == 200
            await bench.until(lambda: bench.store.tickets.get(row.id).state == "closed", "the close by a person")
            await bench.until(lambda: len(page.told("message", who="person")) == 2, "her last word")
    await chosen.close()
    first, *others = [one.data["text"] for one in page.told("message", who="assistant")]
    assert first == final
    assert ["A colleague takes over" in text for text in others] == [True], "then it keeps quiet"
    doings = {one.data["doing"] for one in page.told("state")}
    assert {"writing"} <= doings <= {None, "reading", "looking_up", "writing", "working"}
    assert page.told("withdrawn") == []
    history = json.dumps((await bench.client.get_workflow_handle(f"ticket/site/{row.id}").fetch_history()).to_json())
    assert "Austria" not in history


def _work(root: str, env: dict[str, str]) -> None:
    asyncio.run(_working(Path(root), env))


async def _working(root: Path, env: dict[str, str]) -> None:
    settings, project = Settings.from_env(root, env), LoadedProject(root)
    context = light_context(settings, project, Store.open(settings.store_url))
    context.model, context.library = models(settings, project).choose, OneArticle()
    async with make_worker(await connect(settings), context, task_queue=settings.task_queue):
        await asyncio.Event().wait()


@pytest.mark.skipif(os.environ.get("ENGINE_PROVE") != "1", reason="ten seconds until Temporal misses a worker")
async def test_a_worker_that_is_killed_while_it_writes_leaves_nothing_on_the_page(
    bench: Bench, standin: ModelStandIn
) -> None:
    gone = threading.Event()
    standin.says(lambda asked: says(asked, lambda number: gone.wait(180) if number == 5 else None))
    fork = multiprocessing.get_context("forkserver")
    worker: BaseProcess = fork.Process(target=_work, args=(str(bench.root), bench.env), daemon=True)
    worker.start()
    chosen = models(bench.settings, bench.project)
    with served(bench) as http:
        visitor = Visitor(http, id=shopper(bench))
        page = Page(visitor)
        await asyncio.to_thread(visitor.says, QUESTION)
        await bench.until(lambda: page.told("draft", text=DRAFT), "the draft", patience=180)
        worker.kill()
        worker.join(30)
        gone.set()
        standin.says(says)
        async with bench.work(model=chosen.choose, library=OneArticle()):
            await bench.until(lambda: page.told("message", who="assistant"), "the text", patience=120)
            await bench.until(lambda: page.told("state", state="closed"), "the close", patience=120)
    await chosen.close()
    names = [(one.name, one.data.get("attempt")) for one in page.events.seen if one.name in ("draft", "withdrawn")]
    assert names[:2] == [("draft", 1), ("withdrawn", 1)]
    assert {attempt for _, attempt in names[2:]} <= {2}
    assert [one.data["text"] for one in page.told("message", who="assistant")] == [f"{TEXT}\n\nFrom: Countries"]
