"""Owners, decisions, writes and texts that nobody else sees to any more."""

import asyncio
from datetime import timedelta

import pytest

from engine.channels.base import Outgoing
from engine.channels.zendesk import Zendesk
from engine.runtime.stuck import Stuck
from engine.runtime.watchdog import Watchdog
from engine.store import Store, StoreUnavailable, TicketRow
from engine.testing.zendesk import ZendeskStandIn
from tests.runtime.watchdog.around import (
    GRACE,
    SLA,
    Phone,
    another,
    later,
    notes,
    sending,
    stall,
    ticket,
)


async def test_an_owner_that_a_flow_named_stays(dog: Watchdog, store: Store, desk: ZendeskStandIn) -> None:
    row = ticket(store, desk)
    store.tickets.update(row.id, owner="billing")
    later(store, SLA + GRACE)
    await stall(dog)
    assert store.tickets.get(row.id).owner == "billing"
    assert store.handoffs.of_ticket(row.id)[0].team == "billing"


async def test_an_approval_past_its_time_expires_and_the_ticket_is_rung(
    dog: Watchdog, store: Store, desk: ZendeskStandIn, bell: Phone
) -> None:
    row = ticket(store, desk)
    intent = store.intents.propose(
        row.id, 1, "refund", "1", tool="payments.refund", contract_digest="c", arguments={}, digest="d"
    ).intent
    opened = store.approvals.open(
        intent.id, 1, 0, "leads", node="refund", expires_at=store.now() + timedelta(minutes=1)
    )
    await dog.look()
    assert (store.approvals.get(opened.id).state, bell.rung) == ("open", [])
    later(store, timedelta(minutes=1))
    await dog.look()
    await dog.look()
    assert (store.approvals.get(opened.id).state, bell.rung) == ("expired", [row.id])
    decided = store.approvals.decide(opened.id, person="lena", teams=frozenset({"leads"}), approve=True, version=1)
    assert decided.outcome == "expired"


async def test_a_write_that_nobody_answers_for_goes_to_people(
    dog: Watchdog, store: Store, desk: ZendeskStandIn
) -> None:
    row = ticket(store, desk)
    intent = sending(store, row)
    later(store, timedelta(minutes=1))
    await dog.look()
    assert store.intents.get(intent.id).state == "sending", "the workflow may still look, or send the same key again"
    later(store, GRACE)
    await dog.look()
    assert store.intents.get(intent.id).state == "unknown"
    [handoff] = store.handoffs.of_ticket(row.id)
    assert handoff.reason == "write_unknown"
    [note] = notes(desk, row)
    assert "payments.refund: unknown" in note
    assert f"do not repeat it before `engine reconcile {intent.id}`" in note


async def test_a_write_that_was_done_after_all_is_told_once(
    dog: Watchdog, store: Store, desk: ZendeskStandIn, zendesk: Zendesk, bell: Phone
) -> None:
    """A person said "not done", and may have done it again: the late answer must not be silent."""
    row = ticket(store, desk)
    intent = sending(store, row)
    later(store, timedelta(minutes=1) + GRACE)
    await dog.look()
    said = store.reconciling.decide(intent.id, False, person="mira", reason="not in the books")
    assert said.outcome == "reconciled"
    assert not store.intents.settle(intent.id, intent.token or "", "done", result={"id": "re_1"})
    desk.fault("/api/v2/tickets/*", method="PUT", kind="status", status=422)
    for _ in range(2):  # the platform refuses the first time
        await another(store, zendesk, bell).look()
        later(store, timedelta(minutes=6))
    await asyncio.gather(*(another(store, zendesk, bell).look() for _ in range(3)))
    told = [note for note in notes(desk, row) if note.startswith("ALARM")]
    assert len(told) == 1
    assert "reconciled as not done by mira" in told[0]
    assert "it WAS done" in told[0]
    assert store.reconciling.untold() == []
    assert store.handoffs.of_ticket(row.id), "somebody has it"


