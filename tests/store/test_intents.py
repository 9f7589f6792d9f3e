"""A write is begun once, by the holder of its token, through every gate (invariants 1, 2, 13)."""

import threading
from datetime import timedelta

import pytest

from engine.store import ApprovalRow, Began, Clock, IntentRow, Stopped, Store, TicketRow
from tests.store import given
from tests.store.racing import race

LEADS = frozenset({"leads"})


def _propose(store: Store, row: TicketRow, **more: object) -> tuple[IntentRow, str]:
    made = store.intents.propose(row.id, row.epoch, "refund", "", **given.proposal(**more))
    return made.intent, made.kind


def _approved(store: Store, intent: IntentRow, line: int = 1, person: str = "lena") -> str:
    soon = store.now() + timedelta(hours=1)
    row = store.approvals.open(intent.id, intent.version, line, "leads", node=intent.node, expires_at=soon)
    made = store.approvals.decide(row.id, person=person, teams=LEADS, approve=True, version=intent.version)
    assert made.outcome == "approved"
    return row.id


def test_a_place_has_one_intent(store: Store) -> None:
    row = given.ticket(store)
    first, kind = _propose(store, row)
    assert (kind, first.state, first.version) == ("fresh", "reserved", 1)
    assert _propose(store, row) == (first, "same")
    other = store.intents.propose(row.id, row.epoch, "refund", "2", **given.proposal())
    assert other.kind == "fresh"
    assert other.intent.vendor_key != first.vendor_key


def test_other_arguments_supersede_what_was_not_sent(store: Store) -> None:
    row = given.ticket(store)
    first, _ = _propose(store, row)
    approval = _approved(store, first)
    token = store.intents.hold(first.id)
    second, kind = _propose(store, row, arguments={"amount": "41.00"}, digest="d2")
    assert (kind, second.id, second.version, second.arguments) == ("superseded", first.id, 2, {"amount": "41.00"})
    assert store.approvals.get(approval).state == "superseded"
    assert given.code(given.begin(store, second, token)) == "token"
    assert given.code(given.begin(store, second, needs=[1])) == "approval"
    assert given.code(given.begin(store, second, version=1)) == "superseded"


def test_a_changed_contract_is_asked_about_again(store: Store) -> None:
    row = given.ticket(store)
    first, _ = _propose(store, row)
    assert given.code(given.begin(store, first, contract_digest="c2")) == "contract"
    assert given.code(given.begin(store, first, tool="payments.other")) == "contract"
    assert _propose(store, row, contract_digest="c2")[1] == "superseded"


@pytest.mark.parametrize("state", ["sending", "done", "not_done", "unknown"])
def test_other_arguments_for_what_was_sent_are_a_conflict(store: Store, state: str) -> None:
    row = given.ticket(store)
    first, _ = _propose(store, row)
    token = given.sending(store, first)
    if state != "sending":
        assert store.intents.settle(first.id, token, state)  # type: ignore[arg-type]
    met, kind = _propose(store, row, arguments={"amount": "1"}, digest="d2")
    assert (kind, met.arguments, met.state) == ("conflict", {"amount": "40.00"}, state)
    assert _propose(store, row)[1] == ("same" if state == "sending" else "settled")


def test_a_reopened_ticket_has_a_new_place(store: Store) -> None:
    row = given.ticket(store)
    first, _ = _propose(store, row)
    assert store.intents.settle(first.id, given.sending(store, first), "done")
    store.tickets.close(row.id, 1, 1, "solved")
    given.deliver(store, "1", given.arrival("again"))
    store.tickets.verify(row.id, "ana", "again", None, None)
    second, kind = _propose(store, store.tickets.get(row.id))
    assert kind == "fresh"
    assert second.id != first.id
    stale, _ = _propose(store, row, digest="d9")
    assert stale.id == first.id
    late = store.intents.propose(row.id, 1, "stale", "", **given.proposal()).intent
    assert late.state == "withdrawn"


