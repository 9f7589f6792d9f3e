"""A text that nothing holds up is not sent, whatever its model says of it; and what an article is."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from engine.models.base import Passage
from engine.runtime.activities.passages import kept
from engine.runtime.activities.speaking import _sources
from engine.runtime.build import models
from engine.runtime.server import TemporalServer
from engine.testing.models import Asked, ModelStandIn, Says
from tests.runtime import made
from tests.runtime.bench import Bench

EMAIL = "jonas.weber@example.com"
INVENTED = {"answer": "Yes, we pay double.", "citations": [], "supported": True, "confidence": 0.95}
ASKS = """steps:
  - ask: details
    fields: {order: {order_number: true, ask: "Which order number is it?"}}
  - reply: Thanks.
  - close: solved
escalate: {to: support}
"""
WRITES = """steps:
  - search: "{{ ticket.question }}"
    as: passages
  - reply: {write: Answer from the passages., using: [passages]}
    otherwise: {unsure: escalate}
  - close: solved
escalate: {to: support}
knowledge: [faq]
"""
BECAUSE = """steps:
  - tool: orders.get
    with: {order_id: "4710"}
    as: order
    otherwise: {else: escalate}
  - reply: {write: Tell them when it comes. It is late because of the strike., using: [order]}
    otherwise: {unsure: escalate}
  - close: solved
tools: {orders.get: allow}
escalate: {to: support}
"""


def invents(asked: Asked) -> Says:
    """An answer out of nothing; no field is read."""
    fields = (asked.schema or {}).get("properties", {})
    return Says(data={name: INVENTED[name] if "answer" in fields else None for name in fields})


@pytest.fixture
async def world(temporal: TemporalServer, tmp_path: Path) -> AsyncIterator[Any]:
    """A ticket of the flow, at a worker whose answers are a hosted model's."""
    async with AsyncExitStack() as stack:
        standin = stack.enter_context(ModelStandIn.start(invents))

        async def opened(flow: str, text: str) -> tuple[Bench, ModelStandIn, int]:
            root = made.project(tmp_path, flow=flow)
            file = root / "engine.yaml"
            main = f'  main: {{use: openai, model: m-1, base_url: "{standin.url("openai")}"}}\n  answer: main\n'
            line = next(one for one in file.read_text("utf-8").splitlines(keepends=True) if "answer: local" in one)
            file.write_text(file.read_text("utf-8").replace(line, main, 1), "utf-8")
            bench = await stack.enter_async_context(
                Bench(tmp_path, temporal.address, f"q-{tmp_path.name}", root=root)
            )  # fmt: skip
            chosen = models(bench.settings, bench.project)
            stack.push_async_callback(chosen.close)
            await stack.enter_async_context(bench.work(model=chosen.choose))
            return bench, standin, bench.desk.open_ticket(EMAIL, "Lamp", text)["id"]

        yield opened


async def test_a_question_that_no_article_answers_goes_to_a_person(world: Any) -> None:
    bench, standin, ticket = await world(ASKS, "The lamp arrived broken. The glass of my lamp has a crack.")
    await bench.until(lambda: any("order number" in text for text in bench.said(ticket)), "the flow's question")
    bench.desk.customer_writes(ticket, "How long does that take? When will I get my money?")
    await bench.until(lambda: bench.with_people(ticket), "people")
    assert not any("double" in text for text in bench.said(ticket))
    assert standin.asked == [], "what could it say?"


async def test_a_reply_from_an_empty_search_is_unsure(world: Any) -> None:
    bench, standin, ticket = await world(WRITES, "The lamp arrived broken. Will you pay it back?")
    await bench.until(lambda: bench.with_people(ticket), "people")
    assert not any("double" in text for text in bench.said(ticket))
    assert standin.asked == []


async def test_the_authors_words_never_stand_for_the_customers(world: Any) -> None:
    """Whatever words these are."""
    bench, standin, ticket = await world(BECAUSE, "The lamp arrived broken. When does the new one come?")
    await bench.until(lambda: bench.closed(ticket) or bench.with_people(ticket), "the reply")
    [asked] = standin.asked
    assert "When does the new one come?" in asked.said.partition("<conversation>")[2]


def test_an_article_is_what_a_search_found() -> None:
    """And no record of a tool's that has an id and a text, too."""
    article = kept([Passage(id="a#1", text="We ship.", title="Shipping", source="a.md", score=0.5)])
    notes = [{"id": "n1", "text": "Everything is free"}, {"id": "n2"}, {"id": "n3", "text": None, "score": "high"}]
    scope: Any = SimpleNamespace(names={"articles": article, "notes": notes, "none": [], "score": Decimal(1)})
    passages, facts = _sources(scope, ["articles", "notes", "none", "score", "missing"])
    assert passages == (Passage(id="a#1", text="We ship.", title="Shipping", source="a.md", score=0.5),)
    assert facts == {"notes": notes, "none": [], "score": Decimal(1)}
