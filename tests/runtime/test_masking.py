"""`data.mask`: no model and no search sees a number that a flow masks; the customer, the tools and people do."""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.guardrails.masking import Masks
from engine.knowledge.base import Passage
from engine.models.base import Answer, Field, Image, Job, Message, Model, Option, Request
from engine.models.errors import ModelRejected
from engine.models.local import LocalModel
from engine.plan import digest, revision
from engine.runtime.activities.masking import masked, unmasked
from engine.runtime.server import TemporalServer
from tests.runtime import agents, made
from tests.runtime.bench import Bench, NoArticles

CARD, IBAN = "4111 1111 1111 1111", "DE89 3704 0044 0532 0130 00"
FLOW = """
data: {mask: [card, iban]}
steps:
  - ask: details
    fields:
      account: {pattern: "[A-Z]{2}[0-9]{20}", ask: "Which account is the money to go to?"}
      paid_with: {text: true, ask: "Which card did you pay with?"}
  - search: "{{ details.paid_with }}"
    as: found
  - reply: "The card was {{ details.paid_with }}, the account {{ details.account }}."
  - reply: {write: Say that we look into it., using: [details, found]}
    otherwise: {unsure: next}
  - close: solved
"""
DIGITS = ("4111", "1111", "3704", "0532")


class Recorded:
    """A model that answers as another one, and what it was asked."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.name, self.capabilities = model.name, model.capabilities
        self.requests: list[Request] = []

    async def answer(self, request: Request) -> Answer:
        self.requests.append(request)
        return await self.model.answer(request)


class Asked(NoArticles):
    """A knowledge that notes what it is asked for."""

    def __init__(self) -> None:
        self.queries: list[str] = []

    async def asearch(self, query: str, **how: Any) -> list[Passage]:
        self.queries.append(query)
        return []


@pytest.fixture
async def bench(temporal: TemporalServer, tmp_path: Path) -> AsyncIterator[Bench]:
    root = made.project(tmp_path, flow=FLOW)
    async with Bench(tmp_path, temporal.address, f"q-{tmp_path.name}", root=root) as running:
        yield running


def unseen(requests: Sequence[Request]) -> None:
    assert requests
    for request in requests:
        said = f"{request} {[message.text for message in request.messages]} {request.facts} {request.turns}"
        said += str([(field.ask, field.options) for field in request.fields])
        assert not [digits for digits in DIGITS if digits in said], f"{request.job} was shown {said}"


async def test_models_are_asked_with_labels_and_the_customer_reads_the_number(bench: Bench) -> None:
    model, library = Recorded(LocalModel()), Asked()
    text = f"My lamp is damaged. Pay it back to {IBAN} please."
    ticket = int(bench.desk.open_ticket("jonas.weber@example.com", "Lamp", text)["id"])
    bench.answers = [("Which card", f"It was {CARD}")]
    async with bench.work(model=lambda plan, job: model, library=library):
        await bench.until(lambda: bench.closed(ticket) or bench.with_people(ticket), "an end")
    assert f"the account {IBAN.replace(' ', '')}." in bench.said(ticket)[1]
    assert CARD in bench.said(ticket)[1]
    unseen(model.requests)
    assert {request.job for request in model.requests} == {Job.CLASSIFY, Job.EXTRACT, Job.ANSWER}
    assert ["[CARD_1]" in query for query in library.queries] == [True]
    routed = [request for request in model.requests if request.job is Job.CLASSIFY]
    assert "[IBAN_1]" in routed[0].messages[0].text, "triage knows no flow yet, and masks what any of them does"


async def test_an_agent_writes_to_tools_what_it_never_saw(temporal: TemporalServer, tmp_path: Path) -> None:
    flow = agents.FLOW.replace("models: {agent", "data: {mask: [card]}\nmodels: {agent")
    root = agents.project(tmp_path, flow)
    async with Bench(tmp_path, temporal.address, f"q-{tmp_path.name}", root=root) as bench:
        played = agents.Played(
            bench, agents.calls(("write_to_customer", {"text": "Which card was it?"})),
            agents.calls(("orders.get", {"order_id": "[CARD_1]"})), agents.DONE,
        )  # fmt: skip
        await played.end([("Which card", f"{CARD} it was")])
        unseen(played.asked)
        assert played.told()["orders.get-0"] == {"not_done": "not_found"}
        seen = [one for one in bench.shop.requests() if CARD.replace(" ", "%20") in str(one) or CARD in str(one)]
        assert seen, "the tool is called with the number itself"


async def test_a_mask_that_this_engine_does_not_know_asks_no_model(bench: Bench) -> None:
    """As in a plan of a newer release: a person takes the ticket."""
    model = Recorded(LocalModel())
    plan = bench.project.plans["damage"]
    newer = replace(plan, settings={**plan.settings, "data": {"location": "anywhere", "mask": ["card", "passport"]}})
    name = revision("damage", newer.body())
    bench.store.revisions.add(name, "damage", digest(newer.body()), newer.to_json())
    assert bench.store.revisions.activate("damage", name, 1)
    ticket = int(bench.desk.open_ticket("jonas.weber@example.com", "Lamp", "My lamp is damaged")["id"])
    async with bench.work(model=lambda one, job: model):
        await bench.until(lambda: bench.with_people(ticket), "people to have it")
    assert bench.row(ticket).escalated == "failed:mask"
    assert not [request for request in model.requests if request.job is Job.EXTRACT]


def vars_of(passage: Passage) -> list[str]:
    return [str(getattr(passage, name)) for name in Passage.__slots__]


def test_whatever_is_data_is_masked() -> None:
    request = Request(
        Job.WORK, (Message("customer", CARD),), instruction="Do it.", facts={"a": {CARD: [4111111111111111, CARD, 5]}},
        fields=(Field("card", kind="one_of", options=(Option(CARD, 0, (IBAN,)),), ask=f"{CARD}?"),),
        passages=(
            Passage(id=f"past.csv#{IBAN.replace(' ', '-')}", text=IBAN, title=f"My {IBAN}", heading=f"{CARD}?"),
            Passage(id="b#1", text="Thirty days.", source=f"{CARD}.md"),
        ),
    )  # fmt: skip
    own = Masks(["card", "iban"])
    shown = masked(request, own)
    unseen([shown])
    assert not [digits for digits in DIGITS if digits in str([vars_of(one) for one in shown.passages])]
    answer = Answer(citations=(shown.passages[0].id, "made up"))
    assert unmasked(answer, shown, own, request.passages).citations == (request.passages[0].id,)
    assert json.dumps(shown.facts) == '{"a": {"[CARD_1]": ["[CARD_2]", "[CARD_1]", 5]}}'
    assert shown.passages[0].text == "[IBAN_1]"


def test_a_picture_is_not_shown_where_something_is_masked() -> None:
    request = Request(Job.EXTRACT, (Message("customer", "look", images=(Image("image/png", b""),), unread=1),))
    shown = masked(request, Masks(["card"]))
    assert [(one.images, one.unread) for one in shown.messages] == [((), 2)]
    named = Message("customer", "look", images=(Image("image/png", b"", named=True),))
    with pytest.raises(ModelRejected):
        masked(replace(request, messages=(named,)), Masks(["card"]))


def test_two_numbers_that_fit_are_nobodys_to_choose() -> None:
    own = Masks(["iban"])
    other = "GB82 WEST 1234 5698 7654 32"
    field = Field("account", kind="pattern", pattern="[A-Z0-9]{22}")
    request = Request(Job.EXTRACT, (Message("customer", f"{IBAN} or {other}"),), fields=(field,))
    assert unmasked(Answer(), masked(request, own), own, ()).data == {}
    one = replace(request, messages=(Message("customer", f"{IBAN}, again {IBAN}"),))
    assert unmasked(Answer(), masked(one, own), own, ()).data == {"account": IBAN.replace(" ", "")}
