"""Closes of which the platform has not heard, because their run ended in between."""

import asyncio
from datetime import timedelta

from engine.channels.base import Outgoing
from engine.channels.zendesk import Zendesk
from engine.runtime.watchdog import Watchdog
from engine.store import Arrival, OutboundRow, Store, TicketRow
from engine.testing.zendesk import ZendeskStandIn
from tests.runtime.watchdog.around import (
    GRACE,
    SLA,
    later,
    ticket,
)


def solve(store: Store, row: TicketRow) -> OutboundRow:
    """Closed in the store, by a worker that ends before it tells the platform."""
    assert store.tickets.close(row.id, 1, row.last_seq, "solved", tell=["engine_solved"])
    [told] = [one for one in store.outbound.of_ticket(row.id) if one.kind == "update"]
    return told


def status(desk: ZendeskStandIn, row: TicketRow) -> str:
    return str(desk.ticket(int(row.external_id))["status"])


def changes(desk: ZendeskStandIn, row: TicketRow) -> int:
    path = f"/api/v2/tickets/{row.external_id}.json"
    return sum(one["method"] == "PUT" and one["path"] == path for one in desk.requests())


async def test_a_close_that_nobody_told_is_told(dog: Watchdog, store: Store, desk: ZendeskStandIn) -> None:
    row = ticket(store, desk)
    solve(store, row)
    later(store, GRACE - timedelta(seconds=5))
    await dog.look()
    assert status(desk, row) == "new", "the workflow may still do it"
    later(store, timedelta(seconds=6))
    await asyncio.gather(dog.look(), dog.look())
    await dog.look()
    assert (status(desk, row), changes(desk, row)) == ("solved", 1)
    assert "engine_solved" in desk.ticket(int(row.external_id))["tags"]


async def test_a_close_that_was_told_is_not_told_again(
    dog: Watchdog, store: Store, desk: ZendeskStandIn, zendesk: Zendesk
) -> None:
    """The worker died over the platform's answer."""
    row = ticket(store, desk)
    told = solve(store, row)
    token = store.outbound.hold(told.id) or ""
    assert store.outbound.begin(told.id, token, deadline=timedelta(seconds=40)).ok
    await zendesk.send(row.external_id, Outgoing(kind="update", marker=told.marker, status="solved"))
    later(store, GRACE)
    await dog.look()
    assert (store.outbound.get(told.id).state, changes(desk, row)) == ("sent", 1)


async def test_a_close_that_the_platform_refuses_is_tried_again_only_if_that_may_pass(
    dog: Watchdog, store: Store, desk: ZendeskStandIn
) -> None:
    busy, gone = ticket(store, desk), ticket(store, desk)
    rows = [solve(store, row) for row in (busy, gone)]
    desk.fault(f"/api/v2/tickets/{busy.external_id}*", method="PUT", kind="status", status=429)
    desk.fault(f"/api/v2/tickets/{gone.external_id}*", method="PUT", kind="status", status=404)
    for _ in range(3):
        later(store, timedelta(minutes=6))
        await dog.look()
    assert [store.outbound.get(one.id).state for one in rows] == ["sent", "not_sent"]
    assert (status(desk, busy), status(desk, gone)) == ("solved", "new")


async def test_a_ticket_that_is_open_again_is_not_solved_on_the_platform(
    dog: Watchdog, store: Store, desk: ZendeskStandIn
) -> None:
    row = ticket(store, desk)
    told = solve(store, row)
    token = store.outbound.hold(told.id) or ""
    more = Arrival(content_id=f"{row.external_id}/more", author_id="5", text="It broke again")
    assert store.messages.ingest(
        "desk", row.external_id, [more], subject=None, requester={"id": "5"}, owner="support", sla=SLA
    ).reopened  # fmt: skip
    assert not store.outbound.begin(told.id, token, deadline=timedelta(seconds=40)).ok
    later(store, GRACE)
    await dog.look()
    assert (status(desk, row), changes(desk, row)) == ("new", 0)


async def test_nobody_is_told_of_what_happens_in_the_shadow(dog: Watchdog, store: Store, desk: ZendeskStandIn) -> None:
    row = ticket(store, desk)
    store.tickets.lower_mode(row.id, "shadow")
    solve(store, row)
    later(store, GRACE)
    await dog.look()
    assert changes(desk, row) == 0
