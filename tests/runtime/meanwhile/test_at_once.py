"""At the same moment as what the step waits for: a yes, an answer, a decision, the call itself."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from engine.store import Arrival
from tests.runtime.bench import Bench
from tests.runtime.meanwhile.around import (
    approvals,
    approving,
    confirming,
    heard,
    meanings,
    refunds,
    silently,
    work,
    write,
)


async def test_a_withdrawal_and_the_leads_yes_at_once(bench: Bench) -> None:
    """Both are in the store before anybody looks: the customer's word is heard before the call."""
    async with work(bench):
        ticket, approval = await approving(bench)
    assert (await bench.decide(approval)).status_code == 200
    await silently(bench, ticket, "Never mind, forget it")
    async with work(bench):
        await bench.until(lambda: bench.closed(ticket), "the close")
    assert (bench.row(ticket).outcome, refunds(bench), approvals(bench, ticket)) == ("withdrawn", [], ["withdrawn"])


@pytest.mark.parametrize(("text", "paid"), [
    ("Never mind, forget it", []), ("Sorry, I meant order 4512", []), ("The weather is nice", []),
    ("Thank you very much", ["4655"]), ("How long does a refund take?", ["4655"]),
])  # fmt: skip
async def test_a_message_in_the_last_moment_before_the_call(bench: Bench, text: str, paid: list[str]) -> None:
    """After the last look of the workflow, and before the transaction that begins the call."""
    begin = bench.store.intents.begin
    late: list[object] = []

    def beginning(*given: Any, **more: Any) -> Any:
        if not late:
            row = bench.store.tickets.listing()[0]
            late.append(bench.store.messages.ingest(
                row.channel, row.external_id, [Arrival(content_id="late", author_id=row.requester["id"], text=text)],
                subject=None, requester=row.requester, owner="support", sla=timedelta(minutes=15),
            ))  # fmt: skip
        return begin(*given, **more)

    bench.store.intents.begin = beginning  # type: ignore[method-assign]
    async with work(bench):
        ticket, approval = await approving(bench)
        await bench.decide(approval)
        ended: Callable[[], bool] = lambda: (  # noqa: E731
            bench.closed(ticket) or bench.with_people(ticket) or any("order 4512" in s for s in bench.said(ticket))
        )
        await bench.until(ended, "what follows")
    assert refunds(bench) == paid
    assert len(heard(bench, ticket)) == 3
    assert all(by for by, _ in heard(bench, ticket))


async def test_yes_and_then_a_withdrawal(bench: Bench) -> None:
    async with work(bench):
        ticket = await confirming(bench)
    await silently(bench, ticket, "Yes, please", "Never mind, forget it")
    async with work(bench):
        await bench.until(lambda: bench.closed(ticket), "the close")
    assert (bench.row(ticket).outcome, refunds(bench), bench.open_approvals()) == ("withdrawn", [], [])


async def test_yes_and_then_a_question(bench: Bench) -> None:
    """The question is answered, and the yes is asked for once more: it was no unqualified one."""
    async with work(bench):
        ticket = await confirming(bench)
    await silently(bench, ticket, "Yes, please", "How long does a refund take?")
    async with work(bench):
        await bench.until(lambda: sum("Shall I" in said for said in bench.said(ticket)) == 2, "the question anew")
        assert sum("5 to 7 business days" in said for said in bench.said(ticket)) == 1
        await asyncio.sleep(1.1)
        bench.desk.customer_writes(ticket, "Yes, please")
        await bench.until(bench.open_approvals, "the approval")


async def test_a_question_and_then_yes(bench: Bench) -> None:
    async with work(bench):
        ticket = await confirming(bench)
    await silently(bench, ticket, "How long does a refund take?", "Yes, please")
    async with work(bench):
        await bench.until(bench.open_approvals, "the approval")
    assert sum("5 to 7 business days" in said for said in bench.said(ticket)) == 1
    assert meanings(bench, ticket)[1:] == ["asks", "given"]


async def test_the_answer_and_then_a_withdrawal(bench: Bench) -> None:
    """Two messages at once to a step that asks: the first is the answer, the second is not lost."""
    async with work(bench):
        ticket = write(bench, "My lamp is damaged, I want a refund please. My postcode is 28013.")
        await bench.until(lambda: any("Which order" in said for said in bench.said(ticket)), "the question")
    await silently(bench, ticket, "4655", "Never mind, forget it")
    async with work(bench):
        await bench.until(lambda: bench.closed(ticket), "the close")
    assert (bench.row(ticket).outcome, refunds(bench)) == ("withdrawn", [])
    assert meanings(bench, ticket)[1:] == ["done", "withdraws"]


async def test_a_question_and_then_the_answer(bench: Bench) -> None:
    async with work(bench):
        ticket = write(bench, "My lamp is damaged, I want a refund please. My postcode is 28013.")
        await bench.until(lambda: any("Which order" in said for said in bench.said(ticket)), "the question")
    await silently(bench, ticket, "How long does a refund take?", "4655")
    async with work(bench):
        await bench.until(lambda: any("Shall I" in said for said in bench.said(ticket)), "the question for a yes")
    assert sum("5 to 7 business days" in said for said in bench.said(ticket)) == 1
    assert sum("Which order" in said for said in bench.said(ticket)) == 1
    assert meanings(bench, ticket)[1:] == ["asks", "done"]


async def test_an_answer_in_two_messages_is_one_turn(bench: Bench) -> None:
    async with work(bench):
        ticket = write(bench, "My lamp is damaged, I want a refund please. My postcode is 28013.")
        await bench.until(lambda: any("Which order" in said for said in bench.said(ticket)), "the question")
    await silently(bench, ticket, "Hm, let me see", "4655")
    async with work(bench):
        await bench.until(lambda: any("Shall I" in said for said in bench.said(ticket)), "the question for a yes")
    assert meanings(bench, ticket)[1:] == ["done", "done"]


async def test_a_second_message_right_behind_the_first(bench: Bench) -> None:
    """It comes after routing and before the flow reads the conversation: taken up once, there, and asked for never."""
    lower = bench.store.tickets.lower_mode
    late: list[object] = []

    def lowering(ticket_id: str, mode: Any) -> Any:
        row = bench.store.tickets.get(ticket_id)
        if not late and row.flow == "damage":
            late.append(bench.store.messages.ingest(
                row.channel, row.external_id,
                [Arrival(content_id="late", author_id=row.requester["id"],
                         text="It is order 4655 and my postcode is 28013")],
                subject=None, requester=row.requester, owner="support", sla=timedelta(minutes=15),
            ))  # fmt: skip
        return lower(ticket_id, mode)

    bench.store.tickets.lower_mode = lowering  # type: ignore[method-assign]
    async with work(bench):
        ticket = await confirming(bench, "My lamp is damaged, I want a refund please.")
        bench.desk.customer_writes(ticket, "Yes, please")
        await bench.until(bench.open_approvals, "the approval")
    assert bench.row(ticket).escalated is None
    assert len(bench.said(ticket)) == 1
    assert all(by for by, _ in heard(bench, ticket))