def test_an_old_token_neither_begins_nor_settles(store: Store) -> None:
    intent = given.intent(store, given.ticket(store))
    old, new = store.intents.hold(intent.id), store.intents.hold(intent.id)
    assert old is not None
    assert new is not None
    assert given.code(given.begin(store, intent, old)) == "token"
    assert given.code(given.begin(store, intent, new)) == "began"
    assert given.code(given.begin(store, intent, new)) == "state"
    assert not store.intents.settle(intent.id, old, "done")
    newer = store.intents.retake(intent.id, new)
    assert newer is not None
    assert store.intents.retake(intent.id, new) is None, "somebody was faster"
    assert not store.intents.settle(intent.id, new, "not_done")
    assert store.intents.get(intent.id).state == "sending"
    assert store.intents.settle(intent.id, newer, "done", result={"id": "re_1"})
    assert store.intents.hold(intent.id) is None
    assert store.intents.retake(intent.id) is None


def test_sending_is_begun_once_whoever_tries(store: Store, url: str) -> None:
    intents = [given.intent(store, given.ticket(store, str(n))) for n in range(4)]
    pieces = [{"intent": intent.id, "pause": 0.001 * n} for intent in intents for n in range(3)]
    results = race(url, "hold_and_begin", [pieces, pieces])
    assert results.count("began") == 4
    assert set(results) <= {"began", "token", "state"}
    assert [store.intents.get(intent.id).attempts for intent in intents] == [1] * 4


def test_a_result_and_its_state_stand_together(store: Store) -> None:
    intent = given.intent(store, given.ticket(store))
    token = given.sending(store, intent)
    with pytest.raises((TypeError, ValueError)):
        store.intents.settle(intent.id, token, "done", result={"bad": object()})
    assert store.intents.get(intent.id).state == "sending"
    assert store.intents.settle(intent.id, token, "done", result={"refund": "re_1"})
    assert store.intents.settle(intent.id, token, "done", result={"refund": "re_1"}), "the same answer twice"
    assert not store.intents.settle(intent.id, token, "not_done")
    row = store.intents.get(intent.id)
    assert row.counts_as_done
    assert store.values.get(row.result_value or "") == {"refund": "re_1"}


def test_a_late_done_on_unknown_counts(store: Store, clock: Clock) -> None:
    row = given.ticket(store)
    intent = given.intent(store, row)
    token = given.sending(store, intent)
    assert not store.intents.mark_unknown(intent.id), "not before the deadline"
    clock.shift = given.MINUTE + timedelta(seconds=1)
    assert [late.id for late in store.intents.overdue_sending()] == [intent.id]
    store.messages.pull(row.id, 0)
    assert store.intents.mark_unknown(intent.id)
    assert [rung.id for rung in store.tickets.to_ring()] == [row.id]
    assert [unknown.id for unknown in store.intents.unknown()] == [intent.id]
    assert not store.intents.settle(intent.id, token, "not_done")
    assert not store.intents.settle(intent.id, "another", "done")
    assert store.intents.settle(intent.id, token, "done", result=1)
    assert not store.intents.reconcile(intent.id, False, "ida", "too late")
    assert store.intents.get(intent.id).state == "done"


def test_a_late_done_on_reconciled_as_not_done_is_an_alarm(store: Store) -> None:
    intent = given.intent(store, given.ticket(store))
    token = given.sending(store, intent)
    assert not store.intents.reconcile(intent.id, False, "ida", "not unknown yet")
    store.intents.settle(intent.id, token, "unknown")
    assert store.intents.reconcile(intent.id, False, "ida", "not in the shop's list")
    assert store.intents.alarms() == []
    assert not store.intents.settle(intent.id, token, "done", result={"id": "re_1"})
    (alarmed,) = store.intents.alarms()
    assert (alarmed.state, alarmed.as_done, alarmed.reconciled_by) == ("reconciled", False, "ida")
    assert store.values.get(alarmed.result_value or "") == {"id": "re_1"}


