"""What starts tickets that no customer begins: once for a source and a key, whoever repeats it and however often."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from engine.store import Beginning, Begun, Clock, Missing, Store
from tests.store import given

DAY = timedelta(days=1)
EVENT = Beginning(
    flow="late-parcel", revision="late-parcel@1", owner="support", mode="live", channel="desk", external_id="77",
    subject="A parcel is late", event="shipment.delayed", content={"order": "4821"}, sla=given.SLA,
)  # fmt: skip


def begin(store: Store, key: str = "e-1", beginning: Beginning = EVENT) -> Begun:
    return store.starts.begin("event/shipment.delayed", key, beginning)


def test_a_ticket_is_made_as_a_webhook_makes_one_but_in_its_flow(store: Store) -> None:
    begun = begin(store)
    assert (begun.outcome, begun.began) == ("new", True)
    row = store.tickets.get(begun.ticket_id)
    assert (row.flow, row.revision, row.category, row.owner) == (
        "late-parcel",
        "late-parcel@1",
        "late-parcel",
        "support",
    )
    assert row.next_due == row.sla_due == row.created_at + given.SLA
    assert [rung.id for rung in store.tickets.to_ring()] == [row.id]
    started = store.starts.of_epoch(row.id, 1)
    assert started is not None
    assert (started.flow, started.content) == ("late-parcel", {"order": "4821"})


def test_again_is_the_same_and_something_else_is_a_conflict(store: Store) -> None:
    first = begin(store)
    assert begin(store) == replace(first, outcome="repeated")
    assert begin(store, beginning=replace(EVENT, content={"order": "4822"})).outcome == "conflict"
    assert begin(store, beginning=replace(EVENT, external_id="78")).outcome == "conflict"
    assert len(store.tickets.listing()) == 1, "a conflict leaves nothing behind"
    assert store.messages.of_ticket(first.ticket_id) == []


def test_a_ticket_at_work_keeps_its_flow_and_hears_of_the_event(store: Store) -> None:
    row = given.ticket(store, "77")
    begun = begin(store)
    assert (begun.ticket_id, begun.outcome, begun.began) == (row.id, "new", False)
    now = store.tickets.get(row.id)
    assert (now.flow, now.revision, now.epoch, now.verified) == (row.flow, row.revision, 1, row.verified)
    told = store.messages.of_ticket(row.id)[-1]
    assert (told.kind, told.event, told.data, told.author_role) == (
        "event",
        "shipment.delayed",
        {"order": "4821"},
        "system",
    )
    assert begin(store).outcome == "repeated"
    assert now.last_seq == 2
    assert store.starts.of_epoch(row.id, 1) is None


def test_a_closed_ticket_is_opened_again_and_nothing_of_before_counts(store: Store) -> None:
    row = given.ticket(store, "77")
    assert store.tickets.close(row.id, 1, 1, "solved")
    store.tickets.lower_mode(row.id, "suggest")
    begun = begin(store)
    now = store.tickets.get(row.id)
    assert (begun.began, now.epoch, now.state, now.flow) == (True, 2, "open", "late-parcel")
    assert (now.verified, now.outcome, now.mode) == (None, None, "suggest"), "the mode only falls"
    started = store.starts.of_epoch(row.id, 2)
    assert started is not None
    assert started.began


def test_of_many_at_once_one_is_new(store: Store, url: str) -> None:
    def one(number: int) -> Begun:
        with Store.open(url) as other:
            return begin(other, beginning=replace(EVENT, external_id=str(number % 2)))

    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(one, range(6)))
    assert sorted(one.outcome for one in found) == ["conflict"] * 3 + ["new"] + ["repeated"] * 2
    assert len(store.tickets.listing()) == 1


def test_a_ticket_is_told_once_and_a_closed_one_not_at_all(store: Store) -> None:
    row = given.ticket(store)
    said = [store.starts.tell(row.id, "ticket.solved", "s-1", {}, given.SLA) for _ in range(2)]
    assert [one.outcome for one in said] == ["new", "repeated"]
    assert store.tickets.close(row.id, 1, 2, "solved")
    assert store.starts.tell(row.id, "ticket.solved", "s-2", {}, given.SLA).outcome == "conflict"
    with pytest.raises(Missing):
        store.starts.tell("t_nobody", "ticket.solved", "s-1", {}, given.SLA)


def test_the_first_look_begins_now_and_a_mark_is_never_set_back(store: Store, clock: Clock) -> None:
    since, now = store.starts.look("schedule/week")
    assert since == now, "what was due before is not made up for"
    clock.shift = DAY
    since, later = store.starts.look("schedule/week")
    assert since == now
    assert later >= now + DAY
    store.starts.looked("schedule/week", later)
    store.starts.looked("schedule/week", now)
    assert store.starts.look("schedule/week")[0] == later


def test_the_first_text_of_a_ticket_that_an_event_began_is_kept_and_nobody_waits_for_it(store: Store) -> None:
    begun = begin(store)
    first: dict[str, Any] = {"same_as_first": True, "wants_person": True}
    given.deliver(store, "77", given.arrival("77/description", platform_time=store.now() - DAY, **first))
    given.deliver(store, "77", given.arrival("comment/1", platform_time=store.now()))
    before, said = store.messages.of_ticket(begun.ticket_id)
    assert (before.handled_by, before.wants_person, said.handled_by) == ("before the start", False, None)
    assert store.tickets.get(begun.ticket_id).state == "open", "it is no wish for a person"
    given.deliver(store, "78", given.arrival("78/description", platform_time=store.now() - DAY, same_as_first=True))
    other = store.tickets.find("desk", "78")
    assert other is not None
    assert [row.handled_by for row in store.messages.of_ticket(other.id)] == [None], "where a customer began it"
