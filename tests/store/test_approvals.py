"""An approval counts once, for what an entitled person saw, before its expiry (invariant 2)."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from engine.store import ApprovalRow, Clock, Store, schema
from engine.store.proposing import Note
from tests.store import given
from tests.store.racing import race

LEADS = frozenset({"leads"})
HOUR = timedelta(hours=1)
MILLISECOND = timedelta(milliseconds=1)


def _open(store: Store, *, line: int = 1, intent: str | None = None) -> ApprovalRow:
    intent = intent or given.intent(store, given.ticket(store)).id
    soon = store.now() + HOUR
    return store.approvals.open(
        intent, 1, line, "leads", node="refund", expires_at=soon, remind_at=[soon - HOUR / 2], shown={"amount": 40}
    )


def _decide(
    store: Store, row: ApprovalRow, *, person: str = "lena", approve: bool = True, version: int = 1,
    teams: frozenset[str] = LEADS,
) -> str:  # fmt: skip
    made = store.approvals.decide(row.id, person=person, teams=teams, approve=approve, version=version, via="console")
    assert store.approvals.decisions(row.id)[-1].outcome == made.outcome, "every attempt is kept"
    return made.outcome


def _frozen_at(monkeypatch: pytest.MonkeyPatch, store: Store, row: ApprovalRow, off: timedelta) -> None:
    """The database's clock stands still, so far from the expiry."""
    from engine.store.columns import micros

    class Still:
        def __new__(cls) -> sa.ColumnElement[int]:  # type: ignore[misc]
            return sa.literal(micros(row.expires_at + off), sa.BigInteger)

    monkeypatch.setattr("engine.store.transaction.database_now", Still)


def test_opening_again_is_the_same_row(store: Store) -> None:
    row = _open(store)
    assert _open(store, intent=row.intent_id) == row
    assert (row.state, row.shown, len(row.remind_at)) == ("open", {"amount": 40}, 1)
    assert store.approvals.listing(team="leads") == [row]
    assert store.approvals.listing(team="billing") == []


def test_a_double_decision(store: Store, url: str) -> None:
    row = _open(store)
    store.messages.pull(row.ticket_id, 0)
    pieces = [{"approval": row.id, "person": f"p{n}", "approve": n % 2 == 0} for n in range(6)]
    results = race(url, "decide", [pieces[:3], pieces[3:]])
    assert results.count("already_decided") == 5
    (winner,) = [outcome for outcome in results if outcome != "already_decided"]
    now = store.approvals.get(row.id)
    assert now.state == winner
    assert now.decided_by == pieces[results.index(winner)]["person"]
    assert sorted(note.outcome for note in store.approvals.decisions(row.id)) == sorted(results)
    assert [rung.id for rung in store.tickets.to_ring()] == [row.ticket_id]


@pytest.mark.parametrize(
    ("off", "outcome"), [(-MILLISECOND, "approved"), (0 * HOUR, "expired"), (MILLISECOND, "expired")]
)
def test_a_millisecond_before_and_after_expiry(
    store: Store, monkeypatch: pytest.MonkeyPatch, off: timedelta, outcome: str
) -> None:
    row = _open(store)
    _frozen_at(monkeypatch, store, row, off)
    assert _decide(store, row) == outcome
    expired = store.approvals.expire(row.id)
    assert (expired.expired, expired.row.state) == (outcome == "expired", outcome)
    assert expired.seconds_left == pytest.approx(0.001 if outcome == "approved" else 0)


def test_expiry_and_decision_exclude_each_other(store: Store, clock: Clock) -> None:
    row = _open(store)
    early = store.approvals.expire(row.id)
    assert not early.expired
    assert 3590 < early.seconds_left <= 3600
    assert store.approvals.overdue() == []
    clock.shift = HOUR + MILLISECOND
    assert [late.id for late in store.approvals.overdue()] == [row.id]
    assert store.approvals.expire(row.id).expired
    assert not store.approvals.expire(row.id).expired
    clock.shift = timedelta()
    assert _decide(store, row) == "expired", "also when the clock is set back"


