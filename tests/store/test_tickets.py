"""Tickets: closing, leaving, modes, identity, and lists that stay fast."""

from dataclasses import FrozenInstanceError
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from engine.store import Clock, Missing, Store, StoreRefused, Verified, schema
from engine.store.columns import micros
from engine.store.tickets import overdue_query, to_ring_query
from tests.store import given
from tests.store.racing import Racer, race, running


def test_close_needs_the_last_message(store: Store) -> None:
    row = given.ticket(store)
    given.deliver(store, "1", given.arrival("late"))
    assert not store.tickets.close(row.id, 1, 1, "solved")
    assert store.tickets.get(row.id).state == "open"
    assert not store.tickets.close(row.id, 2, 2, "solved")
    assert store.tickets.close(row.id, 1, 2, "solved")
    assert not store.tickets.close(row.id, 1, 2, "solved"), "once"
    now = store.tickets.get(row.id)
    assert (now.state, now.outcome, now.next_due) == ("closed", "solved", None)


def test_close_against_a_message_that_arrives(store: Store, url: str) -> None:
    rows = [given.ticket(store, f"r{n}") for n in range(8)]
    closer = Racer(url, "close", [{"ticket": row.id} for row in rows])
    writer = Racer(url, "ingest", [{"external_id": row.external_id, "content": f"late-{row.id}"} for row in rows])
    with running(closer, writer):
        for racer in (closer, writer):
            racer.go()
        closed = closer.finish()
        assert len(writer.finish()) == len(rows)
    for row, was_closed in zip(rows, closed, strict=True):
        now = store.tickets.get(row.id)
        # whoever was first: the message is never in a closed ticket
        assert (now.state, now.epoch, now.last_seq) == ("open", 2 if was_closed else 1, 2)


def test_close_takes_back_what_is_open(store: Store) -> None:
    row = given.ticket(store)
    intent = given.intent(store, row)
    sent = given.intent(store, row, "other")
    given.sending(store, sent)
    soon = store.now() + given.SLA
    approval = store.approvals.open(intent.id, 1, 1, "leads", node="refund", expires_at=soon)
    consent = store.consents.open(intent.id, 1, given.question(store, row).id, soon)
    handoff = store.handoffs.open(row.id, 1, "late", "billing", {}, soon, take_over=False)
    assert store.tickets.close(row.id, 1, 1, "silent")
    assert store.intents.get(intent.id).state == "withdrawn"
    assert store.intents.get(sent.id).state == "sending"
    assert store.approvals.get(approval.id).state == "withdrawn"
    assert store.consents.get(consent.id).state == "withdrawn"
    assert store.handoffs.get(handoff.id).state == "resolved"


def test_leave_withdraws_what_its_nodes_have_open(store: Store) -> None:
    row = given.ticket(store)
    soon = store.now() + given.SLA
    left, kept, sent = (given.intent(store, row, node) for node in ("refund", "credit", "ship"))
    given.sending(store, sent)
    approvals = [store.approvals.open(i.id, 1, 1, "leads", node=i.node, expires_at=soon) for i in (left, kept)]
    reply = store.outbound.propose(row.id, 1, "refund", "", "reply", {"text": "x"}, {})
    note = store.outbound.propose(row.id, 1, "refund", "", "note", {"text": "x"})
    gone = store.tickets.leave(row.id, 1, ["refund", "ship"])
    assert gone.intents == (left.id,)
    assert gone.approvals == (approvals[0].id,)
    assert [intent.id for intent in gone.sending] == [sent.id]
    assert gone.replies == (reply.id,)
    assert store.outbound.get(note.id).state == "reserved"
    assert store.intents.get(kept.id).state == "reserved"
    everything = store.tickets.leave(row.id, 1)
    assert everything.intents == (kept.id,)
    assert store.tickets.leave(row.id, 1).approvals == ()


def test_leave_withdraws_a_yes_that_was_not_used(store: Store) -> None:
    row = given.ticket(store)
    intent = given.intent(store, row)
    soon = store.now() + given.SLA
    approval = store.approvals.open(intent.id, 1, 1, "leads", node="refund", expires_at=soon)
    store.approvals.decide(approval.id, person="lena", teams=frozenset({"leads"}), approve=True, version=1)
    store.tickets.leave(row.id, 1)
    assert store.approvals.get(approval.id).state == "withdrawn"
    assert given.code(given.begin(store, intent, "x", needs=[1])) == "state"


def test_nothing_is_reserved_for_a_ticket_that_has_left(store: Store) -> None:
    row = given.ticket(store)
    there = given.intent(store, row)
    store.handoffs.open(row.id, 1, "customer_wish", None, {}, store.now())
    late = given.intent(store, row, "other")
    assert (late.state, late.because) == ("withdrawn", "ticket_left")
    approval = store.approvals.open(there.id, 1, 1, "leads", node="refund", expires_at=store.now() + given.SLA)
    assert approval.state == "withdrawn"
    assert store.intents.renew(late.id) is None
    assert store.tickets.hand_back(row.id, 1)
    assert [handoff.state for handoff in store.handoffs.of_ticket(row.id)] == ["resolved"]
    renewed = store.intents.renew(late.id)
    assert renewed is not None
    assert (renewed.state, renewed.version) == ("reserved", 2)


