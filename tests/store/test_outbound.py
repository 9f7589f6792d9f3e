"""Everything that leaves the engine is a row first, and leaves once."""

from datetime import timedelta

import pytest

from engine.store import Began, Clock, OutboundRow, Store, TicketRow
from engine.store.rows import OutboundKind
from tests.store import given


def _row(store: Store, row: TicketRow, kind: OutboundKind = "reply", guarded: object = "passed") -> OutboundRow:
    return store.outbound.propose(row.id, row.epoch, "answer", "", kind, {"text": "Hello"}, guarded)


def _begin(store: Store, row: OutboundRow, token: str | None = None) -> str:
    token = token or store.outbound.hold(row.id) or ""
    return given.code(store.outbound.begin(row.id, token, deadline=given.MINUTE))


def _sending(store: Store, row: OutboundRow) -> str:
    token = store.outbound.hold(row.id) or ""
    assert _begin(store, row, token) == "began"
    return token


def test_a_place_keeps_its_first_text(store: Store) -> None:
    row = given.ticket(store)
    first = _row(store, row)
    again = store.outbound.propose(row.id, 1, "answer", "", "reply", {"text": "Other"}, None)
    assert again == first
    note = _row(store, row, "note")
    assert note.id != first.id
    assert len({first.marker, note.marker}) == 2
    assert store.outbound.by_marker(first.marker) == first
    assert store.outbound.by_marker("none") is None


def test_a_reply_leaves_only_guarded(store: Store) -> None:
    row = given.ticket(store)
    reply = _row(store, row, guarded=None)
    token = store.outbound.hold(reply.id)
    assert _begin(store, reply, token) == "guard"
    assert store.outbound.guard(reply.id, {"text": "Hello, guarded"}, {"set": "customer-facing"})
    assert _begin(store, reply, token) == "token", "whoever held the unguarded text is fenced off"
    assert _begin(store, reply) == "began"
    assert not store.outbound.guard(reply.id, {"text": "x"}, {})
    assert _begin(store, _row(store, row, "note", guarded=None)) == "began"


@pytest.mark.parametrize(
    ("mode", "kinds"),
    [
        ("live", {"reply", "note", "update", "mail"}),
        ("read_only", {"reply", "note", "update", "mail"}),
        ("suggest", {"note", "update", "mail"}),
        ("shadow", set()),
    ],
)
def test_what_may_leave_in_which_mode(store: Store, mode: str, kinds: set[str]) -> None:
    row = given.ticket(store)
    store.tickets.lower_mode(row.id, mode)  # type: ignore[arg-type]
    every: tuple[OutboundKind, ...] = ("reply", "note", "update", "mail")
    assert {kind for kind in every if _begin(store, _row(store, row, kind)) == "began"} == kinds


def test_a_reply_belongs_to_its_epoch(store: Store) -> None:
    row = given.ticket(store)
    reply, note = _row(store, row), _row(store, row, "note")
    store.tickets.close(row.id, 1, 1, "solved")
    assert store.outbound.get(reply.id).state == "withdrawn"
    late = store.outbound.propose(row.id, 1, "late", "", "reply", {"text": "x"}, {})
    assert _begin(store, late) == "state"
    given.deliver(store, "1", given.arrival("again"))
    assert _begin(store, late) == "state"
    assert _begin(store, note) == "began"


def test_the_engine_says_nothing_more_once_people_have_the_ticket(store: Store) -> None:
    """A reply that was being written when the watchdog, or the customer's wish, took the ticket away."""
    row = given.ticket(store)
    handoff = store.handoffs.open(row.id, 1, "stalled", "support", {}, store.now())
    said = {"text": "x"}
    late = store.outbound.propose(row.id, 1, "faq/reply", "", "reply", said, {"passed": True})
    word = store.outbound.propose(row.id, 1, f"handoff/{handoff.id}", "", "reply", said, {"passed": True})
    assert [_begin(store, one) for one in (late, word)] == ["state", "began"]


def test_an_old_token_is_fenced(store: Store) -> None:
    reply = _row(store, given.ticket(store))
    old, new = store.outbound.hold(reply.id), store.outbound.hold(reply.id)
    assert _begin(store, reply, old) == "token"
    assert _begin(store, reply, new) == "began"
    assert _begin(store, reply, new) == "state"
    assert store.outbound.hold(reply.id) is None
    assert not store.outbound.settle(reply.id, old or "", "sent")
    assert store.outbound.settle(reply.id, new or "", "sent", external_id="c1")
    assert store.outbound.settle(reply.id, new or "", "sent", external_id="c1")
    assert not store.outbound.settle(reply.id, new or "", "not_sent")
    found = store.outbound.by_external_id("desk", "c1")
    assert found is not None
    assert (found.id, found.was_sent, found.sending_seq) == (reply.id, True, 1)
    assert store.outbound.by_external_id("other-desk", "c1") is None


def test_a_retry_waits_looks_and_settles(store: Store, clock: Clock) -> None:
    reply = _row(store, given.ticket(store))
    token = _sending(store, reply)
    assert store.outbound.again(reply.id, has_find=True).what == "wait"
    assert not store.outbound.not_found(reply.id), "the holder may still be sending"
    clock.shift = timedelta(minutes=2)
    assert store.outbound.again(reply.id, has_find=True).what == "look"
    assert store.outbound.again(reply.id, has_find=False).what == "unknown"
    assert [row.id for row in store.outbound.overdue_sending()] == [reply.id]
    assert [row.id for row in store.outbound.pending()] == [reply.id]
    assert store.outbound.not_found(reply.id)
    assert not store.outbound.settle(reply.id, token, "sent"), "fenced off"
    _sending(store, reply)
    assert store.outbound.found(reply.id, "c9", store.now())
    assert not store.outbound.found(reply.id, "c9")
    assert store.outbound.get(reply.id).external_id == "c9"
    assert store.outbound.pending() == []


def test_unknown_is_reconciled_or_settled_late(store: Store, clock: Clock) -> None:
    row = given.ticket(store)
    first, second = _row(store, row), _row(store, row, "note")
    tokens = [_sending(store, outbound) for outbound in (first, second)]
    clock.shift = timedelta(minutes=2)
    assert all(store.outbound.mark_unknown(outbound.id) for outbound in (first, second))
    assert store.outbound.settle(first.id, tokens[0], "sent")
    assert not store.outbound.reconcile(first.id, False, "ida")
    assert store.outbound.reconcile(second.id, False, "ida", "not there")
    assert not store.outbound.settle(second.id, tokens[1], "sent")
    assert not store.outbound.get(second.id).was_sent


def test_what_did_not_leave_is_tried_again(store: Store) -> None:
    row = given.ticket(store)
    note = _row(store, row, "note")
    token = _sending(store, note)
    assert store.outbound.release(note.id, token)
    assert not store.outbound.release(note.id, token)
    token = _sending(store, note)
    assert store.outbound.settle(note.id, token, "not_sent", because="422")
    assert [pending.id for pending in store.outbound.pending()] == [note.id]
    assert store.outbound.requeue(note.id)
    assert store.outbound.withdraw(note.id, "no longer true")
    assert _begin(store, note) == "state"
    assert store.outbound.get(note.id).attempts == 2


def test_two_workers_hold_one_reply(store: Store) -> None:
    reply = _row(store, given.ticket(store))
    tokens = [store.outbound.hold(reply.id) or "" for _ in range(3)]
    outcomes = [store.outbound.begin(reply.id, token, deadline=given.MINUTE) for token in tokens]
    assert [isinstance(outcome, Began) for outcome in outcomes] == [False, False, True]