def test_what_a_retry_may_do(store: Store, clock: Clock) -> None:
    intent = given.intent(store, given.ticket(store))
    day = timedelta(days=1)

    def again(keeps: timedelta | None, *, has_find: bool) -> str:
        return store.intents.again(intent.id, keeps=keeps, has_find=has_find).what

    assert again(day, has_find=True) == "not_sending"
    given.sending(store, intent)
    assert again(day, has_find=True) == "send_same_key"
    waiting = store.intents.again(intent.id, keeps=None, has_find=True)
    assert waiting.what == "wait"
    assert 50 < waiting.seconds <= 60
    clock.shift = timedelta(minutes=2)
    assert again(None, has_find=True) == "look"
    assert again(None, has_find=False) == "unknown"
    assert again(day, has_find=False) == "send_same_key"
    assert store.intents.retake(intent.id) is not None
    assert again(None, has_find=False) == "wait", "the new holder has its own lease"
    clock.shift = timedelta(hours=22, minutes=59)
    assert again(day, has_find=False) == "send_same_key"
    clock.shift = timedelta(hours=23)
    assert again(day, has_find=False) == "unknown", "the vendor may forget the key while we send"
    assert again(day, has_find=True) == "look"


def test_a_release_gives_the_yeses_back_but_not_after_a_resend(store: Store) -> None:
    intent = given.intent(store, given.ticket(store))
    approval = _approved(store, intent)
    token = store.intents.hold(intent.id) or ""
    assert isinstance(given.begin(store, intent, token, needs=[1]), Began)
    assert store.approvals.get(approval).state == "used"
    assert not store.intents.release(intent.id, "another")
    assert store.intents.release(intent.id, token)
    assert store.approvals.get(approval).state == "approved"
    token = store.intents.hold(intent.id) or ""
    assert isinstance(given.begin(store, intent, token, needs=[1]), Began)
    second = store.intents.retake(intent.id, token) or ""
    assert not store.intents.release(intent.id, second), "the first call may have left"


@pytest.mark.parametrize(
    ("closed", "code"),
    [
        (lambda store, row: store.revocations.revoke(given.TOOL, "ida"), "revoked"),
        (lambda store, row: store.tickets.lower_mode(row.id, "read_only"), "mode"),
        (lambda store, row: store.meta.hold_writes(True), "held"),
        (lambda store, row: store.meta.restored(), "held"),
        (lambda store, row: given.deliver(store, row.external_id, given.arrival("b", author="bob")), "identity"),
        (lambda store, row: store.tickets.verify(row.id, "ana", "x", store.now(), None), "identity"),
    ],
)
def test_a_closed_gate_stops_the_call(store: Store, closed: object, code: str) -> None:
    row = given.ticket(store)
    intent = given.intent(store, row)
    closed(store, row)  # type: ignore[operator]
    stopped = given.begin(store, intent)
    assert (given.code(stopped), stopped.ok) == (code, False)
    after = store.intents.get(intent.id)
    assert (after.state, after.attempts) == ("reserved", 0)


def test_a_handed_off_ticket_begins_nothing(store: Store) -> None:
    row = given.ticket(store)
    intent = given.intent(store, row)
    token = store.intents.hold(intent.id)
    given.deliver(store, "1", given.arrival("w", wants_person=True))
    assert given.code(given.begin(store, intent, token)) == "state"


def test_a_call_nobody_must_be_verified_for(store: Store) -> None:
    row = given.ticket(store, verified=False)
    assert given.code(given.begin(store, given.intent(store, row, "a", author_id=None))) == "began"
    assert given.code(given.begin(store, given.intent(store, row, "b"))) == "identity"


def test_each_line_needs_its_own_person(store: Store) -> None:
    intent = given.intent(store, given.ticket(store))
    _approved(store, intent, 1, "lena")
    assert given.code(given.begin(store, intent, needs=[1, 2])) == "approval"
    _approved(store, intent, 2, "omar")
    assert given.code(given.begin(store, intent, needs=[1, 2])) == "began"
    assert [row.state for row in store.approvals.of_intent(intent.id)] == ["used", "used"]