def test_modes_only_fall(store: Store) -> None:
    row = given.ticket(store)
    assert store.tickets.lower_mode(row.id, "read_only") == "read_only"
    assert store.tickets.lower_mode(row.id, "live") == "read_only"
    assert store.tickets.lower_mode(row.id, "shadow") == "shadow"
    assert store.tickets.lower_mode(row.id, "suggest") == "shadow"


def test_attempts_are_counted_over_reopening(store: Store) -> None:
    row = given.ticket(store)
    assert [store.tickets.attempt(row.id, "verify") for _ in range(3)] == [1, 2, 3]
    store.tickets.close(row.id, 1, 1, "silent")
    given.deliver(store, "1", given.arrival("again"))
    assert store.tickets.attempt(row.id, "verify") == 4
    assert store.tickets.attempt(row.id, "other") == 1


def test_update_sets_only_what_it_may(store: Store) -> None:
    row = given.ticket(store)
    assert store.tickets.update(row.id, flow="refund", owner="billing", awaiting_team="leads", epoch=1)
    assert not store.tickets.update(row.id, owner="nobody", epoch=2)
    now = store.tickets.get(row.id)
    assert (now.flow, now.owner, now.awaiting_team) == ("refund", "billing", "leads")
    for columns in ({"state": "closed"}, {"mode": "live"}, {"verified": None}, {"nonsense": 1}):
        with pytest.raises(ValueError, match="not to be set"):
            store.tickets.update(row.id, **columns)
    with pytest.raises(ValueError, match="next time"):
        store.tickets.update(row.id, next_due=None)
    for nobody in (None, ""):
        with pytest.raises(ValueError, match="an owner"):
            store.tickets.update(row.id, owner=nobody)
    with pytest.raises(ValueError, match="without an offset"):
        store.tickets.update(row.id, next_due=store.now().replace(tzinfo=None))


def test_verify_belongs_to_an_epoch(store: Store) -> None:
    row = given.ticket(store, verified=False)
    until = store.now() + given.SLA
    assert not store.tickets.verify(row.id, "ana", "customers.match", until, "v_1", epoch=2)
    assert store.tickets.verify(row.id, "ana", "customers.match", until, "v_1", epoch=1)
    now = store.tickets.get(row.id)
    assert (now.verified, now.customer_value) == (Verified("ana", how="customers.match", until=until), "v_1")
    store.tickets.update(row.id, requester={"id": "bob"})
    assert store.tickets.get(row.id).verified is None


def test_where_two_write_as_the_customer_nobody_is_verified(store: Store) -> None:
    row = given.ticket(store)
    given.deliver(store, "1", given.arrival("note", author="lena", author_role="agent"))
    assert store.tickets.get(row.id).verified is not None, "an agent is no customer"
    given.deliver(store, "1", given.arrival("me too", author="bob"))
    assert store.tickets.get(row.id).verified is None
    for author in ("ana", "bob"):
        assert not store.tickets.verify(row.id, author, "customers.match", None, "v_1")
    assert store.tickets.get(row.id).verified is None


def test_rings_and_overdue(store: Store, clock: Clock) -> None:
    first, second = given.ticket(store, "1"), given.ticket(store, "2")
    store.messages.pull(first.id, 0)
    assert store.tickets.to_ring(timedelta(seconds=2)) == []
    clock.shift = timedelta(seconds=3)
    assert [row.id for row in store.tickets.to_ring(timedelta(seconds=2))] == [second.id]
    store.tickets.ring(first.id)
    assert {row.id for row in store.tickets.to_ring()} == {first.id, second.id}
    assert store.tickets.overdue() == []
    clock.shift = given.SLA + timedelta(minutes=1)
    assert {row.id for row in store.tickets.overdue()} == {first.id, second.id}
    assert store.tickets.overdue(timedelta(minutes=2)) == []
    store.tickets.close(second.id, 1, 1, "solved")
    store.tickets.ring(second.id)
    assert [row.id for row in store.tickets.overdue()] == [first.id]
    assert [row.id for row in store.tickets.all_open()] == [first.id]


def test_listing(store: Store) -> None:
    rows = [given.ticket(store, str(n)) for n in range(5)]
    store.tickets.update(rows[0].id, flow="refund")
    store.tickets.close(rows[1].id, 1, 1, "solved")
    assert {row.id for row in store.tickets.listing()} == {row.id for row in rows}
    assert [row.id for row in store.tickets.listing(flow="refund")] == [rows[0].id]
    assert [row.id for row in store.tickets.listing(state="closed")] == [rows[1].id]
    pages = [store.tickets.listing(limit=2, offset=offset) for offset in (0, 2, 4, 6)]
    assert [len(page) for page in pages] == [2, 2, 1, 0]
    assert len({row.id for page in pages for row in page}) == 5


