"""While a lead decides, and after a write."""

import asyncio

import pytest

from tests.runtime.bench import Bench
from tests.runtime.meanwhile.around import (
    FLOW,
    LATER,
    approvals,
    approving,
    meanings,
    refunds,
    until_heard,
    work,
)


async def test_withdraws_stops_and_closes(bench: Bench) -> None:
    async with work(bench):
        ticket, approval = await approving(bench)
        bench.desk.customer_writes(ticket, "Never mind, forget it")
        await bench.until(lambda: bench.closed(ticket), "the close")
        assert (await bench.decide(approval)).status_code == 409
    assert (bench.row(ticket).outcome, approvals(bench, ticket), refunds(bench)) == ("withdrawn", ["withdrawn"], [])
    assert meanings(bench, ticket)[-1] == "withdraws"


async def test_corrects_asks_again(bench: Bench) -> None:
    """The other order, a new yes, a new decision; nothing for the first one."""
    async with work(bench):
        ticket, first = await approving(bench)
        bench.desk.customer_writes(ticket, "Sorry, I meant order 4512")
        await bench.until(lambda: any("order 4512" in said for said in bench.said(ticket)), "the question anew")
        assert (await bench.decide(first)).json()["error"] == "withdrawn"
        await asyncio.sleep(1.1)
        bench.desk.customer_writes(ticket, "Yes, please")
        [second] = await bench.until(bench.open_approvals, "the second approval")
        assert second.shown["arguments"]["order_id"] == "4512"
        await bench.decide(second)
        await bench.until(lambda: bench.closed(ticket), "the close")
    assert (refunds(bench), bench.row(ticket).outcome) == (["4512"], "solved")
    assert approvals(bench, ticket) == ["withdrawn", "used"]


async def test_adds_asks_for_the_yes_and_the_decision_anew(bench: Bench) -> None:
    async with work(bench):
        ticket, first = await approving(bench)
        bench.desk.customer_writes(ticket, "By the way, the box was open too")
        await bench.until(lambda: sum("Shall I" in said for said in bench.said(ticket)) == 2, "the question anew")
        assert (await bench.decide(first)).json()["error"] == "changed"
        await asyncio.sleep(1.1)
        bench.desk.customer_writes(ticket, "Yes, please")
        [second] = await bench.until(bench.open_approvals, "the second approval")
        assert (second.intent_id, second.version) == (first.intent_id, first.version + 1)
        await bench.decide(second)
        await bench.until(lambda: bench.closed(ticket), "the close")
    assert (refunds(bench), approvals(bench, ticket)) == (["4655"], ["superseded", "used"])


async def test_asks_is_answered_once_and_the_question_stands(bench: Bench) -> None:
    async with work(bench):
        ticket, approval = await approving(bench)
        bench.desk.customer_writes(ticket, "How long does a refund take?\n\nBest regards\nInés")
        await bench.until(lambda: any("5 to 7 business days" in said for said in bench.said(ticket)), "the answer")
        assert bench.open_approvals() == [approval]
        await bench.decide(approval)
        await bench.until(lambda: bench.closed(ticket), "the close")
    assert sum("5 to 7 business days" in said for said in bench.said(ticket)) == 1
    assert (refunds(bench), meanings(bench, ticket)[-1]) == (["4655"], "asks")


async def test_a_new_wish_waits_and_the_ticket_closes_after_it(bench: Bench) -> None:
    async with work(bench):
        ticket, approval = await approving(bench)
        bench.desk.customer_writes(ticket, "Also, where is my other order 4512? The lamp is damaged")
        await until_heard(bench, ticket, 3)
        assert meanings(bench, ticket)[-1] == "new_wish"
        assert bench.open_approvals() == [approval]
        await bench.decide(approval)
        await bench.until(lambda: any("order 4512" in said for said in bench.said(ticket)), "the second matter")
        assert refunds(bench) == ["4655"]
        assert bench.row(ticket).state == "open"
        await asyncio.sleep(1.1)
        bench.desk.customer_writes(ticket, "No, thanks")
        await bench.until(lambda: bench.closed(ticket), "the close")
    assert [wish.state for wish in bench.store.wishes.of_ticket(bench.row(ticket).id)] == ["taken"]
    assert refunds(bench) == ["4655"]


async def test_a_wish_that_no_flow_fits_goes_to_a_person(bench: Bench) -> None:
    async with work(bench):
        ticket, approval = await approving(bench)
        bench.desk.customer_writes(ticket, "And can you change my address?")
        await until_heard(bench, ticket, 3)
        await bench.decide(approval)
        await bench.until(lambda: bench.with_people(ticket), "people to have it")
    assert (bench.row(ticket).escalated, refunds(bench)) == ("unclear_wish", ["4655"])


async def test_thanks_changes_nothing(bench: Bench) -> None:
    async with work(bench):
        ticket, approval = await approving(bench)
        bench.desk.customer_writes(ticket, "Thank you very much")
        await until_heard(bench, ticket, 3)
        assert bench.open_approvals() == [approval]
        await bench.decide(approval)
        await bench.until(lambda: bench.closed(ticket), "the close")
    assert (refunds(bench), meanings(bench, ticket)[-1]) == (["4655"], "thanks")


async def test_what_is_unclear_goes_to_a_person(bench: Bench) -> None:
    async with work(bench):
        ticket, approval = await approving(bench)
        bench.desk.customer_writes(ticket, "The weather is nice")
        await bench.until(lambda: bench.with_people(ticket), "people to have it")
        assert (await bench.decide(approval)).json()["error"] == "withdrawn"
    assert (bench.row(ticket).escalated, refunds(bench)) == ("unclear_message", [])


@pytest.mark.parametrize("bench", [FLOW + "meanwhile: {asks: escalate}\n"], indirect=True)
async def test_a_flow_may_say_something_else(bench: Bench) -> None:
    async with work(bench):
        ticket, _ = await approving(bench)
        bench.desk.customer_writes(ticket, "How long does that take?")
        await bench.until(lambda: bench.with_people(ticket), "people to have it")
    assert (bench.row(ticket).escalated, refunds(bench)) == ("meanwhile:asks", [])


@pytest.mark.parametrize("bench", [LATER], indirect=True)
@pytest.mark.parametrize(("text", "reason"), [
    ("Never mind, forget it", "withdrawn_after_write"), ("Sorry, I meant order 4512", "corrected_after_write"),
])  # fmt: skip
async def test_after_a_write_they_go_to_a_person(bench: Bench, text: str, reason: str) -> None:
    """Also while the step waits for an event: what nobody waits for is not swallowed by the wait."""
    async with work(bench):
        ticket, approval = await approving(bench)
        await bench.decide(approval)
        await bench.until(lambda: any("on their way" in said for said in bench.said(ticket)), "the refund")
        bench.desk.customer_writes(ticket, text)
        await bench.until(lambda: bench.with_people(ticket), "people to have it")
    assert (bench.row(ticket).escalated, refunds(bench)) == (reason, ["4655"])
