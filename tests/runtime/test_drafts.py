"""What a visitor sees of a reply while a model writes it: one activity at a time, with a real store, the real checks
and a provider's stand-in that streams over HTTP and waits where the test wants it to."""

import asyncio
import json
import os
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from engine.errors import ProjectInvalid
from engine.expressions.values import encode
from engine.models.base import Passage
from engine.models.chain import Chain
from engine.plan import revision
from engine.project.premises import Premises
from engine.runtime.activities.desk import Desk
from engine.runtime.activities.passages import kept
from engine.runtime.activities.speaking import Speaker
from engine.runtime.build import models
from engine.runtime.input import Result, Work
from engine.runtime.projects import LoadedProject
from engine.settings import Settings
from engine.store import Arrival, Store
from engine.testing.models import Asked, Fails, ModelStandIn, Says
from tests.runtime import made
from tests.runtime.bench import furnish, light_context
from tests.service.chatting import SECRET

FLOW = """
steps:
  - reply: {write: Answer the question., using: [found]}
    otherwise: {unsure: escalate}
  - close: solved
guardrails: [customer-facing, {no_commitments: {allow: [discount]}}]
escalate: {to: support, when: {confidence: "< 0.5"}}
knowledge: [shipping]
"""
SEARCHED = FLOW.replace("steps:", 'steps:\n  - search: "shipping"\n    as: found')
FOUND = kept([Passage(id="at#1", text="We ship to Austria within three days, for 4.90 EUR.", title="Countries")])
FIRST, SECOND = "We ship to Austria.", "It takes three days."
REST = "And if anything is missing then, write to us again and we look into it together with whoever brought it"
TEXT = f"{FIRST} {SECOND} {REST}."
QUESTION = "Do you ship to Austria?"
LAST = 5
"""The stand-in's event with the last fifth of the answer."""


def answer(text: str, **more: Any) -> Callable[[Asked], dict[str, Any]]:
    """In the order of the schema, as providers keep it."""
    said = {"answer": text, "citations": ["at#1"], "supported": True, "confidence": 0.9, **more}
    return lambda asked: {name: said[name] for name in (asked.schema or {})["properties"]}


@pytest.fixture(scope="module")
def served() -> Iterator[ModelStandIn]:
    with ModelStandIn.start() as standin:
        yield standin


@dataclass
class World:
    """A worker's side without Temporal: one ticket on the web channel, and what its visitor was shown."""

    store: Store
    project: LoadedProject
    settings: Settings
    standin: ModelStandIn
    choose: Any
    released: list[str] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)
    channel: str = "site"

    def __post_init__(self) -> None:
        self.plan = self.project.plans["damage"]
        self.node = next(node.id for node in self.plan.nodes.values() if node.kind == "reply")
        self.speaker = self.worker(self.store)
        row = self.ingest("m-1", QUESTION)
        self.ticket = row
        found = self.store.values.put(row, 1, "found", encode(FOUND))
        name = revision("damage", self.plan.body())
        self.store.tickets.update(row, revision=name, flow="damage")
        self.work = Work(ticket_id=row, epoch=1, revision=name, node=self.node, iteration="1", cursor=1,
                         refs={"found": found})  # fmt: skip

    def worker(self, store: Store) -> Speaker:
        """As a process of its own would have it."""
        context = light_context(self.settings, self.project, store)
        context.guard, context.model = self.project.guard, self.choose
        release = store.drafts.release

        def noted(ticket_id: str, held: str, text: str) -> bool:
            self.released.append(text)
            return release(ticket_id, held, text)

        store.drafts.release = noted  # type: ignore[method-assign]
        return Speaker(Desk(context))

    def ingest(self, name: str, text: str, **more: Any) -> str:
        heard = Arrival(content_id=name, author_id="v-1", text=text, platform_time=self.store.now(), **more)
        return self.store.messages.ingest(
            self.channel, "c-1", [heard], subject=None, requester={"id": "v-1", "email": "mia@customer.example"},
            owner="support", sla=timedelta(minutes=15),
        ).ticket_id  # fmt: skip

    async def reply(self, speaker: Speaker | None = None) -> Result:
        env = ActivityEnvironment()
        env.info = replace(env.info, activity_type="reply")
        try:
            result: Result = await env.run((speaker or self.speaker).reply, self.work)
        finally:
            assert self.unseen == []
        return result

    def says(self, data: Callable[[Asked], dict[str, Any]], at_last: Callable[[], object] = lambda: None) -> None:
        """What the model answers, and what happens before the last fifth of it is sent."""

        def pace(number: int) -> None:
            if number == LAST:
                at_last()

        self.standin.says(lambda asked: Says(data=data(asked), pace=pace))

    def draft(self) -> str | None:
        return self.store.chats.look(self.channel, ["c-1"])["c-1"].draft

    def sees(self, text: str | None) -> None:
        """Waits until this is the draft. In vain, it fails the test: a stream that is cut here does not."""
        until = time.monotonic() + 20
        while self.draft() != text:
            if time.monotonic() > until:
                self.unseen.append(f"waited for {text!r}, there is {self.draft()!r}")
                return
            time.sleep(0.01)

    def said(self) -> list[str]:
        return [line.text for line in self.store.chats.after(self.ticket, 0, 0) if line.who == "assistant"]