async def test_a_line_passes_to_its_next_team_without_a_worker(
    dog: Watchdog, store: Store, desk: ZendeskStandIn, bell: Phone
) -> None:
    row = ticket(store, desk)
    store.tickets.verify(row.id, "5", "customers.match", None, None)
    intent = store.intents.propose(
        row.id, 1, "refund", "1", tool="payments.refund", contract_digest="c", arguments={}, digest="d", author_id="5"
    ).intent
    chain = [{"by": "finance", "within": {"seconds": 60}, "remind": [{"seconds": 30}], "calendar": {}}]
    opened = store.approvals.open(
        intent.id, 1, 1, "leads", node="refund", expires_at=store.now() + timedelta(minutes=1), chain=chain
    )
    later(store, timedelta(minutes=10))
    await dog.look()
    now = store.approvals.get(opened.id)
    assert (now.state, now.team, now.rank, bell.rung) == ("open", "finance", 1, [row.id])
    assert timedelta(seconds=55) < now.expires_at - store.now() <= timedelta(minutes=1), "counted from when it is asked"
    assert len(now.remind_at) == 1
    later(store, timedelta(minutes=2))
    await dog.look()
    assert store.approvals.get(opened.id).state == "expired"


async def test_a_late_answer_still_counts(dog: Watchdog, store: Store, desk: ZendeskStandIn) -> None:
    row = ticket(store, desk)
    intent = sending(store, row)
    later(store, timedelta(minutes=1) + GRACE)
    await dog.look()
    assert store.intents.settle(intent.id, intent.token or "", "done", result={"id": "re_1"})
    assert store.intents.get(intent.id).state == "done"


async def test_it_goes_on_after_the_store_was_away(
    dog: Watchdog, store: Store, desk: ZendeskStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = ticket(store, desk, wish=True)
    later(store, SLA)
    look, calls = dog.look, []

    async def away_at_first() -> None:
        calls.append(1)
        if len(calls) < 3:
            raise StoreUnavailable("away")
        await look()

    monkeypatch.setattr(dog, "look", away_at_first)
    running = asyncio.create_task(dog.run(0.01))
    for _ in range(200):
        if notes(desk, row):
            break
        await asyncio.sleep(0.02)
    running.cancel()
    assert len(notes(desk, row)) == 1


@pytest.fixture
async def stuck(store: Store, desk: ZendeskStandIn, bell: Phone, dog: Watchdog) -> TicketRow:
    """A ticket whose run cannot go on, which the watchdog has seen."""
    row = ticket(store, desk)
    bell.found = [Stuck(row.id, f"ticket/desk/{row.id}", "a run")]
    await dog.look()
    return row


async def test_a_run_that_cannot_go_on_begins_again_once_and_then_people_have_it(
    store: Store, desk: ZendeskStandIn, bell: Phone, dog: Watchdog, stuck: TicketRow
) -> None:
    row = stuck
    assert (bell.begun_again, notes(desk, row)) == ([row.id], [])
    for _ in range(3):
        await dog.look()
    assert bell.begun_again == [row.id]
    [note] = notes(desk, row)
    assert "stalled" in note
    assert store.tickets.get(row.id).state == "handed_off"


async def test_a_run_that_cannot_go_on_again_much_later_begins_again(
    store: Store, bell: Phone, dog: Watchdog, stuck: TicketRow
) -> None:
    row = stuck
    bell.found = []
    later(store, timedelta(minutes=61))
    await dog.look()
    bell.found = [Stuck(row.id, f"ticket/desk/{row.id}", "another")]
    await dog.look()
    assert bell.begun_again == [row.id, row.id]


async def test_a_reply_that_nobody_waits_for_any_more_is_looked_for(
    store: Store, desk: ZendeskStandIn, zendesk: Zendesk, dog: Watchdog
) -> None:
    """Its worker died over the answer, and the ticket went to people: the account says what was said all the same."""
    row, other = ticket(store, desk), ticket(store, desk)
    said = {"text": "Within thirty days."}
    rows = [store.outbound.propose(one.id, 1, "faq/reply", "1", "reply", said) for one in (row, other)]
    for text in rows:
        assert store.outbound.guard(text.id, text.content, {"passed": True})
        token = store.outbound.hold(text.id) or ""
        assert store.outbound.begin(text.id, token, deadline=timedelta(minutes=1)).ok
    await zendesk.send(row.external_id, Outgoing(kind="reply", text="Within thirty days.", marker=rows[0].marker))
    for one in (row, other):
        store.handoffs.open(one.id, 1, "customer_wish", "billing", {"summary": "lamp"}, store.now() + timedelta(days=1))
    later(store, timedelta(minutes=2))
    await dog.look()
    assert [store.outbound.get(one.id).state for one in rows] == ["sending", "sending"], "the workflow may still look"
    later(store, GRACE)
    await dog.look()
    assert [store.outbound.get(one.id).state for one in rows] == ["sent", "reserved"]
    assert len([c for c in desk.comments(int(other.external_id)) if c["public"]]) == 1, "nothing is sent from here"
