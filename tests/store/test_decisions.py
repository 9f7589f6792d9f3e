"""What people may do with an approval beside yes and no: edit it, hand it back, be late so that others are asked."""

from datetime import timedelta
from typing import Any

import pytest

from engine.store import ApprovalRow, Clock, Store
from tests.store import given
from tests.store.racing import race

LEADS = frozenset({"leads"})
HOUR = timedelta(hours=1)
CHAIN = [{"by": "finance", "within": {"seconds": 3600}, "remind": [], "calendar": {}}]


def _open(store: Store, *, line: int = 1, intent: str | None = None, version: int = 1, **more: Any) -> ApprovalRow:
    intent = intent or given.intent(store, given.ticket(store)).id
    return store.approvals.open(
        intent, version, line, "leads", node="refund", expires_at=store.now() + HOUR, shown={"amount": 40}, **more
    )


def _edit(store: Store, row: ApprovalRow, person: str = "lena", digest: str = "d2", **more: Any) -> str:
    made = store.approvals.edit(
        row.id, person=person, teams=LEADS, version=row.version, arguments={"amount": digest}, digest=digest,
        changes={"amount": ["40", digest]}, via="api", ip="10.0.0.7", **more,
    )  # fmt: skip
    return made.outcome


def _decide(store: Store, row: ApprovalRow, person: str, *, approve: bool = True) -> str:
    return store.approvals.decide(row.id, person=person, teams=LEADS, approve=approve, version=row.version).outcome


def test_the_flow_finds_its_own_proposal_again_after_an_edit(store: Store) -> None:
    row = _open(store)
    ticket = store.tickets.get(row.ticket_id)
    assert _edit(store, row) == "edited"
    again = store.intents.propose(ticket.id, 1, "refund", "", **given.proposal())
    assert (again.kind, again.intent.version, again.intent.arguments) == ("same", 2, {"amount": "d2"})
    other = store.intents.propose(ticket.id, 1, "refund", "", **given.proposal(digest="d9"))
    assert (other.kind, other.intent.edits, other.intent.proposed) == ("superseded", None, None)


def test_whoever_edited_decides_no_other_line_of_it(store: Store) -> None:
    first = _open(store)
    assert _edit(store, first) == "edited"
    one = _open(store, intent=first.intent_id, version=2)
    two = _open(store, intent=first.intent_id, version=2, line=2)
    assert _decide(store, two, " LENA") == "editor"
    assert _decide(store, two, "lena", approve=False) == "rejected", "a no is always heard"
    three = _open(store, intent=first.intent_id, version=2, line=3)
    assert _decide(store, one, "lena") == "approved", "at the line where it was edited"
    assert _decide(store, three, "omar") == "approved"


def test_an_approval_of_an_editor_at_another_line_does_not_send(store: Store) -> None:
    """Also where the row was written past `decide`."""
    first = _open(store)
    _edit(store, first)
    for line, person in ((1, "lena"), (2, "omar")):
        _decide(store, _open(store, intent=first.intent_id, version=2, line=line), person)
    edited = store.intents.get(first.intent_id)
    assert edited.edits == [{"person": "lena", "line": 1, "version": 2}]
    assert given.code(given.begin(store, edited, needs=[1, 2])) == "began"
    other = _open(store, intent=given.intent(store, given.ticket(store, "2")).id)
    _edit(store, other, person="omar")
    _decide(store, _open(store, intent=other.intent_id, version=2, line=1), "lena")
    with store.database.write() as tx:
        from engine.store import schema

        edits = [{"person": "Lena ", "line": 7, "version": 2}]
        tx.update(schema.intents, schema.intents.c.id == other.intent_id, edits=edits)
    assert given.code(given.begin(store, store.intents.get(other.intent_id), needs=[1])) == "approval"


def test_every_attempt_keeps_what_was_seen_and_from_where(store: Store) -> None:
    row = _open(store)
    _edit(store, row)
    [note] = store.approvals.decisions_of(row.ticket_id)
    assert (note.person, note.wanted, note.outcome, note.version, note.via, note.ip) == (
        "lena", "edit", "edited", 1, "api", "10.0.0.7",
    )  # fmt: skip
    assert (note.digest, note.shown, note.seen_seq, note.changes) == ("d1", {"amount": 40}, 1, {"amount": ["40", "d2"]})