Make = Callable[..., World]


@pytest.fixture(scope="module")
def loaded(served: ModelStandIn, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., LoadedProject]:
    """Projects, each checked and compiled once."""

    @cache
    def project_of(flow: str, premises: bool) -> LoadedProject:
        root = project(tmp_path_factory.mktemp("web"), flow, served.url("openai"), premises=premises)
        try:
            return LoadedProject(root)
        except ProjectInvalid as error:
            pytest.fail("\n".join(error.diagnostics))

    return project_of


@pytest.fixture
async def make(
    served: ModelStandIn, loaded: Callable[..., LoadedProject], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Make]:
    served.asked.clear()
    monkeypatch.setenv("SITE_SECRET", SECRET)
    for name in ("SHOP_URL", "SHOP_TOKEN", "ZENDESK_URL", "ZENDESK_USER", "ZENDESK_TOKEN", "ZENDESK_WEBHOOK_SECRET"):
        monkeypatch.setenv(name, "http://127.0.0.1:9" if name.endswith("URL") else "x" * 40)
    opened: list[Any] = []

    def world(flow: str = SEARCHED, *, premises: bool = False, **fields: Any) -> World:
        made = loaded(flow, premises)
        furnish(tmp_path)
        settings = Settings.from_env(made.root, {**os.environ, "ENGINE_STORE": f"sqlite:///{tmp_path / 'store.db'}"})
        store = Store.open(settings.store_url)
        made.activate(store)
        chosen = models(settings, made)
        opened.append((store, chosen))
        return World(store, made, settings, served, chosen.choose, **fields)

    yield world
    for store, chosen in opened:
        await chosen.close()
        store.close()
    assert served.refused == []


def project(folder: Path, flow: str, url: str, *, premises: bool) -> Path:
    """The sample's, with a channel of its own site and a model behind an address."""
    root = made.project(folder, flow=flow)
    file = root / "engine.yaml"
    site = 'channels:\n  site: {kind: web, secret: "{{ secret.SITE_SECRET }}", location: on_premises}\n'
    here = ", location: on_premises" if premises else ""
    main = f'models:\n  main: {{use: openai, model: m-1, base_url: "{url}"{here}}}\n  answer: main\n'
    text = file.read_text("utf-8").replace("channels:\n", site, 1).replace("models:\n  answer: local", main, 1)
    if premises:
        text = text.replace("kind: zendesk", "kind: zendesk\n    location: on_premises")
        text += "\ndefaults: {data: {location: on_premises}}\n"
    file.write_text(text, "utf-8")
    return root


async def test_a_reply_is_seen_sentence_by_sentence_and_then_as_it_is_kept(make: Make) -> None:
    world = make()
    world.says(answer(TEXT), lambda: world.sees(f"{FIRST} {SECOND}"))
    assert (await world.reply()).outcome == "done"
    assert world.said() == [f"{TEXT}\n\nFrom: Countries"]
    assert world.draft() is None
    assert world.released[-1] == f"{FIRST} {SECOND}", "the last sentence comes with the text itself"
    assert [asked.stream for asked in world.standin.asked] == [True]