def test_a_superseded_version_cannot_be_approved(store: Store) -> None:
    row = _open(store)
    ticket = store.tickets.get(row.ticket_id)
    given.intent(store, ticket, digest="d2", arguments={"amount": "99"})
    assert _decide(store, row) == "changed"
    second = store.approvals.open(row.intent_id, 2, 1, "leads", node="refund", expires_at=store.now() + HOUR)
    assert _decide(store, second, version=1) == "changed", "decided for what was seen, not for what is"
    assert _decide(store, second, version=2) == "approved"
    assert store.approvals.open(row.intent_id, 1, 2, "x", node="n", expires_at=store.now()).state == "superseded"


def test_who_is_not_entitled_decides_nothing(store: Store) -> None:
    row = _open(store)
    assert _decide(store, row, teams=frozenset({"billing"})) == "not_entitled"
    assert _decide(store, row, teams=frozenset(), approve=False) == "not_entitled"
    assert store.approvals.get(row.id).state == "open"


@pytest.mark.parametrize("spelling", ["lena", "LENA ", " Lena"])
def test_one_person_does_not_approve_two_lines(store: Store, spelling: str) -> None:
    first = _open(store)
    second = _open(store, line=2, intent=first.intent_id)
    assert _decide(store, first) == "approved"
    assert _decide(store, second, person=spelling) == "same_person"
    assert _decide(store, second, person="omar") == "approved"


def test_one_person_may_reject_another_line(store: Store) -> None:
    first = _open(store)
    second = _open(store, line=2, intent=first.intent_id)
    assert _decide(store, first) == "approved"
    assert _decide(store, second, approve=False) == "rejected"


def test_what_was_withdrawn_or_sent_cannot_be_decided(store: Store) -> None:
    row = _open(store)
    store.tickets.leave(row.ticket_id, 1)
    assert _decide(store, row) == "withdrawn"
    assert _decide(store, row, teams=frozenset()) == "not_entitled"


def test_an_edit_makes_a_version_that_nobody_agreed_to(store: Store, clock: Clock) -> None:
    first = _open(store)
    second = _open(store, line=2, intent=first.intent_id)
    assert _decide(store, first) == "approved"

    def edit(teams: frozenset[str], version: int = 1) -> str:
        made = store.approvals.edit(
            second.id, person="omar", teams=teams, version=version, arguments={"amount": "30"}, digest="d2"
        )
        assert (made.intent is not None) == (made.outcome == "edited")
        return made.outcome

    assert edit(frozenset()) == "not_entitled"
    assert edit(LEADS, version=2) == "changed"
    clock.shift = 2 * HOUR
    assert edit(LEADS) == "expired"
    clock.shift = timedelta()
    assert edit(LEADS) == "edited"
    intent = store.intents.get(first.intent_id)
    assert (intent.version, intent.arguments, intent.digest, intent.state) == (2, {"amount": "30"}, "d2", "reserved")
    assert [row.state for row in store.approvals.of_intent(intent.id)] == ["superseded"] * 2
    assert given.code(given.begin(store, intent, needs=[1])) == "approval"
    assert edit(LEADS) == "changed"


def test_an_approval_of_another_digest_does_not_count(store: Store) -> None:
    """Whoever writes arguments past `propose` cannot use the approval of the former ones."""
    row = _open(store)
    assert _decide(store, row) == "approved"
    with store.database.write() as tx:
        tx.update(schema.intents, schema.intents.c.id == row.intent_id, digest="forged")
    assert given.code(given.begin(store, store.intents.get(row.intent_id), needs=[1])) == "approval"


def test_nobody_is_asked_for_what_was_decided(store: Store) -> None:
    """The note is there from when the approval is; a worker that was stopped in between makes no other one."""
    intent = given.intent(store, given.ticket(store)).id
    told: Note[ApprovalRow] = Note("1", lambda row: f"Approval {row.id}")
    approval = store.approvals.open(intent, 1, 1, "leads", node="refund", expires_at=store.now() + HOUR, note=told)
    [asked] = store.outbound.of_ticket(approval.ticket_id)
    assert (asked.state, asked.content) == ("reserved", {"text": f"Approval {approval.id}"})
    assert _decide(store, approval) == "approved"
    assert store.outbound.ask(approval, "1/remind.1", "note", {"text": "Reminder"}) is None
    again = store.outbound.ask(approval, "1", "note", {"text": "Approval"})
    assert again == asked
    assert store.outbound.of_ticket(approval.ticket_id) == [asked]
