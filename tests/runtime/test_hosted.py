"""Tickets of the sample shop whose models are hosted: every provider's stand-in, over real HTTP, through real flows."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from engine.knowledge.base import Passage
from engine.models.base import Capabilities
from engine.models.chain import Chain, Link
from engine.models.registry import PROVIDERS
from engine.runtime.build import models
from engine.runtime.server import TemporalServer
from engine.testing.models import Asked, Fails, ModelStandIn, Says
from tests.models.given import hosted
from tests.runtime import made
from tests.runtime.agents import FLOW as AGENT
from tests.runtime.bench import ROOT, Bench, NoArticles

_SAMPLE = "models:\n  answer: local                      # quotes the articles, or refuses: needs no key\n"
_SAMPLE += "  ask: local\n  route: local\n"
EMAIL = "jonas.weber@example.com"


def sensible(asked: Asked) -> Says:
    """Answers as a model would, from nothing but what it was sent."""
    fields = (asked.schema or {}).get("properties", {})
    said = asked.said.partition("<conversation>")[2]
    if "choice" in fields:
        known = [name for name in fields["choice"]["enum"] if name]
        words = {"order-status": "parcel", "faq": "Austria", "adds": ""}
        choice = next((name for name, word in words.items() if name in known and word in said), None)
        return Says(data={"choice": choice, "confidence": 0.95 if choice else 0.1})
    if "answer" in fields:
        cited = re.findall(r'<passage id="([^"]+)"', asked.said)
        text = "Yes, we ship to Austria." if cited else ""
        return Says(data={"answer": text, "citations": cited, "supported": bool(cited), "confidence": 0.9})
    return Says(data={name: _field(name, asked.said, said) for name in fields})


def _field(name: str, all_of_it: str, said: str) -> Any:
    number = re.search(r"order (\d{4})", said)
    if name == "order" and number:
        option = re.search(rf"option (\d+): [^\n]*{number[1]}", all_of_it)
        return {"value": int(option[1]), "quote": number[0], "confidence": 0.9} if option else None
    pattern = {"email": r"[\w.]+@[\w.]+\w", "postcode": r"\b\d{5}\b"}.get(name)
    found = re.search(pattern, said) if pattern else None
    return {"value": found[0], "quote": found[0], "confidence": 0.9} if found else None


class OneArticle(NoArticles):
    """A knowledge with one article, so that LanceDB is not loaded."""

    async def asearch(self, query: str, **how: Any) -> list[Passage]:
        return [Passage(id="shipping/at#1", text="We ship to Austria.", title="Countries", source="shipping/at.md")]


@pytest.fixture(scope="module")
def served() -> Iterator[ModelStandIn]:
    with ModelStandIn.start() as standin:
        yield standin


@pytest.fixture
def standin(served: ModelStandIn) -> ModelStandIn:
    served.asked.clear()
    served.refused.clear()
    served.says(sensible)
    return served


def shop(folder: Path, **said: str) -> Path:
    """The sample shop with other models: `models` in place of its own, `more` at the end of engine.yaml."""
    root = made.project(folder, flow="steps: [{close: solved}]\n")
    for name in ("faq", "order-status", "refund"):
        (root / "flows" / f"{name}.yaml").write_text((ROOT / "flows" / f"{name}.yaml").read_text("utf-8"), "utf-8")
    (root / "flows" / "damage.yaml").unlink()
    file = root / "engine.yaml"
    text = file.read_text("utf-8")
    assert _SAMPLE in text
    file.write_text(text.replace(_SAMPLE, said["models"]) + said.get("more", ""), "utf-8")
    return root


def on_premises(folder: Path) -> Path:
    """The sample shop with all of its contents, tools and tickets on the premises."""
    root = shop(folder, models="models:\n  answer: local\n", more="\ndefaults: {data: {location: on_premises}}\n")
    file = root / "engine.yaml"
    file.write_text(
        file.read_text("utf-8").replace("kind: zendesk", "kind: zendesk\n    location: on_premises"), "utf-8"
    )
    for tools in (root / "tools").glob("*.yaml"):
        said = re.sub(r"(?m)^(- tool: .*)$", r"\1\n  location: on_premises", tools.read_text("utf-8"))
        tools.write_text(said, "utf-8")
    return root


def declared(provider: str, url: str, more: str = "") -> str:
    return (
        f'models:\n  main: {{use: {provider}, model: m-1, base_url: "{url}", api_key: "{{{{ secret.KEY_OF_MINE }}}}", '
        f"price: {{input: 1, output: 5, since: 2026-11-27}}{more}}}\n  answer: main\n  ask: main\n  route: main\n"
    )


@pytest.fixture
async def world(temporal: TemporalServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Any]:
    """Makes benches, each with a worker, that end with the test."""
    monkeypatch.setenv("KEY_OF_MINE", "sk-mine")
    async with AsyncExitStack() as stack:

        async def make(root: Path) -> tuple[Bench, Any]:
            bench = Bench(tmp_path, temporal.address, f"q-{tmp_path.name}", root=root)
            await stack.enter_async_context(bench)
            chosen = models(bench.settings, bench.project)
            stack.push_async_callback(chosen.close)
            return bench, lambda: bench.work(model=chosen.choose, library=OneArticle())

        yield make


@pytest.mark.parametrize("provider", sorted(PROVIDERS))
async def test_tickets_run_to_their_end_on_every_provider(
    provider: str, standin: ModelStandIn, world: Any, tmp_path: Path
) -> None:
    bench, worker = await world(shop(tmp_path, models=declared(provider, standin.url(provider))))
    asks = bench.desk.open_ticket(EMAIL, "Shipping", "Hello, do you ship to Austria?")["id"]
    waits = bench.desk.open_ticket(EMAIL, "Where is it", "Where is the parcel of order 4710? My postcode is 80331.")[
        "id"
    ]
    async with worker():
        await bench.until(lambda: bench.closed(asks) and bench.closed(waits), "both tickets to be closed")
    assert bench.said(asks) == ["Yes, we ship to Austria.\n\nFrom: Countries"]
    assert "4710" in bench.said(waits)[-1]
    assert standin.refused == []
    assert {asked.provider for asked in standin.asked} == {provider}
    calls = bench.store.spending.of_ticket(bench.row(asks).id)
    assert {call.state for call in calls} == {"answered"}
    assert {call.prompts for call in calls} == {bench.project.prompts.version}
    cost = (100 * 1 + 20 * 5) / Decimal(1_000_000)
    assert bench.store.spending.counted(bench.row(asks).id) == cost * len(calls)
    assert {call.job for call in calls} == {"answer", "route"}


@pytest.mark.parametrize("provider", sorted(PROVIDERS))
async def test_an_agent_works_through_a_provider(
    provider: str, standin: ModelStandIn, world: Any, tmp_path: Path
) -> None:
    root = made.project(tmp_path, flow=AGENT)
    file = root / "engine.yaml"
    claude = declared(provider, standin.url(provider)).splitlines()[1].replace("main:", "claude:")
    file.write_text(file.read_text("utf-8").replace("models:\n", f"models:\n{claude}\n", 1), "utf-8")
    bench, worker = await world(root)
    standin.says([
        Says(text="I look.", calls=(("orders_get", {"order_id": "4710"}), ("orders_get", {"order_id": "4821"}))),
        Says(calls=(("write_to_customer", {"text": "Would you like your money back?"}),)),
        Says(calls=(("payments_refund", {"order_id": "4710", "amount": 12900}),)),
        Says(calls=(("finish", {"solved": True, "why": "broken"}),)),
    ])  # fmt: skip
    bench.answers = [("money back", "Yes, I would"), ("Shall I", "Yes, please")]
    ticket = bench.desk.open_ticket(EMAIL, "Damaged", "My lamp is damaged. My postcode is 80331.")["id"]
    async with worker():
        approval = await bench.until(lambda: next(iter(bench.open_approvals()), None), "an approval")
        assert (await bench.decide(approval)).status_code == 200
        await bench.until(lambda: bench.closed(ticket), "the end")
    assert [row["amount"] for row in bench.shop.refunds("4710")] == [12900]
    assert standin.refused == []
    assert [asked.results for asked in standin.asked] == [0, 2, 3, 4]
    assert bench.said(ticket)[-1] == "broken"
    assert "refused" in str(standin.asked[1].body), "the order of somebody else"


async def test_another_provider_stands_in_for_one_that_is_down(
    standin: ModelStandIn, world: Any, tmp_path: Path
) -> None:
    other = f'  other: {{use: openai, model: m-2, base_url: "{standin.url("openai")}"}}\n'
    said = declared("anthropic", standin.url("anthropic"), ", fallback: [other]") + other
    standin.says(lambda asked: Fails(status=529) if asked.provider == "anthropic" else sensible(asked))
    bench, worker = await world(shop(tmp_path, models=said))
    asks = bench.desk.open_ticket(EMAIL, "Shipping", "Hello, do you ship to Austria?")["id"]
    async with worker():
        await bench.until(lambda: bench.closed(asks), "the end")
    assert [asked.provider for asked in standin.asked][-1] == "openai"
    states = [(call.name, call.state, call.cost) for call in bench.store.spending.of_ticket(bench.row(asks).id)]
    assert ("main", "failed", 0) in states
    assert ("other", "answered", None) in states, "the price of this one is not known"


async def test_a_budget_that_is_reached_brings_a_person(standin: ModelStandIn, world: Any, tmp_path: Path) -> None:
    """Not a byte is sent that could cost more than is left: here, an answer without its prompt."""
    said = declared("openai", standin.url("openai"))
    bench, worker = await world(shop(tmp_path, models=said, more="\nbudget: {ticket: 0.01 USD, day: 100 USD}\n"))
    asks = bench.desk.open_ticket(EMAIL, "Shipping", "Hello, do you ship to Austria?")["id"]
    async with worker():
        await bench.until(lambda: bench.with_people(asks), "a person")
    assert bench.row(asks).escalated == "failed:budget_ticket"
    assert standin.asked == []


async def test_contents_that_stay_are_not_sent_whatever_the_worker_was_given(
    standin: ModelStandIn, world: Any, tmp_path: Path
) -> None:
    """The checker proves it of a project; the models of this worker are not those of the project that was checked."""
    bench, _ = await world(on_premises(tmp_path))
    cloud = hosted("openai", standin.url("openai"), capabilities=Capabilities(tools=True, schema=True))
    asks = bench.desk.open_ticket(EMAIL, "Shipping", "Hello, do you ship to Austria?")["id"]
    async with bench.work(model=lambda plan, job: Chain([Link(cloud)]), library=OneArticle()):
        await bench.until(lambda: bench.with_people(asks), "a person")
    await cloud.close()
    assert bench.row(asks).escalated == "failed:leaves_premises"
    assert standin.asked == []


TWO = """
steps:
  - ask: details
    fields:
      order: {order_number: true, ask: "Which order?"}
      phone: {phone: true, ask: "Which number may we call?"}
  - reply: "We call {{ details.phone }} about {{ details.order }}."
  - close: solved
