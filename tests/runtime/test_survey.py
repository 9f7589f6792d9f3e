"""`survey`: asked once after a solved close, answered without a word to the flow, and no answer changes nothing."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from engine.runtime.server import TemporalServer
from engine.runtime.watchdog import Watchdog
from engine.store.surveys import Survey
from tests.runtime import made
from tests.runtime.bench import Bench

FLOW = """
survey: csat
steps:
  - reply: "Your lamp is on its way."
  - close: %s
"""
ASKED = "How content are you"


@pytest.fixture
async def bench(temporal: TemporalServer, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Bench]:
    root = made.project(tmp_path, flow=FLOW % getattr(request, "param", "solved"))
    async with Bench(tmp_path, temporal.address, f"q-{tmp_path.name}", root=root) as running:
        yield running


def asked(bench: Bench, ticket: int) -> int:
    return sum(ASKED in text for text in bench.said(ticket))


def survey(bench: Bench, ticket: int) -> Survey:
    found = bench.store.surveys.of_ticket(bench.row(ticket).id)
    assert found is not None
    return found


async def solved(bench: Bench) -> int:
    """A ticket that is solved, and its customer asked how it was."""
    ticket = int(bench.desk.open_ticket("jonas.weber@example.com", "Lamp", "My lamp is damaged")["id"])
    await bench.until(lambda: bench.closed(ticket) and asked(bench, ticket), "the question")
    await asyncio.sleep(1.1)  # the platform's clock has seconds, and an answer comes after its question
    return ticket


async def look(bench: Bench) -> None:
    """One round of the watchdog."""
    dog = Watchdog(bench.store, bench.service.channels, sla=timedelta(minutes=15), team="support")
    await dog.look()


async def test_the_mark_is_kept_and_nothing_reopens(bench: Bench) -> None:
    bench.duplicate = 3
    async with bench.work():
        ticket = await solved(bench)
        bench.desk.customer_writes(ticket, "4, thank you!")
        assert bench.desk.ticket(ticket)["status"] == "open", "so the platform does it"
        await bench.until(lambda: survey(bench, ticket).answers, "the answer")
        await bench.until(lambda: len(bench.desk.deliveries(bench.seen)) == 0, "all webhooks")
        await look(bench)
        await look(bench)
    row = bench.row(ticket)
    assert (row.state, row.outcome, row.epoch) == ("closed", "solved", 1)
    assert [mark for _, mark in survey(bench, ticket).answers] == [4]
    assert bench.desk.ticket(ticket)["status"] == "solved"
    assert (asked(bench, ticket), len(bench.said(ticket))) == (1, 2)


async def test_a_customer_who_says_more_is_heard(bench: Bench) -> None:
    async with bench.work():
        ticket = await solved(bench)
        bench.desk.customer_writes(ticket, "2, the new lamp is damaged too")
        await bench.until(lambda: bench.row(ticket).epoch == 2 and bench.closed(ticket), "the second close")
    assert [mark for _, mark in survey(bench, ticket).answers] == [2]
    assert asked(bench, ticket) == 1, "a ticket is asked once"
    assert bench.said(ticket).count("Your lamp is on its way.") == 2


async def test_a_number_long_after_is_a_message(bench: Bench) -> None:
    """As every text is on a ticket that nobody asked about."""
    async with bench.work():
        ticket = await solved(bench)
        bench.clock.shift = timedelta(days=31)
        bench.desk.customer_writes(ticket, "5")
        await bench.until(lambda: bench.row(ticket).epoch == 2, "the next matter")
    assert survey(bench, ticket).answers == ()


async def test_a_silent_customer_changes_nothing(bench: Bench) -> None:
    async with bench.work():
        ticket = await solved(bench)
        before = bench.row(ticket)
        await look(bench)
    assert bench.row(ticket) == before
    assert survey(bench, ticket).answers == ()


@pytest.mark.parametrize("bench", ["denied"], indirect=True)
async def test_who_got_a_no_is_not_asked(bench: Bench) -> None:
    ticket = int(bench.desk.open_ticket("jonas.weber@example.com", "Lamp", "My lamp is damaged")["id"])
    async with bench.work():
        await bench.until(lambda: bench.closed(ticket), "the close")
        bench.desk.customer_writes(ticket, "5")
        await bench.until(lambda: bench.row(ticket).epoch == 2 and bench.closed(ticket), "the next close")
    assert asked(bench, ticket) == 0
    assert bench.store.surveys.of_ticket(bench.row(ticket).id) is None


async def test_an_answer_that_was_cut_asks_once(bench: Bench) -> None:
    """The platform has the question, and its answer to that is lost: it is looked for, and found."""
    ticket = int(bench.desk.open_ticket("jonas.weber@example.com", "Lamp", "My lamp is damaged")["id"])
    async with bench.work(sending=timedelta(seconds=2)):
        await bench.until(lambda: bench.said(ticket), "the reply")
        await bench.until(lambda: bench.row(ticket).state == "closed", "the close")
        bench.desk.fault("/api/v2/tickets/*", method="PUT", kind="drop_after_work")
        await bench.until(lambda: asked(bench, ticket), "the question")
        await bench.until(lambda: survey(bench, ticket).asked.was_sent, "the question to be found")
    assert asked(bench, ticket) == 1
