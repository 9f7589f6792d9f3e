"""Values, steps, revisions, people, meta and wishes."""

import asyncio
import threading
from datetime import timedelta

import pytest

from engine.store import Erased, Missing, StepEntry, Store, StoreRefused
from tests.store import given

CONTENTS: list[object] = [None, "", 0, [], {"a": [1, None, {"b": "ü\x00\ud83d"}]}, {"money": "59.90"}, "x" * 500_000]


@pytest.mark.parametrize("content", CONTENTS, ids=lambda content: str(type(content)))
def test_a_content_comes_back_as_it_was(store: Store, content: object) -> None:
    row = given.ticket(store)
    assert store.values.get(store.values.put(row.id, 1, "order", content)) == content


@pytest.mark.parametrize("content", [float("nan"), {"x": float("inf")}, object(), {"x": {1, 2}}])
def test_what_is_no_json_is_refused(store: Store, content: object) -> None:
    row = given.ticket(store)
    with pytest.raises((TypeError, ValueError)):
        store.values.put(row.id, 1, "order", content)
    assert store.values.named(row.id, 1, "order") is None


def test_values_belong_to_their_ticket(store: Store) -> None:
    first, second = given.ticket(store, "1"), given.ticket(store, "2")
    mine, other = store.values.put(first.id, 1, "a", 1), store.values.put(second.id, 1, "a", 2)
    assert store.values.many([mine, mine], first.id) == {mine: 1}
    assert store.values.named(first.id, 1, "a") == 1
    assert store.values.named(first.id, 2, "a") is None
    for ids in ([mine, other], ["v_none"]):
        with pytest.raises(Missing):
            store.values.many(ids, first.id)
    with pytest.raises(Missing):
        store.values.put("t_none", 1, "a", 1)


def test_an_erased_value_is_a_typed_outcome(store: Store) -> None:
    row = given.ticket(store)
    value = store.values.put(row.id, 1, "name", "Zoë")
    assert store.values.erase(row.id) == 1
    assert store.values.erase(row.id) == 0
    with pytest.raises(Erased) as erased:
        store.values.get(value)
    assert erased.value.code == "erased"
    with pytest.raises(Erased):
        store.values.many([value], row.id)


def test_a_workflow_that_was_set_back_writes_its_steps_again(store: Store) -> None:
    row = given.ticket(store)

    def entry(ordinal: int, outcome: str) -> StepEntry:
        return StepEntry(ordinal=ordinal, node=f"n{ordinal}", kind="ask", at=store.now(), outcome=outcome)

    store.steps.record(row.id, 1, "run-1", [entry(1, "done"), entry(2, "silent")])
    store.steps.record(row.id, 1, "run-2", [entry(2, "done"), entry(3, "done")])
    store.steps.record(row.id, 1, "run-2", [])
    said = [(step.ordinal, step.run, step.outcome) for step in store.steps.of(row.id)]
    assert said == [(1, "run-1", "done"), (2, "run-2", "done"), (3, "run-2", "done")]


def test_activation_is_a_compare_and_set(store: Store) -> None:
    for number in (1, 2):
        assert store.revisions.add(f"refund@{number}", "refund", f"d{number}", {"nodes": [number]}, "abc")
    assert not store.revisions.add("refund@1", "refund", "d1", {"nodes": [1]})
    with pytest.raises(StoreRefused):
        store.revisions.add("refund@1", "refund", "other", {})
    assert store.revisions.active("refund") is None
    assert store.revisions.activate("refund", "refund@1", 0)
    assert not store.revisions.activate("refund", "refund@2", 0)
    assert store.revisions.activate("refund", "refund@2", 1)
    assert not store.revisions.activate("refund", "refund@1", 1), "an older worker that starts again changes nothing"
    assert store.revisions.all_active() == {"refund": "refund@2"}
    assert store.revisions.plan("refund@1") == {"nodes": [1]}
    with pytest.raises(Missing):
        store.revisions.activate("refund", "refund@9", 2)
    with pytest.raises(StoreRefused):
        store.revisions.activate("faq", "refund@1", 0)


def test_tokens_are_kept_as_digests(store: Store) -> None:
    token = store.people.mint("lena@shop.example")
    assert len(token) >= 43
    assert store.people.who(token) == "lena@shop.example"
    for wrong in ("", token[:-1], token + "x", "\ud83d"):
        assert store.people.who(wrong) is None
    (row,) = store.people.listing()
    assert token not in repr(row)
    assert store.people.revoke("lena@shop.example") == 1
    assert store.people.who(token) is None


def test_meta(store: Store) -> None:
    first = store.meta.generation()
    assert not store.meta.writes_held()
    assert store.meta.restored() != first
    assert store.meta.writes_held()
    store.meta.hold_writes(False)
    assert not store.meta.writes_held()
    assert store.meta.claim_namespace("shop")
    assert store.meta.claim_namespace("shop")
    assert not store.meta.claim_namespace("other")
    assert store.meta.get("nothing") is None


def test_wishes_wait_their_turn(store: Store) -> None:
    row = given.ticket(store)
    assert store.wishes.queue(row.id, 1, 3)
    assert store.wishes.queue(row.id, 1, 2)
    assert not store.wishes.queue(row.id, 1, 3)
    taken = [store.wishes.take_next(row.id, 1, by) for by in ("a/1", "b/1", "c/1")]
    assert [wish and wish.message_seq for wish in taken] == [2, 3, None]
    assert {wish.state for wish in store.wishes.of_ticket(row.id)} == {"taken"}


def test_who_took_a_wish_is_given_the_same_again(store: Store) -> None:
    row = given.ticket(store)
    store.wishes.queue(row.id, 1, 2)
    store.wishes.queue(row.id, 1, 3)
    taken = [store.wishes.take_next(row.id, 1, by) for by in ("a/1", "a/1", "a/2", "a/1", "a/2", "a/3")]
    assert [wish and wish.message_seq for wish in taken] == [2, 2, 3, 2, 3, None]


def test_one_message_may_hold_several_wishes(store: Store) -> None:
    row = given.ticket(store)
    assert store.wishes.queue(row.id, 1, 2, 30, 60)
    assert store.wishes.queue(row.id, 1, 2, 70)
    assert not store.wishes.queue(row.id, 1, 2, 30, 60)
    taken = [store.wishes.take_next(row.id, 1, by) for by in ("a/1", "b/1", "c/1")]
    assert [wish and (wish.begins, wish.ends) for wish in taken] == [(30, 60), (70, None), None]


async def test_asyncio_code_is_never_blocked(store: Store) -> None:
    loop, answered = asyncio.get_running_loop(), threading.Event()

    def hold() -> bool:
        with store.database.write():
            loop.call_soon_threadsafe(answered.set)
            return answered.wait(30)

    assert await store.run(hold), "nothing else ran while a transaction was open"
    made = await store.run(given.deliver, store, "1", given.arrival("a"))
    assert made.accepted == (1,)


async def test_a_cancelled_caller_leaves_a_whole_transaction(store: Store) -> None:
    waiting = asyncio.create_task(store.run(given.deliver, store, "1", given.arrival("a"), given.arrival("b")))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    row = await store.run(store.tickets.find, "desk", "1")
    assert row is None or row.last_seq == 2


def test_the_clock_is_the_databases(store: Store) -> None:
    before = store.now()
    assert abs(before - store.now()) < timedelta(seconds=1)
    assert before.utcoffset() == timedelta()
    store.database.clock.shift = timedelta(days=3)
    assert timedelta(days=3) <= store.now() - before < timedelta(days=3, seconds=5)
