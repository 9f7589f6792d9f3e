"""Messages are accepted once, in one order, and taken up once (invariants 7 and 8)."""

from datetime import UTC, datetime, timedelta

import pytest

from engine.store import Clock, Store
from tests.store import given
from tests.store.racing import race

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def _texts(store: Store, ticket_id: str) -> list[str | None]:
    return [row.text for row in store.messages.of_ticket(ticket_id)]


def test_two_first_webhooks_at_once_make_one_ticket(store: Store, url: str) -> None:
    shares = [[{"external_id": "7", "content": f"c{process}-{n}"} for n in range(4)] for process in range(2)]
    results = race(url, "ingest", shares)
    assert len({ticket for ticket, *_ in results}) == 1
    assert sum(opened for _, opened, *_ in results) == 1
    seqs = sorted(seq for _, _, accepted, _ in results for seq in accepted)
    assert seqs == list(range(1, 9))
    row = store.tickets.find("desk", "7")
    assert row is not None
    assert (row.last_seq, row.epoch) == (8, 1)


def test_the_same_delivery_at_once_is_accepted_once(store: Store, url: str) -> None:
    results = race(url, "ingest", [[{"external_id": "7", "content": "c"}] * 3 for _ in range(2)])
    assert sorted((len(accepted), duplicates) for _, _, accepted, duplicates in results) == [(0, 1)] * 5 + [(1, 0)]


def test_duplicates_within_and_across_deliveries(store: Store) -> None:
    first = given.deliver(store, "1", given.arrival("a"), given.arrival("a"), given.arrival("b"))
    assert (first.accepted, first.duplicates, first.opened) == ((1, 2), 1, True)
    again = given.deliver(store, "1", given.arrival("b"), given.arrival("c"), given.arrival("a"))
    assert (again.accepted, again.duplicates, again.opened, again.reopened) == ((3,), 2, False, False)
    assert _texts(store, first.ticket_id) == ["text of a", "text of b", "text of c"]


def test_a_content_id_belongs_to_the_channel_instance(store: Store) -> None:
    given.deliver(store, "1", given.arrival("a"))
    other = store.messages.ingest(
        "other-desk", "1", [given.arrival("a")], subject=None, requester={"id": "ana"}, owner="support", sla=given.SLA
    )
    assert (other.opened, other.accepted) == (True, (1,))


@pytest.mark.parametrize(("apart", "same"), [(0, True), (5, True), (6, False)])
def test_a_description_and_its_first_comment_are_one_message(store: Store, apart: int, same: bool) -> None:
    text = "My lamp is broken.\r\n"
    first = given.deliver(store, "1", given.arrival("ticket-1", text=text, platform_time=AT))
    copy = given.arrival(
        "comment-1", text=text.strip(), platform_time=AT + timedelta(seconds=apart), same_as_first=True
    )
    assert given.deliver(store, "1", copy).accepted == (() if same else (2,))
    later = given.arrival("comment-1", text=text, platform_time=AT + timedelta(hours=1))
    assert given.deliver(store, "1", later).accepted == (), "known by its id, also without the mark"
    assert store.tickets.get(first.ticket_id).last_seq == (1 if same else 2)


@pytest.mark.parametrize("other", [{"author": "bob"}, {"text": "My lamp is whole."}])
def test_another_author_or_text_is_another_message(store: Store, other: dict[str, str]) -> None:
    given.deliver(store, "1", given.arrival("t", text="My lamp is broken.", platform_time=AT))
    more = {"text": "My lamp is broken."} | other
    copy = given.arrival("c", platform_time=AT, same_as_first=True, **more)
    assert given.deliver(store, "1", copy).accepted == (2,)


def test_the_copy_of_a_description_does_not_reopen(store: Store) -> None:
    made = given.deliver(store, "1", given.arrival("t", text="Hi", platform_time=AT))
    assert store.tickets.close(made.ticket_id, 1, 1, "solved")
    copy = given.arrival("c", text="Hi", platform_time=AT, same_as_first=True)
    assert not given.deliver(store, "1", copy).reopened
    assert store.tickets.get(made.ticket_id).state == "closed"


def test_a_reopen_raises_the_epoch_and_takes_the_identity_off(store: Store) -> None:
    row = given.ticket(store)
    store.tickets.update(row.id, flow="refund", revision="refund@1", category="refund")
    assert store.tickets.close(row.id, 1, 1, "solved")
    retried = given.deliver(store, "1", given.arrival("first-1"))
    assert (retried.reopened, retried.epoch, retried.duplicates) == (False, 1, 1)
    again = given.deliver(store, "1", given.arrival("thanks"))
    assert (again.reopened, again.opened, again.epoch, again.accepted) == (True, False, 2, (2,))
    now = store.tickets.get(row.id)
    assert (now.state, now.epoch, now.verified, now.flow, now.revision) == ("open", 2, None, "triage", None)
    assert now.outcome is None
    assert now.next_due is not None
    assert [message.epoch for message in store.messages.of_ticket(row.id)] == [1, 2]


