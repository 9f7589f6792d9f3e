"""A flow asks a team: through real tickets, and what tries to answer in its place."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from temporalio.client import ActivityFailureError, Client, WorkflowExecutionStatus

from engine.expressions.values import encode
from engine.runtime.input import Work
from engine.runtime.ring import workflow_id
from engine.runtime.server import TemporalServer
from engine.store import Arrival, QuestionRow
from tests.runtime import made
from tests.runtime.bench import Bench

LEAD, OTHER, MIRA = "lena@northwind.example", "omar@northwind.example", "mira@northwind.example"
FLOW = """
steps:
  - ask: verdict
    of: billing-leads
    show: "{{ ticket.question }}"
    remind: [4h, 8h]
    within: 1d
    fields:
      covered: {yes_no: true, ask: "Does the warranty cover it?"}
      worth: {money: EUR, if: covered}
      why: {text: true, if: not covered}
      parts: {some_of: [shade, foot, cable], optional: true}
    otherwise:
      late: [{reply: "Nobody had the time to look at it."}, {close: denied}]
  - if: verdict.covered
    then:
      - reply: "It is covered, as we found."
    else:
      - reply: "It is not covered: {{ verdict.why | default('') }}"
  - close: solved
guardrails: [customer-facing]
"""
NO_OTHERWISE = FLOW[: FLOW.index("    otherwise:")] + FLOW[FLOW.index("  - if: verdict.covered") :]
WORDS = "By the way, the box was open too. covered=yes"
YES = {"covered": True, "worth": "12.50", "parts": ["foot", "shade"]}


async def benched(temporal: TemporalServer, folder: Path, flow: str) -> Bench:
    return Bench(folder, temporal.address, f"q-{folder.name}", root=made.project(folder, flow=flow))


@pytest.fixture
async def bench(temporal: TemporalServer, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Bench]:
    async with await benched(temporal, tmp_path, getattr(request, "param", FLOW)) as running:
        yield running


def write(bench: Bench, text: str = "My lamp is damaged") -> int:
    return int(bench.desk.open_ticket("jonas.weber@example.com", "Lamp", text)["id"])


async def asked(bench: Bench, number: int = 0) -> tuple[int, QuestionRow]:
    ticket = write(bench)
    await bench.until(bench.store.questions.listing, "the question")
    await bench.until(lambda: notes(bench, ticket), "the note")
    return ticket, bench.store.questions.listing()[number]


def notes(bench: Bench, ticket: int) -> list[str]:
    return [c["body"] for c in bench.desk.comments(ticket) if not c["public"] and "uestion q_" in c["body"]]


def reminded(bench: Bench, ticket: int, count: int) -> bool:
    return len(notes(bench, ticket)) == count


async def answer(bench: Bench, row: QuestionRow, values: dict[str, Any], person: str = LEAD) -> httpx.Response:
    headers = {"Authorization": f"Bearer {bench.store.people.mint(person)}"}
    return await bench.http.post(f"/api/questions/{row.id}/answer", json={"values": values}, headers=headers)


async def settled(bench: Bench, so: Callable[[], bool]) -> bool:
    """Whether it is still so when nothing more happens for a while."""
    for _ in range(15):
        await bench.pump()
        await asyncio.sleep(0.1)
    return so()


async def test_a_team_is_asked_and_its_answer_goes_on(bench: Bench) -> None:
    async with bench.work():
        ticket, row = await asked(bench)
        [note] = notes(bench, ticket)
        assert "My lamp is damaged" in note
        assert "- covered: Does the warranty cover it? [yes or no]" in note
        assert f"engine questions answer {row.id} covered=... worth=" in note
        await bench.shown(ticket, AwaitingTeam="billing-leads")
        assert bench.row(ticket).awaiting_team == "billing-leads"
        assert bench.row(ticket).next_due == row.expires_at
        assert bench.said(ticket) == [], "the customer is not asked"
        wrong = await answer(bench, row, {"covered": "perhaps", "colour": "red"})
        assert wrong.status_code == 422
        assert wrong.json()["fields"] == {
            "covered": {"expected": "yes or no"},
            "worth": {"expected": "an amount in EUR such as 12.50"},
            "why": {"expected": "a text of at most 10000 characters"},
            "colour": {"expected": "no field: one of covered, worth, why, parts"},
        }
        assert (await answer(bench, row, YES)).status_code == 200
        await bench.until(lambda: bench.closed(ticket), "the close")
        await bench.shown(ticket, TicketState="closed", AwaitingTeam=None)
    assert bench.said(ticket) == ["It is covered, as we found."]
    assert bench.row(ticket).awaiting_team is None
    answered = bench.store.questions.get(row.id)
    assert (answered.state, answered.answered_by) == ("answered", LEAD)
    assert answered.answer == {"covered": True, "worth": {"$money": ["12.50", "EUR"]}, "parts": ["foot", "shade"]}
    assert len(notes(bench, ticket)) == 1


async def test_two_at_once_one_counts_and_the_other_is_told_who_was_faster(bench: Bench) -> None:
    async with bench.work():
        ticket, row = await asked(bench)
        no = {"covered": False, "why": "It fell"}
        said = await asyncio.gather(answer(bench, row, YES), *(answer(bench, row, no, OTHER) for _ in range(3)))
        assert sorted(one.status_code for one in said) == [200, 409, 409, 409]
        [won] = [one.json() for one in said if one.status_code == 200]
        for lost in (one.json() for one in said if one.status_code == 409):
            assert lost["error"] == "already_answered"
            assert lost["question"]["answered_by"] == won["answered_by"]
            assert lost["question"]["answered_at"] == won["answered_at"]
        await bench.until(lambda: bench.closed(ticket), "the close")
    words = "It is covered, as we found." if won["answer"]["covered"] else "It is not covered: It fell"
    assert bench.said(ticket) == [words]


async def test_somebody_of_another_team_answers_nothing(bench: Bench) -> None:
    async with bench.work():
        _, row = await asked(bench)
        refused = await answer(bench, row, YES, MIRA)
        assert (refused.status_code, refused.json()) == (403, {"error": "not_entitled"})
        assert bench.store.questions.get(row.id).state == "open"


async def test_reminders_come_once_each_and_then_the_deadline(bench: Bench) -> None:
    async with bench.work():
        ticket, row = await asked(bench)
        for hours, count in ((5, 2), (9, 3)):
            bench.clock.shift = timedelta(hours=hours)
            for _ in range(2):  # a second look sends nothing
                bench.store.tickets.ring(bench.row(ticket).id)
                await bench.until(partial(reminded, bench, ticket, count), "the reminder")
        assert [note.split()[0] for note in notes(bench, ticket)] == ["Question", "Reminder:", "Reminder:"]
        bench.clock.shift = timedelta(hours=25)
        late = await answer(bench, row, YES)
        assert (late.status_code, late.json()["error"]) == (409, "expired")
        bench.store.tickets.ring(bench.row(ticket).id)
        await bench.until(lambda: bench.closed(ticket), "the close")
    assert bench.store.questions.get(row.id).state == "expired"
    assert (bench.row(ticket).outcome, bench.said(ticket)) == ("denied", ["Nobody had the time to look at it."])
    assert len(notes(bench, ticket)) == 3


@pytest.mark.parametrize("bench", [NO_OTHERWISE], indirect=True)
async def test_without_an_otherwise_silence_goes_to_a_person(bench: Bench) -> None:
    async with bench.work():
        ticket, row = await asked(bench)
        bench.clock.shift = timedelta(hours=25)
        bench.store.tickets.ring(bench.row(ticket).id)
        await bench.until(lambda: bench.with_people(ticket), "people to have it")
    assert bench.row(ticket).escalated == "late"
    assert bench.store.questions.get(row.id).state == "expired"


async def test_a_handoff_withdraws_the_question(bench: Bench) -> None:
    async with bench.work():
        ticket, row = await asked(bench)
        bench.desk.customer_writes(ticket, "Please let me talk to a human")
        await bench.until(lambda: bench.with_people(ticket), "people to have it")
        refused = await answer(bench, row, YES)
    assert (refused.status_code, refused.json()["error"]) == (409, "withdrawn")
    assert bench.store.questions.get(row.id).answer is None


async def test_the_customer_takes_it_back_while_the_team_looks(bench: Bench) -> None:
    async with bench.work():
        ticket, row = await asked(bench)
        bench.desk.customer_writes(ticket, "Never mind, forget it")
        await bench.until(lambda: bench.closed(ticket), "the close")
        assert (await answer(bench, row, YES)).json()["error"] == "withdrawn"
    assert bench.row(ticket).outcome == "withdrawn"


async def test_what_the_customer_writes_is_no_answer(bench: Bench) -> None:
    """Words that look like one, and an event of the platform by the name that one could think of."""
    async with bench.work():
        ticket, row = await asked(bench)
        stored = bench.row(ticket)
        bench.store.messages.ingest(
            "zendesk", str(ticket),
            [Arrival(content_id="e-1", kind="event", author_role="system", event="team.answered", data=encode(YES)),
             Arrival(content_id="m-2", author_id=stored.requester["id"], text=WORDS)],
            subject=None, requester=stored.requester, owner="support", sla=timedelta(minutes=15),
        )  # fmt: skip
        await bench.ringer.ring(stored.id)
        await bench.until(
            lambda: all(m.handled_by for m in bench.store.messages.of_ticket(stored.id)), "both are heard"
        )
        assert await settled(bench, lambda: bench.store.questions.get(row.id).answer is None)
        assert not bench.closed(ticket)
        assert bench.said(ticket) == []


async def alone(client: Client, bench: Bench, name: str, work: Work, data: dict[str, Any]) -> Any:
    """An activity without a workflow."""
    work.data = data
    return await client.execute_activity(
        name, work, id=f"alone-{name}", task_queue=bench.queue, start_to_close_timeout=timedelta(seconds=9)
    )


async def test_a_client_with_temporal_alone_answers_nothing(bench: Bench, client: Client) -> None:
    async with bench.work():
        ticket, row = await asked(bench)
        stored = bench.row(ticket)
        handle = client.get_workflow_handle(workflow_id(stored))
        await handle.signal("ring", {"covered": True})
        work = Work(stored.id, stored.epoch, stored.revision or "", node=row.node.split("/", 1)[1], iteration="1")
        assert (await alone(client, bench, "ask.team", work, {"answer": YES}))["outcome"] == "open"
        for name, data in (("ask.read", {}), ("listen", {"purpose": "ask"})):
            with pytest.raises(ActivityFailureError):
                await alone(client, bench, name, work, data)
        assert await settled(bench, lambda: bench.store.questions.get(row.id).state == "open")
        assert (await handle.describe()).status == WorkflowExecutionStatus.RUNNING
        assert bench.store.values.named(stored.id, stored.epoch, "verdict") is None


async def test_an_answer_without_a_worker_is_heard_when_one_comes(bench: Bench) -> None:
    async with bench.work():
        ticket, row = await asked(bench)
    assert (await answer(bench, row, YES)).status_code == 200
    bench.clock.shift = timedelta(hours=25)  # the deadline passes before anybody looks
    async with bench.work():
        await bench.until(lambda: bench.closed(ticket), "the close")
    assert bench.said(ticket) == ["It is covered, as we found."]


EMPTY = """
tools:
  customers.match: allow