@pytest.mark.parametrize("where", ["middle", "end", "sources"])
async def test_what_a_check_refuses_is_never_seen(make: Make, where: str) -> None:
    """A promise in the middle takes what stood before it back; the sources count from the first sentence on."""
    world = make()
    promise = "We will refund you 50 EUR."
    seen = {"middle": None, "end": f"{FIRST} {SECOND}", "sources": None}[where]
    text = {"middle": f"{FIRST} {promise} {REST}.", "end": f"{FIRST} {SECOND} {REST}: {promise}", "sources": TEXT}[
        where
    ]
    if where == "sources":
        world.work.refs["found"] = world.store.values.put(
            world.ticket, 1, "found", encode([{**FOUND[0], "title": "We guarantee a refund"}])
        )
    world.says(answer(text), lambda: world.sees(seen))
    assert (await world.reply()).outcome == "blocked"
    assert world.said() == []
    assert world.draft() is None
    assert not [text for text in world.released if "refund" in text or where == "sources"]


@pytest.mark.parametrize(
    ("more", "outcome"), [({"supported": False}, "unsure"), ({"citations": []}, "unsure"),
                          ({"citations": ["zz#1"]}, "unsure"), ({"confidence": 0.4}, "unsure"), ({}, "done")],
)  # fmt: skip
async def test_what_is_not_decided_for_the_text_keeps_it_from_being_seen(
    make: Make, more: dict[str, Any], outcome: str
) -> None:
    world = make()
    world.says(answer(TEXT, **more))
    assert (await world.reply()).outcome == outcome
    assert bool(world.released) == (outcome == "done")
    assert bool(world.said()) == (outcome == "done")


async def test_a_model_that_decides_last_is_not_seen_writing(make: Make) -> None:
    """Not every provider keeps a schema's order: then there is the text, and no draft of it."""
    world = make()
    world.says(lambda asked: dict(sorted(answer(TEXT)(asked).items())))
    assert (await world.reply()).outcome == "done"
    assert world.released == []
    assert world.said() == [f"{TEXT}\n\nFrom: Countries"]


@pytest.mark.parametrize("what", ["message", "person", "closed", "suggest"])
async def test_what_happens_meanwhile_takes_the_draft_away(make: Make, what: str) -> None:
    world = make()

    def happens() -> None:
        world.sees(f"{FIRST} {SECOND}")
        match what:
            case "message":
                world.ingest("m-2", "I meant Australia")
            case "person":
                world.ingest("m-2", "I want a person", wants_person=True)
            case "closed":
                assert world.store.tickets.close(world.ticket, 1, 1, "withdrawn")
            case "suggest":
                world.store.tickets.lower_mode(world.ticket, "suggest")
        world.sees(None)

    world.says(answer(f"{FIRST} {SECOND} {REST}. Bye."), happens)
    with pytest.raises(ApplicationError) if what in ("closed", "person") else nullcontext():
        await world.reply()
    assert world.draft() is None
    assert world.said() == [] or what == "message", "a text goes as it did before there were drafts"


async def test_a_stream_that_is_cut_leaves_nothing_and_the_whole_is_asked_for(make: Make) -> None:
    world = make()

    def cut() -> None:
        world.sees(f"{FIRST} {SECOND}")
        raise ConnectionAbortedError

    def script(asked: Asked) -> Says:
        if asked.stream:
            return Says(data=answer(TEXT)(asked), pace=lambda number: cut() if number == LAST else None)
        assert world.draft() is None, "taken back before anything else is asked"
        return Says(data=answer("Yes, we do.")(asked))

    world.standin.says(script)
    assert (await world.reply()).outcome == "done"
    assert world.said() == ["Yes, we do.\n\nFrom: Countries"]
    assert [asked.stream for asked in world.standin.asked] == [True, False]
    calls = world.store.spending.of_ticket(world.ticket)
    assert [(call.state, call.because) for call in calls] == [("failed", "model_unavailable"), ("answered", None)]