def test_what_is_not_a_customers_message_does_not_reopen(store: Store) -> None:
    row = given.ticket(store)
    store.tickets.close(row.id, 1, 1, "solved")
    note = given.arrival("n", author="tom", author_role="agent")
    event = given.arrival("e", kind="event", event="shipped")
    assert not given.deliver(store, "1", note, event).reopened
    now = store.tickets.get(row.id)
    assert (now.state, now.last_seq, now.ring_wanted_at, now.next_due) == ("closed", 3, None, None)


def test_another_requester_takes_the_identity_off(store: Store) -> None:
    row = given.ticket(store)
    given.deliver(store, "1", given.arrival("same"))
    assert store.tickets.get(row.id).verified is not None
    given.deliver(store, "1", given.arrival("x", author="bob"), requester="bob")
    now = store.tickets.get(row.id)
    assert (now.verified, now.requester) == (None, {"id": "bob"})


def test_a_wish_for_a_person_is_a_handoff_at_once(store: Store) -> None:
    row = given.ticket(store)
    intent = given.intent(store, row)
    approval = store.approvals.open(intent.id, 1, 1, "leads", node="refund", expires_at=store.now() + given.SLA)
    made = given.deliver(store, "1", given.arrival("w", text="a human, please", wants_person=True))
    handoff = store.handoffs.get(made.handoff)
    assert (handoff.reason, handoff.state, handoff.epoch) == ("customer_wish", "open", 1)
    assert timedelta() < handoff.due_at - store.now() <= given.SLA
    assert store.tickets.get(row.id).state == "handed_off"
    assert store.intents.get(intent.id).state == "withdrawn"
    assert store.approvals.get(approval.id).state == "withdrawn"
    again = given.deliver(store, "1", given.arrival("w2", wants_person=True))
    assert again.handoff == made.handoff, "one person is asked for once"


def test_only_a_customer_wishes_for_a_person(store: Store) -> None:
    made = given.deliver(store, "1", given.arrival("w", author_role="agent", wants_person=True))
    assert made.handoff is None


def test_pull_answers_the_ring_and_take_is_once(store: Store) -> None:
    row = given.ticket(store)
    given.deliver(store, "1", given.arrival("b"), given.arrival("c"))
    assert [ticket.id for ticket in store.tickets.to_ring()] == [row.id]
    assert [message.seq for message in store.messages.pull(row.id, 1)] == [2, 3]
    assert store.tickets.to_ring() == []
    assert store.messages.take(row.id, [1, 2], "ask:order", "adds") == [1, 2]
    assert store.messages.take(row.id, [2, 3], "meanwhile") == [3]
    assert store.messages.take(row.id, [1, 2], "ask:order") == [1, 2], "a repeat of the same step"
    taken = store.messages.of_ticket(row.id)
    assert [(m.handled_by, m.meaning) for m in taken] == [("ask:order", "adds")] * 2 + [("meanwhile", None)]
    assert all(m.handled_at is not None for m in taken)


def test_what_nobody_takes_up_is_found(store: Store, clock: Clock) -> None:
    row = given.ticket(store)
    assert store.messages.unhandled(timedelta(minutes=1)) == []
    clock.shift = timedelta(minutes=2)
    assert [message.seq for message in store.messages.unhandled(timedelta(minutes=1))] == [1]
    store.messages.take(row.id, [1], "triage")
    assert store.messages.unhandled(timedelta(minutes=1)) == []


@pytest.mark.parametrize(
    "text",
    ["", "nul \x00 in it", "half \ud83d emoji", "👩‍👩‍👧 עברית ไทย", "x" * 1_000_000, "'; DROP TABLE tickets; --"],
)
def test_hostile_texts_are_stored(store: Store, text: str) -> None:
    made = given.deliver(store, text[:2000] or "empty", given.arrival(text[:3000] or "c", text=text, data={"t": text}))
    (row,) = store.messages.pull(made.ticket_id, 0)
    assert row.text == text.replace("\x00", "\ufffd").replace("\ud83d", "\ufffd")
    assert row.data == {"t": text}
    repeated = given.deliver(store, text[:2000] or "empty", given.arrival(text[:3000] or "c", text=text))
    assert (repeated.ticket_id, repeated.duplicates) == (made.ticket_id, 1)


def test_the_conversation_puts_a_reply_after_what_it_could_know(store: Store) -> None:
    row = given.ticket(store)
    asked = given.question(store, row)
    given.deliver(store, "1", given.arrival("yes", text="yes"))
    given.deliver(store, "1", given.arrival("e", kind="event", event="shipped"))
    store.outbound.propose(row.id, 1, "later", "", "reply", {"text": "unsent"}, {})
    said = store.messages.conversation(row.id)
    assert [(turn.who, turn.text) for turn in said] == [
        ("customer", "text of first-1"), ("engine", "Shall I?"), ("customer", "yes"),
    ]  # fmt: skip
    assert said[1].outbound_id == asked.id
    assert [turn.text for turn in store.messages.conversation(row.id, limit=1)] == ["yes"]
