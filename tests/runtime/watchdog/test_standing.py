"""The watchdog: every open ticket has an owner and a next time, with no Temporal, no worker, and no platform."""

import asyncio
import logging
from datetime import timedelta

import pytest

from engine.channels.base import Outgoing
from engine.channels.zendesk import Zendesk
from engine.runtime.watchdog import Watchdog
from engine.store import Store
from engine.testing.zendesk import ZendeskStandIn
from tests.runtime.watchdog.around import (
    CANARY,
    GRACE,
    SLA,
    Phone,
    another,
    assert_seen_to,
    later,
    notes,
    stall,
    ticket,
)

# tickets that stand still


async def test_a_ticket_in_time_is_left_alone(dog: Watchdog, store: Store, desk: ZendeskStandIn, bell: Phone) -> None:
    row = ticket(store, desk)
    later(store, SLA + GRACE - timedelta(seconds=5))
    await stall(dog)
    assert bell.rung == [row.id], "overdue only at the second look, and then rung once"
    assert store.tickets.get(row.id).state == "open"


async def test_a_ring_that_is_answered_is_enough(
    dog: Watchdog, store: Store, desk: ZendeskStandIn, bell: Phone
) -> None:
    row = ticket(store, desk)
    later(store, SLA + GRACE)
    await dog.look()
    assert bell.rung == [row.id]
    store.tickets.update(row.id, next_due=store.now() + timedelta(minutes=10), owner="billing")
    later(store, dog.patience)
    await dog.look()
    assert (store.tickets.get(row.id).state, notes(desk, row)) == ("open", [])
    assert_seen_to(store)


async def test_a_ticket_that_stands_still_goes_to_people(
    dog: Watchdog, store: Store, desk: ZendeskStandIn, bell: Phone
) -> None:
    row = ticket(store, desk)
    bell.up = False
    later(store, SLA + GRACE)
    await stall(dog)
    [handoff] = store.handoffs.of_ticket(row.id)
    assert (handoff.reason, handoff.state, handoff.team) == ("stalled", "delivered", "support")
    assert store.tickets.get(row.id).state == "handed_off"
    [note] = notes(desk, row)
    assert CANARY in note, "the person has the customer's words"
    shown = desk.show(int(row.external_id))
    assert shown["group"]["name"] == "Support"
    assert "engine_stalled" in shown["ticket"]["tags"]
    assert_seen_to(store)


async def test_looking_on_says_it_once(dog: Watchdog, store: Store, desk: ZendeskStandIn) -> None:
    row = ticket(store, desk)
    later(store, SLA + GRACE)
    await stall(dog)
    for _ in range(20):
        later(store, timedelta(minutes=5))
        await stall(dog)
        assert_seen_to(store)
    assert len(notes(desk, row)) == 1
    assert len(store.handoffs.of_ticket(row.id)) == 1


async def test_several_watchdogs_say_it_once(store: Store, zendesk: Zendesk, desk: ZendeskStandIn, bell: Phone) -> None:
    rows = [ticket(store, desk) for _ in range(3)]
    dogs = [another(store, zendesk, bell) for _ in range(4)]
    later(store, SLA + GRACE)
    await asyncio.gather(*(one.look() for one in dogs))
    later(store, dogs[0].patience)
    await asyncio.gather(*(one.look() for one in dogs))
    later(store, timedelta(minutes=20))
    await asyncio.gather(*(one.look() for one in dogs))
    assert [len(notes(desk, row)) for row in rows] == [1, 1, 1]
    assert {store.handoffs.of_ticket(row.id)[0].state for row in rows} == {"delivered"}