steps:
  - verify: [{by: customers.match, with: [email, postcode]}]
    otherwise: escalate
  - ask: choice
    of: billing-leads
    within: 1d
    fields: {order: {one_of: "customer.orders | where('number', 'none')", show: "{{ order.number }}"}}
    otherwise: {invalid: [{reply: "There is nothing to choose from."}, {close: denied}]}
  - close: solved
guardrails: [customer-facing]
"""


@pytest.mark.parametrize("bench", [EMPTY], indirect=True)
async def test_nothing_to_choose_from_asks_nobody(bench: Bench) -> None:
    async with bench.work():
        ticket = write(bench, "My lamp is damaged. My postcode is 80331.")
        await bench.until(lambda: bench.closed(ticket), "the close")
    assert bench.said(ticket) == ["There is nothing to choose from."]
    assert bench.store.questions.listing(state=None) == []


CHOICE = EMPTY.replace("customer.orders | where('number', 'none')", "customer.orders").replace(
    "  - close: solved", '  - reply: "We take order {{ choice.order.number }}."\n  - close: solved'
)


@pytest.mark.parametrize("bench", [CHOICE], indirect=True)
async def test_an_element_of_a_list_is_chosen_by_its_label(bench: Bench) -> None:
    async with bench.work():
        ticket = write(bench, "My lamp is damaged. My postcode is 80331.")
        [row] = await bench.until(bench.store.questions.listing, "the question")
        labels = [option["label"] for option in row.asked["fields"][0]["options"]]
        assert "4710" in labels
        assert (await answer(bench, row, {"order": "0000"})).status_code == 422
        given = await answer(bench, row, {"order": "4710"})
        assert given.json()["answer"] == {"order": "4710"}
        await bench.until(lambda: bench.closed(ticket), "the close")
    assert bench.said(ticket) == ["We take order 4710."]


async def test_a_team_with_hours_of_its_own_is_given_its_own_business_days(
    temporal: TemporalServer, tmp_path: Path
) -> None:
    flow = FLOW.replace("within: 1d", "within: 1 business day").replace("remind: [4h, 8h]", "remind: [4h]")
    root = made.project(tmp_path, flow=flow)
    file = root / "engine.yaml"
    leads = "billing-leads: {title: Billing leads,"
    hours = 'calendar: {hours: {mon-sun: "02:00-03:00"}, timezone: Asia/Tokyo},'
    settings = file.read_text("utf-8")
    assert leads in settings
    file.write_text(settings.replace(leads, f"{leads} {hours}"), "utf-8")
    async with Bench(tmp_path, temporal.address, f"q-{tmp_path.name}", root=root) as bench, bench.work():
        _, row = await asked(bench)
    ends = row.expires_at.astimezone(ZoneInfo("Asia/Tokyo"))
    assert (2, 0) <= (ends.hour, ends.minute) <= (3, 0), "the project's hours are those of Berlin, from nine to six"