def test_handing_back_gives_the_ticket_to_people_at_once(store: Store) -> None:
    row = _open(store)
    due = store.now() + HOUR
    made = store.approvals.hand_back(row.id, person="lena", teams=LEADS, version=1, due_at=due, reason="odd")
    ticket = store.tickets.get(row.ticket_id)
    assert (made.outcome, made.row.state, made.row.decided_by) == ("handed_back", "handed_back", "lena")
    assert (ticket.state, ticket.escalated) == ("handed_off", "handed_back")
    assert ticket.ring_wanted_at is not None
    [handoff] = store.handoffs.of_ticket(ticket.id)
    assert (handoff.reason, handoff.team, handoff.package["why"]) == ("handed_back", "support", "odd")
    assert store.intents.get(row.intent_id).state == "withdrawn"
    assert _decide(store, row, "omar") == "already_decided"


def test_a_line_passes_on_once_its_time_is_over(store: Store, clock: Clock) -> None:
    row = _open(store, chain=CHAIN)
    later = store.now() + 3 * HOUR
    assert store.approvals.pass_on(row.id, 0, expires_at=later).rank == 0, "not before"
    clock.shift = HOUR + timedelta(seconds=1)
    assert store.approvals.expire(row.id).row.state == "open", "it does not expire while somebody is to be asked"
    passed = store.approvals.pass_on(row.id, 0, expires_at=later)
    assert (passed.rank, passed.team, passed.state, passed.expires_at) == (1, "finance", "open", later)
    assert store.approvals.pass_on(row.id, 0, expires_at=later + HOUR) == passed, "once"
    assert _decide(store, row, "lena") == "not_entitled"
    [passed_on, refused] = store.approvals.decisions(row.id)
    assert (passed_on.person, passed_on.outcome, refused.outcome) == ("engine", "passed_on", "not_entitled")
    clock.shift = 4 * HOUR
    assert store.approvals.expire(row.id).row.state == "expired"


def test_rejections_are_counted_by_tool_whatever_the_arguments(store: Store) -> None:
    ticket = given.ticket(store)
    intents = [given.intent(store, ticket, node, digest=node) for node in ("a", "b", "c")]
    for one in intents[:2]:
        row = store.approvals.open(one.id, 1, 1, "leads", node="n", expires_at=store.now() + HOUR)
        assert _decide(store, row, "lena", approve=False) == "rejected"
    assert store.approvals.rejections(ticket.id, 1, given.TOOL, but=intents[2].id) == 2
    assert store.approvals.rejections(ticket.id, 1, given.TOOL, but=intents[0].id) == 1
    assert store.approvals.rejections(ticket.id, 2, given.TOOL, but="") == 0
    assert store.approvals.rejections(ticket.id, 1, "other.tool", but="") == 0


WON = {"approved", "rejected", "edited", "handed_back"}


def test_of_four_who_want_different_things_one_counts(store: Store, url: str) -> None:
    row = _open(store)
    ways = ["approve", "edit", "hand_back", "reject"] * 2
    pieces = [{"approval": row.id, "person": f"p{n}", "way": way} for n, way in enumerate(ways)]
    results = race(url, "settle", [pieces[:4], pieces[4:]])
    assert len(WON & set(results)) == 1, results
    assert sum(result in WON for result in results) == 1, results
    now, intent = store.approvals.get(row.id), store.intents.get(row.intent_id)
    [won] = WON & set(results)
    assert now.state == {"edited": "superseded"}.get(won, won)
    assert intent.version == (2 if won == "edited" else 1)
    assert len(store.approvals.decisions(row.id)) == 8, "each attempt is kept"


def test_a_decision_and_the_next_teams_turn_exclude_each_other(store: Store, url: str) -> None:
    """The racers' clock is the database's own: the row's time is over for both."""
    row = _open(store, chain=CHAIN)
    with store.database.write() as tx:
        from engine.store import schema

        tx.update(schema.approvals, schema.approvals.c.id == row.id, expires_at=store.now() - HOUR)
    pieces = [{"approval": row.id, "person": f"p{n}", "way": way} for n, way in enumerate(["approve", "pass"] * 3)]
    results = race(url, "settle", [pieces[:3], pieces[3:]])
    assert "approved" not in results
    assert results.count("open rank 1") == 3
    assert [note.outcome for note in store.approvals.decisions(row.id)].count("passed_on") == 1


@pytest.mark.parametrize("wanted", ["mail", "chat"])
def test_notices_wait_until_nobody_can_still_be_sending_them(store: Store, clock: Clock, wanted: Any) -> None:
    ticket = given.ticket(store)
    row = store.outbound.propose(ticket.id, 1, "n", "1/x", wanted, {"to": "lena"})
    assert [one.id for one in store.outbound.due(["mail", "chat"])] == [row.id]
    token = store.outbound.hold(row.id) or ""
    store.outbound.begin(row.id, token, deadline=given.MINUTE)
    assert store.outbound.due(["mail", "chat"]) == []
    clock.shift = 2 * given.MINUTE
    assert [one.id for one in store.outbound.due(["mail", "chat"])] == [row.id]
