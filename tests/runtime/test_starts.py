"""Tickets that no customer begins: an event that opens a platform's ticket, one without, and a schedule, on a real
Temporal server."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from engine.channels.internal import INTERNAL
from engine.plan import revision
from engine.runtime.ring import workflow_id
from engine.runtime.server import TemporalServer
from engine.service.schedules import Schedules
from engine.store import TicketRow
from tests.runtime import made
from tests.runtime.bench import Bench

LATE = """flow: late-parcel
title: A parcel is late
owner: billing
about: The carrier says that a parcel is late.
start: {event: {name: shipment.delayed, with: {order: text, days: integer, worth: money EUR}, opens: zendesk}}
silence: {within: 5d, otherwise: close}
guardrails: [customer-facing]
steps:
  - if: event.days > 3 and event.worth < 100
    then:
      - reply: "Your order {{ event.order }} is {{ event.days }} days late. Shall we send it again?"
    else:
      - escalate: billing-leads
  - ask: wish
    fields: {again: {yes_no: true, ask: "Shall we send it again?"}}
  - if: wish.again
    then: [{escalate: billing-leads}]
  - reply: "Then we wait with you."
  - close: solved
"""
STOCK = """flow: stock
title: Stock is low
owner: billing
about: Something is nearly sold out.
start: {event: {name: stock.low, with: {article: text}}}
steps:
  - ask: order
    of: billing-leads
    show: "{{ event.article }} is nearly sold out."
    within: 1 business day
    fields: {count: {integer: true, ask: "How many shall we order?"}}
  - close: solved
"""
WEEK = """flow: week
title: Look back
owner: billing
about: A lead looks back.
start: {schedule: {every: 1h}}
steps:
  - ask: look
    of: billing-leads
    within: 1 business day
    fields: {fine: {yes_no: true, ask: "Was all well?"}}
    otherwise: {late: escalate}
  - close: solved
"""
DAMAGE = """
steps:
  - reply: "We are sorry."
  - wait: [{event: lamp.found, where: {order: "4821"}}, {time: 3d}]
  - reply: "It was found."
  - close: solved
"""


@pytest.fixture
async def bench(temporal: TemporalServer, tmp_path: Path) -> AsyncIterator[Bench]:
    root = made.project(tmp_path, flow=DAMAGE)
    for name, text in (("late-parcel", LATE), ("stock", STOCK), ("week", WEEK)):
        (root / "flows" / f"{name}.yaml").write_text(text, "utf-8")
    async with Bench(tmp_path, temporal.address, f"q-{tmp_path.name}", root=root) as running:
        yield running


async def post(bench: Bench, name: str, **body: Any) -> httpx.Response:
    headers = {"authorization": "Bearer events-token"}
    return await bench.http.post(f"/api/events/{name}", json=body, headers=headers)


def quiet(bench: Bench) -> int:
    """A ticket that the shop's own system made for a customer, with a note in it that no customer wrote."""
    agent = bench.desk.desk.by_email(bench.desk.user.removesuffix("/token"))
    assert agent is not None
    customer = {"name": "Jonas Weber", "email": "jonas.weber@example.com"}
    given = {"subject": "Your order", "requester": customer, "comment": {"body": "By the shop.", "public": False}}
    return int(bench.desk.desk.open(given, actor=agent)[0]["id"])


def started(bench: Bench, flow: str) -> list[TicketRow]:
    return [row for row in bench.store.tickets.listing(flow=flow) if row.channel == INTERNAL]


async def answer(bench: Bench, values: dict[str, Any]) -> None:
    [question] = await bench.until(bench.store.questions.listing, "the question")
    headers = {"authorization": f"Bearer {bench.token}"}
    said = await bench.http.post(f"/api/questions/{question.id}/answer", json={"values": values}, headers=headers)
    assert said.status_code == 200


async def test_an_event_opens_the_customers_ticket_in_its_flow(bench: Bench) -> None:
    number = quiet(bench)
    given = {"id": "e-1", "ticket": str(number), "with": {"order": "4821", "days": 5, "worth": "59.90"}}
    async with bench.work():
        said = [(await post(bench, "shipment.delayed", **given)).json()["outcome"] for _ in range(3)]
        assert said == ["new", "repeated", "repeated"]
        await bench.until(lambda: len(bench.said(number)) == 2, "the question")
        assert bench.said(number)[0] == "Your order 4821 is 5 days late. Shall we send it again?"
        await asyncio.sleep(1.1)  # the platform's clock has seconds
        bench.desk.customer_writes(number, "No, thank you")
        await bench.until(lambda: bench.closed(number), "the close")
    assert bench.said(number)[2:] == ["Then we wait with you."]
    row = bench.row(number)
    assert (row.category, row.owner, row.outcome) == ("late-parcel", "billing", "solved")
    assert row.requester["email"] == "jonas.weber@example.com"
    assert [step.kind for step in bench.store.steps.of(row.id)][:2] == ["start", "branch"]