def test_the_last_check_closes_by_saying_so_and_by_failing(store: Store) -> None:
    intent = given.intent(store, given.ticket(store))
    _approved(store, intent)
    seen: list[tuple[IntentRow, TicketRow, tuple[ApprovalRow, ...]]] = []

    def refuse(intent: IntentRow, ticket: TicketRow, approvals: tuple[ApprovalRow, ...]) -> Stopped:
        seen.append((intent, ticket, approvals))
        return Stopped("approval", "left the team")

    def fail(*_: object) -> None:
        raise KeyError("canary")

    assert given.begin(store, intent, check=refuse) == Stopped("approval", "left the team")
    assert [row.decided_by for row in seen[0][2]] == ["lena"]
    assert given.begin(store, intent, check=fail) == Stopped("check", "KeyError")
    assert given.code(given.begin(store, intent, check=lambda *_: None, needs=[1])) == "began"


def test_after_a_revocation_returns_no_call_begins(store: Store) -> None:
    intents = [given.intent(store, given.ticket(store, str(n))) for n in range(12)]
    outcomes: list[str] = []
    go = threading.Event()

    def work() -> None:
        for intent in intents:
            outcomes.append(given.code(given.begin(store, intent)))
            go.set()

    worker = threading.Thread(target=work)
    worker.start()
    go.wait(10)
    sent = {row.id for row in store.revocations.revoke(given.TOOL, "ida", "wrong amounts")}
    worker.join()
    begun = {intent.id for intent in intents if store.intents.get(intent.id).state == "sending"}
    assert begun == sent, "every call that began did so before, and is listed"
    assert outcomes == ["began"] * len(sent) + ["revoked"] * (12 - len(sent))
    assert [row.tool for row in store.revocations.listing()] == [given.TOOL]
    assert store.revocations.lift(given.TOOL)
    assert not store.revocations.is_revoked(given.TOOL)


def test_a_revocation_waits_for_a_call_that_is_passing_the_gate(store: Store) -> None:
    """The check runs inside the transaction of `begin`: while it does, a revocation must not return."""
    intent = given.intent(store, given.ticket(store))
    inside, revoked = threading.Event(), threading.Event()

    def slow(*_: object) -> None:
        inside.set()
        assert not revoked.wait(0.3)

    def revoke() -> None:
        inside.wait(10)
        assert [row.id for row in store.revocations.revoke(given.TOOL, "ida")] == [intent.id]
        revoked.set()

    other = threading.Thread(target=revoke)
    other.start()
    assert given.code(given.begin(store, intent, check=slow)) == "began"
    other.join()
    assert revoked.is_set()


def test_refused_and_withdrawn_intents_take_their_yeses_along(store: Store) -> None:
    row = given.ticket(store)
    first, second = given.intent(store, row, "a"), given.intent(store, row, "b")
    approvals = [_approved(store, intent) for intent in (first, second)]
    assert store.intents.refuse(first.id, "order.total")
    assert store.intents.withdraw(second.id, "left")
    assert not store.intents.refuse(second.id, "x")
    assert [store.approvals.get(approval).state for approval in approvals] == ["withdrawn"] * 2
    assert store.intents.get(first.id).because == "order.total"
    assert store.intents.hold(first.id) is None
    again = store.intents.propose(row.id, 1, "a", "", **given.proposal(digest="d2"))
    assert (again.kind, again.intent.state, again.intent.version) == ("superseded", "reserved", 2)


def test_voiding_asks_everything_anew(store: Store) -> None:
    row = given.ticket(store)
    waiting, sent = given.intent(store, row, "a"), given.intent(store, row, "b")
    approval = _approved(store, waiting)
    given.sending(store, sent)
    assert store.intents.void(row.id, 1) == [waiting.id]
    assert store.intents.get(waiting.id).version == 2
    assert store.approvals.get(approval).state == "superseded"
    assert store.intents.get(sent.id).version == 1