async def test_a_stream_that_hangs_takes_the_time_of_the_answer_and_no_more(make: Make) -> None:
    world = make()
    world.standin.says([Fails(kind="hangs")])
    chosen = world.choose
    world.choose = lambda plan, job: Chain(chosen(plan, job).links, seconds=1.5)
    begun = time.monotonic()
    with suppress(ApplicationError):
        await world.reply(world.worker(world.store))
    assert time.monotonic() - begun < 2.5
    assert [asked.stream for asked in world.standin.asked] == [True], "no time was left to ask for the whole"
    assert world.draft() is None


@pytest.mark.parametrize("why", ["length", "platform", "premises"])
async def test_where_it_is_not_safe_nothing_is_streamed(make: Make, why: str) -> None:
    match why:
        case "length":
            world = make(SEARCHED.replace("no_commitments: {allow: [discount]}", "length: {max: 2000}"))
        case "platform":
            world = make(channel="zendesk")
        case _:
            world = make(premises=True)
            world.project.premises = Premises(frozenset(), frozenset(), True, True)
    world.says(answer(TEXT))
    result = await world.reply()
    expected = {"length": ("done", ""), "platform": ("unsent", "not_found"), "premises": ("unsent", "leaves_premises")}
    assert (result.outcome, result.because) == expected[why]
    assert world.released == []
    assert [asked.stream for asked in world.standin.asked] == [False]


async def test_numbers_that_the_model_may_not_see_are_seen_by_the_visitor(make: Make) -> None:
    iban = "DE89 3704 0044 0532 0130 00"
    world = make(
        SEARCHED.replace("{no_commitments: {allow: [discount]}}", "{topics: {words: [x]}}") + "data: {mask: [iban]}\n"
    )
    world.ingest("m-2", f"Mine is {iban}. Will it go there?")
    world.says(
        answer(f"It goes to [IBAN_1]. {SECOND} {REST}.", citations=["p1"]),
        lambda: world.sees(f"It goes to {iban}. {SECOND}"),
    )
    assert (await world.reply()).outcome == "done"
    assert world.said()[0].startswith(f"It goes to {iban}.")
    assert iban not in json.dumps(world.standin.asked[0].body)


async def test_a_worker_that_stops_in_the_middle_is_fenced_off_by_the_next(make: Make) -> None:
    """It wakes once the text is there: nothing of its own is seen any more, and the text is there once."""
    world = make()
    stopped, woken = threading.Event(), threading.Event()

    def stops() -> None:
        world.sees(f"{FIRST} {SECOND}")
        stopped.set()
        woken.wait(30)

    def script(asked: Asked) -> Says:
        if len(world.standin.asked) == 1:
            return Says(data=answer(TEXT)(asked), pace=lambda number: stops() if number == LAST else None)
        return Says(data=answer(f"Yes, gladly. {SECOND} {REST}.")(asked), pace=again)

    def again(number: int) -> None:
        if number == LAST:
            world.sees(f"Yes, gladly. {SECOND}")

    world.standin.says(script)
    with Store.open(world.settings.store_url) as other:
        first = asyncio.create_task(world.reply(world.worker(other)))
        assert await asyncio.to_thread(stopped.wait, 30)
        before = world.store.chats.look("site", ["c-1"])["c-1"]
        assert (await world.reply()).outcome == "done"
        woken.set()
        assert (await first).outcome == "done"
    assert before.attempt == 1
    assert world.store.chats.look("site", ["c-1"])["c-1"].attempt == 2
    assert world.said() == [f"Yes, gladly. {SECOND} {REST}.\n\nFrom: Countries"]
    assert world.draft() is None


async def test_a_place_that_has_its_text_is_not_drafted_again(make: Make) -> None:
    world = make()
    world.says(answer(TEXT))
    await world.reply()
    world.released.clear()
    world.says(answer(f"Something else. {TEXT}"))
    assert (await world.reply()).outcome == "done"
    assert world.released == []
    assert world.said() == [f"{TEXT}\n\nFrom: Countries"]