async def test_a_ticket_that_is_at_work_hears_of_the_event_it_waits_for(bench: Bench) -> None:
    async with bench.work():
        number = int(bench.desk.open_ticket("jonas.weber@example.com", "Lamp", "My lamp is damaged")["id"])
        await bench.until(lambda: bench.said(number), "the first reply")
        where = {"channel": "zendesk", "ticket": str(number)}
        other = await post(bench, "lamp.found", id="f-1", **where, **{"with": {"order": "4822"}})
        assert other.json()["began"] is False
        await bench.until(lambda: all(m.handled_at for m in bench.store.messages.of_ticket(bench.row(number).id)), "it")
        assert len(bench.said(number)) == 1, "its order is another"
        await post(bench, "lamp.found", id="f-2", **where, **{"with": {"order": "4821"}})
        await bench.until(lambda: bench.closed(number), "the close")
    assert bench.said(number) == ["We are sorry.", "It was found."]


async def test_a_closed_ticket_is_opened_again_and_what_was_said_before_is_heard_no_more(bench: Bench) -> None:
    async with bench.work():
        number = int(bench.desk.open_ticket("jonas.weber@example.com", "Lamp", "My lamp is damaged")["id"])
        where = {"channel": "zendesk", "ticket": str(number)}
        await bench.until(lambda: bench.said(number), "the first reply")
        await post(bench, "lamp.found", id="f-2", **where, **{"with": {"order": "4821"}})
        await bench.until(lambda: bench.closed(number), "the close")
        fields = {"order": "4821", "days": 1, "worth": "59.90"}
        begun = await post(bench, "shipment.delayed", id="e-9", ticket=str(number), **{"with": fields})
        assert begun.json()["began"] is True
        await bench.until(lambda: bench.with_people(number), "people to have it")
    row = bench.row(number)
    assert (row.epoch, row.state, row.awaiting_team) == (2, "handed_off", "billing-leads")


async def test_an_event_without_a_customer_is_worked_on_by_people(bench: Bench) -> None:
    async with bench.work():
        await post(bench, "stock.low", id="s-1", **{"with": {"article": "Floor lamp"}})
        [question] = await bench.until(bench.store.questions.listing, "the question")
        assert question.shown == "Floor lamp is nearly sold out."
        await answer(bench, {"count": 20})
        [row] = started(bench, "stock")
        await bench.until(lambda: bench.store.tickets.get(row.id).state == "closed", "the close")
        told = {("note", "sent"), ("update", "sent")}  # what is told to people is a row, the close too
        of = bench.store.outbound.of_ticket
        await bench.until(lambda: {(one.kind, one.state) for one in of(row.id)} == told, "the last word")


async def test_a_due_time_starts_its_flow_once_whoever_looks(bench: Bench) -> None:
    looks = [
        Schedules(
            bench.store, lambda: bench.project.plans, bench.ringer.ring, sla=timedelta(minutes=15), team="support"
        )
        for _ in range(2)
    ]
    await looks[0].look()
    assert started(bench, "week") == [], "what was due before the flow was there is not made up for"
    bench.clock.shift += timedelta(hours=3)
    async with bench.work():
        await asyncio.gather(*(look.look() for look in looks * 3))
        [row] = started(bench, "week")
        assert (row.owner, row.mode, row.next_due is not None) == ("billing", "live", True)
        handle = bench.client.get_workflow_handle(workflow_id(row))
        await bench.until(bench.store.questions.listing, "the question")
        await handle.terminate("Temporal lost it")
        await looks[1].look()
        assert await bench.ringer.ring(row.id), "the row is the truth: its workflow is begun again"
        await answer(bench, {"fine": True})
        await bench.until(lambda: bench.store.tickets.get(row.id).state == "closed", "the close")
    assert len(started(bench, "week")) == 1
    assert len(bench.store.questions.listing(state=None)) == 1


async def test_with_people_it_is_ended_by_an_event(bench: Bench) -> None:
    async with bench.work():
        said = await post(bench, "stock.low", id="s-2", **{"with": {"article": "Floor lamp"}})
        ticket = said.json()["ticket"]
        await bench.until(bench.store.questions.listing, "the question")
        bench.store.handoffs.open(ticket, 1, "watchdog", "billing", {}, bench.store.now())
        bench.store.tickets.leave(ticket, 1)
        await bench.ringer.ring(ticket)
        await bench.until(lambda: bench.store.tickets.get(ticket).flow == "human", "people to have it")
        await post(bench, "ticket.solved", id="x-1", ticket=ticket)
        await bench.until(lambda: bench.store.tickets.get(ticket).state == "closed", "the close")


async def test_a_ticket_that_came_by_another_way_goes_to_people(bench: Bench) -> None:
    """Nothing is bound there that the flow relies on. No checked project leads there: a ticket may be moved by hand."""
    number = int(bench.desk.open_ticket("jonas.weber@example.com", "Lamp", "My lamp is damaged")["id"])
    await bench.pump()
    await asyncio.gather(*bench.service.tasks)  # it was rung: in its own flow
    row, plan = bench.row(number), bench.project.plans["late-parcel"]
    bench.store.tickets.update(row.id, flow=plan.flow, revision=revision(plan.flow, plan.body()))
    await bench.client.get_workflow_handle(workflow_id(row)).terminate()
    await bench.ringer.ring_all()
    async with bench.work():
        await bench.until(lambda: bench.with_people(number), "people to have it")
    assert bench.row(number).escalated == "missing"
