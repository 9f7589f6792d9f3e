"""Where a ticket goes, through real tickets: rules before words, each wish of a message in turn, a changed mind."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from engine.runtime.server import TemporalServer
from tests.runtime import made
from tests.runtime.bench import Bench

TRACKING = """flow: tracking
title: Where is it?
owner: support
about: The customer wants to know where a parcel is or when it comes.
start:
  examples: [Where is my order 4821?, When will my parcel arrive?, My package has not come yet]
steps:
  - reply: Your parcel is on its way.
  - close: solved
guardrails: [customer-facing]
"""
MONEY = """flow: money
title: Money back
owner: support
about: The customer wants money back for an order that they paid for.
start:
  examples: [I want a refund for order 4821, You charged me twice, Please give me my money back]
  tags: [money]
steps:
  - ask: sure
    fields: {ok: {yes_no: true, ask: "Shall I send the money back?"}}
  - reply: The money is on its way.
  - close: solved
silence: {within: 5d, otherwise: close}
guardrails: [customer-facing]
"""


@pytest.fixture
async def bench(temporal: TemporalServer, tmp_path: Path) -> AsyncIterator[Bench]:
    root = made.project(tmp_path, flow="steps:\n  - close: solved\nguardrails: [customer-facing]\n")
    for name, flow in (("tracking", TRACKING), ("money", MONEY)):
        (root / "flows" / f"{name}.yaml").write_text(flow, encoding="utf-8")
    async with Bench(tmp_path, temporal.address, f"q-{tmp_path.name}", root=root) as running:
        yield running


def write(bench: Bench, text: str, *tags: str) -> int:
    return int(bench.desk.open_ticket("ines.garcia@example.com", "Hello", text, tags=tags)["id"])


async def test_a_tag_decides_before_the_text_does(bench: Bench) -> None:
    async with bench.work():
        ticket = write(bench, "Where is my order 4821?", "money", "vip")
        await bench.until(lambda: bench.said(ticket), "the first words")
    assert bench.said(ticket) == ["Shall I send the money back?"]


async def test_two_wishes_of_one_message_are_handled_in_turn(bench: Bench) -> None:
    async with bench.work():
        ticket = write(bench, "Where is my order 4821? And please give me my money back for the other one.")
        await bench.until(lambda: len(bench.said(ticket)) == 2, "both matters")
        assert bench.said(ticket) == ["Your parcel is on its way.", "Shall I send the money back?"]
        assert [(w.state, w.begins) for w in bench.store.wishes.of_ticket(bench.row(ticket).id)] == [("taken", 24)]
        bench.desk.customer_writes(ticket, "Yes, please")
        await bench.until(lambda: bench.closed(ticket), "the close")
    assert bench.said(ticket)[-1] == "The money is on its way."


async def test_who_changes_their_mind_is_followed(bench: Bench) -> None:
    async with bench.work():
        ticket = write(bench, "I want a refund for order 4821")
        await bench.until(lambda: bench.said(ticket), "the question")
        bench.desk.customer_writes(ticket, "No, forget the refund, tell me instead where my parcel is")
        await bench.until(lambda: bench.closed(ticket), "the close")
    assert bench.said(ticket) == ["Shall I send the money back?", "Your parcel is on its way."]
    assert bench.row(ticket).category == "tracking"


async def test_a_mind_that_changes_for_ever_gets_a_person(bench: Bench) -> None:
    async with bench.work():
        ticket = write(bench, "I want a refund for order 4821")
        for count in range(1, 7):
            await bench.until(lambda count=count: len(bench.said(ticket)) == count, "the question anew")  # type: ignore[misc]
            bench.desk.customer_writes(
                ticket, f"Actually I changed my mind, {count} times, I want my money back instead"
            )
        await bench.until(lambda: bench.with_people(ticket), "people to have it")
    assert bench.row(ticket).escalated == "too_many_transfers"


async def test_a_wish_that_nobody_understands_gets_a_person_behind_the_clear_one(bench: Bench) -> None:
    async with bench.work():
        text = "Where is my order 4821? Please send me the invoice for order 4900."
        ticket = write(bench, text)
        await bench.until(lambda: bench.with_people(ticket), "people to have it")
    assert bench.said(ticket)[0] == "Your parcel is on its way."
    assert bench.row(ticket).escalated == "unclear_wish"
