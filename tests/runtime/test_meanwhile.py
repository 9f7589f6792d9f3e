"""What a customer writes that no step waits for: each meaning does what it says, once, also at the same moment as what
the step waits for. Through real tickets."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.knowledge.base import Passage
from engine.runtime.server import TemporalServer
from engine.runtime.worker import make_worker
from engine.store import Arrival
from tests.runtime import bench as benches
from tests.runtime import made
from tests.runtime.bench import Bench

ARTICLE = Passage(
    id="p1", text="A refund takes 5 to 7 business days until you see it on your account.", title="Refunds",
    heading="How long does a refund take?", source="refunds.md", collection="policies", language="en", score=0.9,
)  # fmt: skip
TOOLS = """
tools:
  customers.match: allow
  orders.get: {only_if: [result.customer_id == customer.id]}
  payments.refund:
    only_if: [order.customer_id == customer.id, 0 < amount <= order.total - order.refunded]
    limit: [1 per order_id]
    confirm: "I will refund {{ amount | money }} for order {{ order_id }}. Shall I? Please answer yes or no."
    approve: [{by: billing-leads, within: 2d, otherwise: escalate}]
"""
STEPS = """
steps:
  - verify: [{by: customers.match, with: [email, postcode]}]
    otherwise: escalate
  - ask: details
    fields: {order: {one_of: customer.orders, show: "{{ order.number }}", ask: "Which order is this about?"}}
  - tool: orders.get
    with: {order_id: "{{ details.order.id }}"}
    as: order
    otherwise: escalate
  - tool: payments.refund
    with: {order_id: "{{ order.id }}", amount: "{{ order.total - order.refunded }}"}
    as: refund
    otherwise: {declined: [{close: withdrawn}], else: escalate}
  - reply: "{{ refund.amount | money }} are on their way."
AFTER
  - close: solved
knowledge: [policies]
guardrails: [customer-facing]
"""
FLOW = TOOLS + STEPS.replace("AFTER\n", "")
LATER = TOOLS + STEPS.replace("AFTER", "  - wait: [{event: parcel.delivered}, {time: 3d}]")
FIRST = "My lamp is damaged, I want a refund for order 4655 please. My postcode is 28013."


class Library:
    """Knows one article."""

    async def asearch(self, query: str, **how: Any) -> list[Passage]:
        return [ARTICLE]


def work(bench: Bench) -> Any:
    context = benches.light_context(bench.settings, bench.project, bench.store)
    context.library = Library()
    return make_worker(bench.client, context, task_queue=bench.queue)


@pytest.fixture
async def bench(temporal: TemporalServer, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Bench]:
    root = made.project(tmp_path, flow=getattr(request, "param", FLOW))
    async with Bench(tmp_path, temporal.address, f"q-{tmp_path.name}", root=root) as running:
        yield running


def write(bench: Bench, text: str = FIRST) -> int:
    return int(bench.desk.open_ticket("ines.garcia@example.com", "Lamp", text)["id"])


async def confirming(bench: Bench, text: str = FIRST) -> int:
    """A ticket whose customer was asked for a yes."""
    ticket = write(bench, text)
    await bench.until(lambda: any("Shall I" in said for said in bench.said(ticket)), "the question for a yes")
    await asyncio.sleep(1.1)  # the platform's clock has seconds, and a yes comes after its question
    return ticket


async def approving(bench: Bench) -> tuple[int, Any]:
    """A ticket that waits for a lead."""
    ticket = await confirming(bench)
    bench.desk.customer_writes(ticket, "Yes, please")
    [approval] = await bench.until(bench.open_approvals, "the approval")
    return ticket, approval


def heard(bench: Bench, ticket: int) -> list[tuple[str | None, str | None]]:
    """Which step took each message of the customer's, and as what: a message that two took would be in neither."""
    rows = bench.store.messages.of_ticket(bench.row(ticket).id)
    return [(m.handled_by, m.meaning) for m in rows if m.kind == "message" and m.author_role == "customer"]


def refunds(bench: Bench) -> list[str]:
    return [number for number in ("4655", "4512") for _ in bench.shop.refunds(number)]


def approvals(bench: Bench, ticket: int) -> list[str]:
    return [row.state for row in bench.store.approvals.of_ticket(bench.row(ticket).id)]


def meanings(bench: Bench, ticket: int) -> list[str | None]:
    return [meaning for _, meaning in heard(bench, ticket)]


async def until_heard(bench: Bench, ticket: int, count: int) -> None:
    await bench.until(
        lambda: len(heard(bench, ticket)) == count and all(by for by, _ in heard(bench, ticket)), "all to be heard"
    )


