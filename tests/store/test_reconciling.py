"""Unknown outcomes are decided once, by people; a store that was set back holds its writes."""

import pytest

from engine.store import Clock, Missing, Store
from tests.store import given
from tests.store.racing import race


def _unknown(store: Store, clock: Clock, number: str = "1") -> str:
    intent = given.intent(store, given.ticket(store, number))
    token = given.sending(store, intent)
    store.intents.settle(intent.id, token, "unknown", because="timeout")
    return intent.id


def test_the_first_word_counts_and_each_is_kept(store: Store, url: str, clock: Clock) -> None:
    call = _unknown(store, clock)
    pieces = [{"call": call, "person": f"p{n}", "as_done": n % 2 == 0} for n in range(6)]
    results = race(url, "reconcile", [pieces[:3], pieces[3:]])
    assert sorted(results) == ["already_decided"] * 5 + ["reconciled"]
    winner = pieces[results.index("reconciled")]
    row = store.intents.get(call)
    assert (row.state, row.as_done, row.reconciled_by, row.because) == (
        "reconciled", winner["as_done"], winner["person"], "looked",
    )  # fmt: skip
    assert len(store.reconciling.attempts(call)) == 6
    assert [one.outcome for one in store.reconciling.attempts_of(row.ticket_id)].count("reconciled") == 1


def test_what_is_on_its_way_is_nobodys_before_its_deadline(store: Store, clock: Clock) -> None:
    intent = given.intent(store, given.ticket(store))
    assert store.reconciling.decide(intent.id, True, person="ana", reason="x").outcome == "not_sent"
    token = given.sending(store, intent)
    assert store.reconciling.decide(intent.id, False, person="ana", reason="x").outcome == "in_flight"
    assert store.reconciling.unknown() == []
    clock.shift = 2 * given.MINUTE
    assert [row.id for row in store.reconciling.unknown()] == [intent.id]
    assert store.reconciling.decide(intent.id, False, person="ana", reason="x").outcome == "reconciled"
    assert store.reconciling.untold() == []
    assert not store.intents.settle(intent.id, token, "done", result={"id": "r1"}), "too late, but not lost"
    assert [row.id for row in store.reconciling.untold()] == [intent.id]
    assert store.intents.get(intent.id).result_value is not None


def test_people_are_told_of_an_alarm_once(store: Store, url: str, clock: Clock) -> None:
    test_what_is_on_its_way_is_nobodys_before_its_deadline(store, clock)
    [row] = store.reconciling.untold()
    results = race(url, "tell", [[{"call": row.id}] * 2] * 2)
    assert sorted(results) == [False, False, False, True]
    assert store.reconciling.untold() == []


def test_a_late_done_is_accepted_on_unknown(store: Store, clock: Clock) -> None:
    intent = given.intent(store, given.ticket(store))
    token = given.sending(store, intent)
    assert store.intents.settle(intent.id, token, "unknown")
    assert store.intents.settle(intent.id, token, "done", result={"id": "r1"})
    assert store.reconciling.decide(intent.id, False, person="ana", reason="x").outcome == "already_decided"
    assert store.intents.get(intent.id).counts_as_done


def test_a_text_of_unknown_fate_is_reconciled_too(store: Store, clock: Clock) -> None:
    ticket = given.ticket(store)
    row = store.outbound.propose(ticket.id, 1, "n", "1", "reply", {"text": "Hello"}, {"set": "x"})
    token = store.outbound.hold(row.id) or ""
    store.outbound.begin(row.id, token, deadline=given.MINUTE)
    store.outbound.settle(row.id, token, "unknown")
    assert [one.id for one in store.reconciling.unknown()] == [row.id]
    assert store.reconciling.decide(row.id, True, person="ana", reason="seen").outcome == "reconciled"
    assert store.outbound.get(row.id).was_sent
    with pytest.raises(Missing):
        store.reconciling.decide("x_1", True, person="ana", reason="seen")


# a store that was set back


def test_a_store_that_counts_less_than_was_seen_holds_its_writes(store: Store) -> None:
    name, count, behind = store.meta.beat(None)
    assert not behind
    assert store.meta.beat((name, count)) == (name, count + 1, False)
    assert store.meta.beat(("another store", 10**9))[2] is False
    generation, key = store.meta.generation(), store.meta.link_key()
    _, later, behind = store.meta.beat((name, count + 50))
    assert behind
    assert later == count + 51, "it counts on from what was seen, so that it is recognised once"
    assert store.meta.writes_held()
    assert store.meta.generation() != generation
    assert store.meta.link_key() != key
    assert given.code(given.begin(store, given.intent(store, given.ticket(store)))) == "held"
    assert not store.meta.beat((name, later))[2]


def test_writes_are_let_go_only_after_a_comparison_in_this_generation(store: Store) -> None:
    assert store.meta.lift(by="ana", reason="x") == "not_held"
    store.meta.checked(by="ana", compared=1, differ=0)
    store.meta.restored(by="root")
    assert store.meta.lift(by="ana", reason="x") == "not_checked", "the comparison was of the store before"
    store.meta.checked(by="ana", compared=3, differ=0)
    assert store.meta.lift(by="ana", reason="all there") == "lifted"
    assert not store.meta.writes_held()
    lifted = store.meta.get("writes_lifted")
    assert (lifted["by"], lifted["reason"], lifted["checked"]["compared"]) == ("ana", "all there", 3)


def test_a_restore_beside_a_lift_stays_held(store: Store, url: str) -> None:
    store.meta.restored(by="root")
    store.meta.checked(by="ana", compared=3, differ=0)
    results = race(url, "lift", [[{"lift": True}, {"lift": False}], [{"lift": True}, {"lift": False}]])
    assert results.count("restored") == 2
    assert results.count("lifted") <= 1
    assert store.meta.writes_held()