async def test_a_platform_that_is_down_delays_only_the_note(dog: Watchdog, store: Store, desk: ZendeskStandIn) -> None:
    row = ticket(store, desk)
    desk.fault("/api/*", kind="status", status=503, times=None)
    later(store, SLA + GRACE)
    await stall(dog)
    [handoff] = store.handoffs.of_ticket(row.id)
    assert (handoff.state, store.tickets.get(row.id).state) == ("open", "handed_off")
    assert_seen_to(store)
    desk.clear_faults()
    for _ in range(3):
        later(store, timedelta(minutes=6))
        await dog.look()
    assert len(notes(desk, row)) == 1
    assert store.handoffs.get(handoff.id).state == "delivered"


async def test_a_note_whose_answer_was_lost_is_found_and_not_written_again(
    dog: Watchdog, store: Store, desk: ZendeskStandIn
) -> None:
    row = ticket(store, desk)
    later(store, SLA + GRACE)
    await dog.look()
    desk.fault("/api/v2/tickets/*", method="PUT", kind="drop_after_work")
    later(store, dog.patience)
    await dog.look()
    [handoff] = store.handoffs.of_ticket(row.id)
    assert handoff.state == "open"
    assert len(notes(desk, row)) == 1
    for _ in range(3):
        later(store, timedelta(minutes=6))
        await dog.look()
    assert len(notes(desk, row)) == 1
    assert store.handoffs.get(handoff.id).state == "delivered"


async def test_the_workflows_own_note_is_not_said_again(
    dog: Watchdog, store: Store, desk: ZendeskStandIn, zendesk: Zendesk
) -> None:
    row = ticket(store, desk)
    handoff = store.handoffs.open(row.id, 1, "flow", "billing", {"summary": "lamp"}, store.now() + SLA)
    made = store.outbound.propose(row.id, 1, f"handoff/{handoff.id}", "note", "note", {"text": "by the workflow"})
    token = store.outbound.hold(made.id) or ""
    store.outbound.begin(made.id, token, deadline=timedelta(seconds=40))
    await zendesk.send(row.external_id, Outgoing(kind="note", text="by the workflow", marker=made.marker))
    later(store, SLA + GRACE)  # the worker died here
    await dog.look()
    assert notes(desk, row) == ["by the workflow"]
    assert store.handoffs.get(handoff.id).state == "delivered"


async def test_one_ticket_of_a_channel_that_is_gone_does_not_hold_up_the_others(
    dog: Watchdog, store: Store, desk: ZendeskStandIn
) -> None:
    lost, row = ticket(store, desk, channel="gone"), ticket(store, desk)
    later(store, SLA + GRACE)
    await stall(dog)
    assert store.tickets.get(lost.id).state == "handed_off"
    assert len(notes(desk, row)) == 1
    assert_seen_to(store)


async def test_no_log_holds_what_a_customer_wrote(
    dog: Watchdog, store: Store, desk: ZendeskStandIn, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    ticket(store, desk, channel="gone")
    desk.fault("/api/*", kind="garbage", times=None)
    ticket(store, desk)
    later(store, SLA + GRACE)
    await stall(dog)
    assert "engine.watchdog" in {record.name for record in caplog.records}
    assert "canary" not in caplog.text


# people who asked for a person


async def test_who_asked_for_a_person_gets_one_by_the_sla(dog: Watchdog, store: Store, desk: ZendeskStandIn) -> None:
    row = ticket(store, desk, wish=True)
    later(store, SLA - timedelta(seconds=5))
    await dog.look()
    assert notes(desk, row) == [], "the workflow has time until then"
    later(store, timedelta(seconds=10))
    await dog.look()
    [note] = notes(desk, row)
    assert CANARY in note


async def test_without_temporal_people_are_told_of_the_wish_at_once(
    dog: Watchdog, store: Store, desk: ZendeskStandIn, bell: Phone
) -> None:
    bell.up = False
    row = ticket(store, desk, wish=True)
    await dog.look()
    later(store, timedelta(seconds=59))
    await dog.look()
    assert notes(desk, row) == []
    later(store, timedelta(seconds=5))
    await dog.look()
    assert len(notes(desk, row)) == 1
    assert store.handoffs.of_ticket(row.id)[0].state == "delivered"
