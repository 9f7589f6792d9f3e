"""Ringing: a signal without contents to a workflow that is there, or is made from what the store pins."""

from datetime import timedelta
from typing import Any

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowExecutionDescription

from engine.plan import digest
from engine.runtime.ring import Ringer, workflow_id
from engine.store import Arrival, Store, TicketRow

SLA = timedelta(minutes=15)
SECRET = "canary-Müller"


def activate(store: Store, flow: str, number: int = 1, *, active: bool = True) -> str:
    """A revision of a flow, as a load of the project adds it."""
    plan: dict[str, Any] = {"flow": flow, "title": flow.title(), "entry": "a", "nodes": {}, "owner": "support"}
    name = f"{flow}@{number}"
    store.revisions.add(name, flow, digest({**plan, "n": number}), plan)
    if active:
        store.revisions.activate(flow, name, number - 1)
    return name


def ticket(store: Store, number: str, *, text: str = "hello") -> TicketRow:
    made = store.messages.ingest(
        "desk", number, [Arrival(content_id=f"c-{number}", author_id="9", text=text)], subject=SECRET,
        requester={"id": "9", "name": SECRET}, owner="support", sla=SLA,
    )  # fmt: skip
    return store.tickets.get(made.ticket_id)


async def described(client: Client, row: TicketRow) -> WorkflowExecutionDescription:
    return await client.get_workflow_handle(workflow_id(row)).describe()


async def rings(client: Client, row: TicketRow) -> int:
    """Signals in the ticket's history, none of which carries anything."""
    handle = client.get_workflow_handle(workflow_id(row))
    signals = [e async for e in handle.fetch_history_events()
               if e.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED]  # fmt: skip
    assert all(not e.workflow_execution_signaled_event_attributes.input.payloads for e in signals)
    return len(signals)


@pytest.fixture
def ringer(client: Client, store: Store) -> Ringer:
    activate(store, "triage")
    return Ringer(client, store, "nobody-works-here")


async def test_a_first_ring_starts_triage_and_further_ones_only_ring(
    ringer: Ringer, store: Store, client: Client
) -> None:
    row = ticket(store, "1")
    assert [await ringer.ring(row.id) for _ in range(3)] == [True, True, True]
    found = await described(client, row)
    assert (found.workflow_type, found.id) == ("triage", f"ticket/desk/{row.id}")
    assert await rings(client, row) == 3
    keywords = {pair.key.name: pair.value for pair in found.typed_search_attributes}
    assert keywords.pop("SlaDue") is not None
    assert keywords == {"Flow": "triage", "Channel": "desk", "TicketState": "open", "Team": "support"}
    assert await found.static_summary() == "Triage · desk"


async def test_what_temporal_keeps_has_neither_names_nor_the_platforms_ids(
    ringer: Ringer, store: Store, client: Client
) -> None:
    row = ticket(store, "external-77", text=SECRET)
    await ringer.ring(row.id)
    events = [e async for e in client.get_workflow_handle(workflow_id(row)).fetch_history_events()]
    kept = b"".join(e.SerializeToString() for e in events) + workflow_id(row).encode()
    assert b"canary" not in kept
    assert b"external-77" not in kept
    assert row.id.encode() in kept


async def test_no_ticket_has_an_execution_timeout(ringer: Ringer, store: Store, client: Client) -> None:
    row = ticket(store, "1")
    await ringer.ring(row.id)
    [started] = [
        e async for e in client.get_workflow_handle(workflow_id(row)).fetch_history_events() if e.event_id == 1
    ]
    given = started.workflow_execution_started_event_attributes
    assert given.workflow_execution_timeout.ToTimedelta() == timedelta()
    assert given.workflow_run_timeout.ToTimedelta() == timedelta()


async def test_a_ticket_goes_on_in_the_revision_that_it_was_pinned_to(
    ringer: Ringer, store: Store, client: Client
) -> None:
    row = ticket(store, "1")
    activate(store, "refund", 1)
    activate(store, "refund", 2)
    store.tickets.update(row.id, flow="refund", revision="refund@1")
    assert await ringer.ring(row.id)
    assert (await described(client, row)).workflow_type == "refund"


async def test_a_ticket_that_only_the_store_handed_off_is_rung_too(
    ringer: Ringer, store: Store, client: Client
) -> None:
    activate(store, "refund")
    row = ticket(store, "1")
    store.tickets.update(row.id, flow="refund", revision="refund@1")
    store.handoffs.open(row.id, 1, "customer_wish", None, {}, store.now())
    assert await ringer.ring(row.id)
    found = await described(client, row)
    assert {pair.key.name: pair.value for pair in found.typed_search_attributes}["TicketState"] == "handed_off"


async def test_a_closed_ticket_is_not_rung(ringer: Ringer, store: Store) -> None:
    row = ticket(store, "1")
    assert store.tickets.close(row.id, 1, 1, "solved")
    assert not await ringer.ring(row.id)


async def test_without_an_active_flow_the_ticket_waits(client: Client, store: Store) -> None:
    row = ticket(store, "1")
    assert not await Ringer(client, store, "q").ring(row.id)


async def test_all_open_tickets_are_rung_whatever_becomes_of_one(ringer: Ringer, store: Store, client: Client) -> None:
    rows = [ticket(store, str(number)) for number in range(25)]
    store.tickets.close(rows[0].id, 1, 1, "solved")
    store.tickets.update(rows[1].id, revision="refund@gone")
    assert await ringer.ring_all() == 23
    assert await rings(client, rows[24]) == 1


async def test_the_sweep_rings_what_waits_at_growing_intervals(ringer: Ringer, store: Store, client: Client) -> None:
    row, clock = ticket(store, "1"), store.database.clock
    rung = []
    for _ in range(120):  # two minutes, a look each second
        rung.append(await ringer.sweep())
        clock.shift += timedelta(seconds=1)
    assert rung[:2] == [0, 0], "the webhook's own ring has two seconds"
    assert 4 <= sum(rung) <= 8, "not one a second: each stays in the history"
    assert await rings(client, row) == sum(rung)


async def test_a_new_message_is_rung_at_once_again(ringer: Ringer, store: Store) -> None:
    clock = store.database.clock
    row = ticket(store, "1")
    for _ in range(60):
        await ringer.sweep()
        clock.shift += timedelta(seconds=1)
    store.messages.pull(row.id, 0)
    assert await ringer.sweep() == 0
    store.messages.ingest(
        "desk", "1", [Arrival(content_id="c-2", author_id="9", text="more")], subject=None, requester={"id": "9"},
        owner="support", sla=SLA,
    )  # fmt: skip
    clock.shift += timedelta(seconds=3)
    assert await ringer.sweep() == 1