# while a lead decides


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


# after a write


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


# at the same moment


async def silently(bench: Bench, ticket: int, *texts: str) -> None:
    """The customer's messages, in the store and unheard."""
    for text in texts:
        bench.desk.customer_writes(ticket, text)
        await asyncio.sleep(0)
    await take_in(bench)


async def take_in(bench: Bench) -> None:
    for one in bench.desk.deliveries(bench.seen):
        bench.seen = max(bench.seen, one.seq)
        assert (await bench.post(one.headers, one.body)).status_code == 200


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


EVENTS = """
steps:
  - wait:
      - event: parcel.delivered
        where: {order: "4655"}
        then: [{reply: "It is there."}]
      - time: 3d
  - close: solved
guardrails: [customer-facing]
"""


def delivered(bench: Bench, ticket: int, name: str, *texts: str, order: str = "4655", first: bool = True) -> None:
    """The event and the customer's words, in one delivery."""
    row = bench.row(ticket)
    event = Arrival(
        content_id=name, kind="event", event="parcel.delivered", author_role="system", data={"order": order}
    )
    said = [Arrival(content_id=f"{name}-{n}", author_id=row.requester["id"], text=text) for n, text in enumerate(texts)]
    bench.store.messages.ingest(
        "zendesk", str(ticket), [event, *said] if first else [*said, event], subject=None, requester=row.requester,
        owner="support", sla=timedelta(minutes=15),
    )  # fmt: skip
    bench.store.tickets.ring(row.id)


async def waiting(bench: Bench) -> int:
    ticket = write(bench, "My lamp is damaged")
    await bench.until(bench.store.tickets.listing, "the ticket")
    [node] = [node.id for node in bench.project.plans["damage"].nodes.values() if node.kind == "wait"]
    place, row = f"wait:damage/{node}", bench.row(ticket)
    await bench.until(lambda: bench.store.values.named(row.id, 1, place) is not None, "the wait")
    return ticket


@pytest.mark.parametrize("bench", [EVENTS], indirect=True)
@pytest.mark.parametrize(("first", "said", "outcome"), [
    (True, ["It is there."], "withdrawn"), (False, [], "withdrawn"),
])  # fmt: skip
async def test_an_event_and_a_withdrawal_at_once(bench: Bench, first: bool, said: list[str], outcome: str) -> None:
    """In the order in which they came, and neither is lost."""
    async with work(bench):
        ticket = await waiting(bench)
    delivered(bench, ticket, "e-1", "Never mind, forget it", first=first)
    async with work(bench):
        await bench.until(lambda: bench.closed(ticket), "the close")
    assert (bench.said(ticket), bench.row(ticket).outcome) == (said, outcome)
    assert meanings(bench, ticket)[-1] == "withdraws"


@pytest.mark.parametrize("bench", [EVENTS], indirect=True)
async def test_an_event_of_another_order_is_not_waited_for(bench: Bench) -> None:
    async with work(bench):
        ticket = await waiting(bench)
        delivered(bench, ticket, "e-1", "Thank you very much", order="4512")
        await until_heard(bench, ticket, 2)
        assert bench.said(ticket) == []
        delivered(bench, ticket, "e-2")
        await bench.until(lambda: bench.closed(ticket), "the close")
    assert bench.said(ticket) == ["It is there."]


TEAM = """
steps:
  - ask: verdict
    of: billing-leads
    within: 1d
    fields: {fine: {yes_no: true}}
  - reply: "The team has looked at it."
  - close: solved
guardrails: [customer-facing]
"""


@pytest.mark.parametrize("bench", [TEAM], indirect=True)
async def test_a_teams_answer_and_a_withdrawal_at_once(bench: Bench) -> None:
    async with work(bench):
        ticket = write(bench, "My lamp is damaged")
        [row] = await bench.until(bench.store.questions.listing, "the question")
        await bench.until(lambda: bench.row(ticket).awaiting_team, "the wait")
    headers = {"Authorization": f"Bearer {bench.token}"}
    body = {"values": {"fine": True}}
    assert (await bench.http.post(f"/api/questions/{row.id}/answer", json=body, headers=headers)).status_code == 200
    await silently(bench, ticket, "Never mind, forget it")
    async with work(bench):
        await bench.until(lambda: bench.closed(ticket), "the close")
    assert (bench.row(ticket).outcome, bench.said(ticket)) == ("withdrawn", [])
    assert meanings(bench, ticket)[-1] == "withdraws"
    assert bench.store.questions.get(row.id).state == "answered"