def test_rows_are_frozen_and_keep_contents_out_of_repr(store: Store) -> None:
    made = given.deliver(store, "1", given.arrival("a", text="canary Zoë"))
    row = store.tickets.get(made.ticket_id)
    with pytest.raises(FrozenInstanceError):
        row.state = "closed"  # type: ignore[misc]
    assert "Zo" not in repr(store.messages.of_ticket(row.id))
    assert row.salt.hex() not in repr(row)
    assert len(row.salt) == 32
    with pytest.raises(Missing):
        store.tickets.get("t_none")
    assert store.tickets.find("desk", "none") is None


TEN_THOUSAND = """
WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < 9999)
INSERT INTO tickets (id, channel, external_id, epoch, state, flow, owner, next_due, ring_wanted_at, last_seq, mode,
                     requester, attempts, salt, created_at, updated_at)
SELECT 't_' || n, 'desk', CAST(n AS TEXT), 1, 'open', 'triage', 'support',
       CAST(:now AS BIGINT) + n * CAST(:minute AS BIGINT),
       CASE WHEN n - n / 100 * 100 = 0 THEN CAST(:now AS BIGINT) END, 0, 'live', '{}', '{}', :salt,
       CAST(:now AS BIGINT), CAST(:now AS BIGINT)
FROM numbers
"""


def test_ten_thousand_tickets_are_found_by_an_index(store: Store) -> None:
    now = store.now()
    moment = {"now": micros(now), "minute": 60_000_000, "salt": b"x"}
    with store.database.write() as tx:
        tx.connection.execute(sa.text(TEN_THOUSAND), moment)
        tx.connection.execute(sa.text("ANALYZE"))
    queries = {
        "ix_tickets_ring_wanted_at": to_ring_query(now, 500), "ix_tickets_next_due": overdue_query(now, 500),
    }  # fmt: skip
    with store.database.read() as tx:
        for index, query in queries.items():
            assert index in _explained(tx.connection, query)
    assert len(store.tickets.to_ring()) == 100
    assert len(store.tickets.overdue(-timedelta(minutes=5))) in (5, 6)


def _explained(connection: sa.Connection, query: sa.Select[tuple[object]]) -> str:
    word = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
    plain = query.compile(connection, compile_kwargs={"literal_binds": True})
    return "\n".join(str(row) for row in connection.exec_driver_sql(f"{word} {plain}"))


def test_a_handoff_is_asked_for_once_and_enriched(store: Store) -> None:
    row = given.ticket(store)
    due = store.now() + given.SLA
    first = store.handoffs.open(row.id, 1, "customer_wish", None, {"summary": "", "facts": {"a": 1}}, due)
    more = store.handoffs.open(row.id, 1, "late", "billing", {"summary": "wants money", "facts": {}}, due + given.SLA)
    assert more.id == first.id
    assert (more.reason, more.team, more.due_at) == ("customer_wish", "billing", due)
    assert more.package == {"summary": "wants money", "facts": {"a": 1}}
    now = store.tickets.get(row.id)
    assert (now.state, now.escalated, now.awaiting_team) == ("handed_off", "customer_wish", "billing")
    assert store.handoffs.deliver(first.id)
    assert not store.handoffs.deliver(first.id)
    assert [handoff.id for handoff in store.handoffs.listing(team="billing")] == [first.id]
    assert store.handoffs.resolve(first.id, hand_back=True)
    assert not store.handoffs.resolve(first.id)
    assert store.tickets.get(row.id).state == "open"
    assert store.handoffs.listing() == []
    assert store.handoffs.open(row.id, 1, "again", None, {}, due).id != first.id


def test_concurrent_wishes_make_one_handoff(store: Store, url: str) -> None:
    row = given.ticket(store)
    given.deliver(store, "1", given.arrival("w", wants_person=True))
    results = race(url, "ingest", [[{"external_id": "1", "content": f"c{p}{n}"} for n in range(3)] for p in range(2)])
    assert sorted(seq for _, _, accepted, _ in results for seq in accepted) == list(range(3, 9))
    assert len(store.handoffs.of_ticket(row.id)) == 1


def test_a_ticket_has_an_owner_and_a_next_time_from_its_first_message_on(store: Store) -> None:
    first = given.ticket(store)
    assert (first.owner, first.next_due) == ("support", first.created_at + given.SLA)
    store.tickets.update(first.id, owner="billing")
    store.tickets.close(first.id, 1, 1, "solved")
    given.deliver(store, "1", given.arrival("again"))
    assert store.tickets.get(first.id).owner == "support", "another matter: the flow of the last one has no say"


@pytest.mark.parametrize("columns", [{"owner": None}, {"owner": ""}, {"next_due": None}])
def test_the_database_itself_refuses_an_open_ticket_that_nobody_looks_after(
    store: Store, columns: dict[str, Any]
) -> None:
    row = given.ticket(store)
    with pytest.raises(StoreRefused), store.database.write() as tx:
        tx.connection.execute(sa.update(schema.tickets).where(schema.tickets.c.id == row.id).values(**columns))
