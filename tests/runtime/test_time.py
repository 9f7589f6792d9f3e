"""Days that pass: the workflow's own timers wake it, on a real server whose time is skipped; nobody rings."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from engine.runtime.ring import workflow_id
from engine.runtime.server import TemporalServer
from tests.runtime.bench import Bench

HOUR = timedelta(hours=1)


class Days:
    """A bench whose clocks go forward together: the database's and that of one ticket's workflow."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self._skipper = TimeSkipper(bench.client, config=TimeSkippingConfig(enabled=False))

    async def go(self, ticket: int, wait: timedelta) -> None:
        """Lets time pass."""
        self.bench.clock.shift += wait
        handle = self.bench.client.get_workflow_handle(workflow_id(self.bench.row(ticket)))
        await self._skipper.fast_forward(handle, wait)

    async def until(self, ticket: int, instant: datetime) -> None:
        """To just past an instant of the database."""
        await self.go(ticket, instant - self.bench.store.now() + timedelta(seconds=2))


@pytest.fixture
async def days(temporal: TemporalServer, tmp_path: Path) -> AsyncIterator[Days]:
    async with Bench(tmp_path, temporal.address, f"q-{tmp_path.name}") as made:
        yield Days(made)


def reminders(bench: Bench, ticket: int) -> list[str]:
    notes = [comment["body"] for comment in bench.desk.comments(ticket) if not comment["public"]]
    return [note for note in notes if note.startswith("Reminder")]


async def test_silent_approvers_are_reminded_once_and_then_people_take_over(days: Days) -> None:
    bench = days.bench
    async with bench.work():
        ticket = bench.refund_ticket()
        [approval] = await bench.until(bench.open_approvals, "the approval")
        assert approval.remind_at
        for number, remind in enumerate(approval.remind_at, 1):
            await days.until(ticket, remind)
            await bench.until(lambda n=number: len(reminders(bench, ticket)) == n, "a reminder")  # type: ignore[misc]
        assert bench.open_approvals(), "a reminder decides nothing"
        await days.until(ticket, approval.expires_at)
        await bench.until(lambda: bench.with_people(ticket), "people to have it")
        assert (await bench.decide(approval)).json()["error"] == "expired"
    row = bench.row(ticket)
    assert (row.state, row.escalated, row.awaiting_team) == ("handed_off", "late", row.owner)
    assert bench.shop.refunds("4710") == []
    assert {intent.state for intent in bench.store.intents.of_ticket(row.id)} == {"withdrawn"}


async def test_a_silent_customer_is_reminded_once_and_the_ticket_closes_unsolved(days: Days) -> None:
    bench = days.bench
    async with bench.work():
        ticket = bench.refund_ticket()
        bench.answers = []
        await bench.until(lambda: len(bench.said(ticket)) == 1, "the question")
        await days.go(ticket, 25 * HOUR)
        await bench.until(lambda: len(bench.said(ticket)) == 2, "the reminder")
        assert bench.row(ticket).state == "open"
        await days.go(ticket, 5 * 24 * HOUR)
        await bench.until(lambda: bench.row(ticket).state == "closed", "the close")
    row = bench.row(ticket)
    assert row.outcome == "silent", "silence never counts as solved"
    assert bench.shop.refunds("4710") == []
    assert {intent.state for intent in bench.store.intents.of_ticket(row.id)} == {"withdrawn"}


async def test_an_answer_that_came_in_time_counts_though_no_worker_ran_at_the_deadline(days: Days) -> None:
    bench = days.bench
    async with bench.work():
        ticket = await asked(bench)
    bench.desk.customer_writes(ticket, "Yes, please")
    await bench.until(lambda: bench.row(ticket).last_seq == 2, "the message to be stored")
    bench.clock.shift += 6 * 24 * HOUR
    async with bench.work():
        [approval] = await bench.until(bench.open_approvals, "the approval")
        assert bench.shop.refunds("4710") == []
        assert (await bench.decide(approval)).status_code == 200
        await bench.until(lambda: bench.closed(ticket), "the close")
    assert [row["amount"] for row in bench.shop.refunds("4710")] == [12900]


async def test_a_yes_whose_author_was_known_too_long_ago_goes_to_a_person(days: Days) -> None:
    """They may wait for so long only if the flow lets them; here the approvers do."""
    bench = days.bench
    async with bench.work():
        ticket = await asked(bench)
        bench.desk.customer_writes(ticket, "Yes, please")
        [approval] = await bench.until(bench.open_approvals, "the approval")
        assert (await bench.decide(approval)).status_code == 200
    bench.clock.shift += 15 * 24 * HOUR
    async with bench.work():
        await bench.until(lambda: bench.with_people(ticket), "people to have it")
    assert bench.shop.refunds("4710") == []


async def asked(bench: Bench) -> int:
    """A ticket that waits for the customer's yes, and a clock that has gone on since: the platform's has seconds."""
    ticket = bench.refund_ticket()
    bench.answers = []
    await bench.until(lambda: len(bench.said(ticket)) == 1, "the question")
    await asyncio.sleep(1.1)
    return ticket