guardrails: [customer-facing]
"""


async def test_several_messages_at_once_are_read_with_one_call(
    standin: ModelStandIn, world: Any, tmp_path: Path
) -> None:
    """What they say, and with which of them it was said, stands in one answer; what comes after it is heard next."""
    root = made.project(tmp_path, flow=TWO)
    file = root / "engine.yaml"
    ask = declared("openai", standin.url("openai")).replace("  answer: main\n  ask: main\n  route: main\n", "")
    file.write_text(
        file.read_text("utf-8").replace(_SAMPLE, ask + "  answer: local\n  ask: main\n  route: local\n"), "utf-8"
    )
    patterns = {"order": r"\b4\d{3}\b", "phone": r"\+\d{6,}"}

    def reads(asked: Asked) -> Says:
        said = asked.said.partition("<conversation>")[2]
        found = {name: re.search(patterns[name], said) for name in (asked.schema or {})["properties"]}
        return Says(data={
            name: {"value": one[0], "quote": one[0], "confidence": 0.9} if one else None for name, one in found.items()
        })  # fmt: skip

    standin.says(reads)
    bench, worker = await world(root)
    number = int(bench.desk.open_ticket(EMAIL, "Lamp", "My lamp is damaged")["id"])
    async with worker():
        await bench.until(lambda: bench.said(number), "the question")
    before = len(standin.asked)
    for text in ("I also attached a photo", "It is 4710", "you reach me", "at +49891234567", "Thank you very much"):
        bench.desk.customer_writes(number, text)
        await bench.pump()
    async with worker():
        await bench.until(lambda: bench.closed(number), "the close")
    assert bench.said(number)[-1] == "We call +49891234567 about 4710."
    assert [asked.said.count("<message") for asked in standin.asked[before:]] == [5]
    meanings = [row.meaning for row in bench.store.messages.of_ticket(bench.row(number).id) if row.kind == "message"]
    assert meanings[1:5] == ["done"] * 4
    assert meanings[5] == "thanks"
