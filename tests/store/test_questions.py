"""A team's answer counts once, from somebody in the team, in time, while the ticket waits for it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from engine.store import Clock, Missing, QuestionRow, Store
from engine.store.columns import micros
from tests.store import given
from tests.store.racing import Racer, race, running

LEADS = frozenset({"leads"})
HOUR = timedelta(hours=1)
MILLISECOND = timedelta(milliseconds=1)


def _open(store: Store, ticket_id: str | None = None, **more: Any) -> QuestionRow:
    ticket_id = ticket_id or given.ticket(store).id
    soon = store.now() + HOUR
    return store.questions.open(
        ticket_id, 1, "damage/ask", more.pop("iteration", "1"), team="leads", asked={"fields": [], "names": {}},
        shown="Order 4821", **{"expires_at": soon, "remind_at": [soon - HOUR / 2], **more},
    )  # fmt: skip


def _answer(store: Store, row: QuestionRow, *, person: str = "lena", teams: frozenset[str] = LEADS) -> str:
    return store.questions.answer(row.id, person=person, teams=teams, answer={"fine": True}, via="api").outcome


def test_opening_again_is_the_same_row_with_the_first_deadline(store: Store) -> None:
    row = _open(store, seen_seq=1)
    assert (row.state, row.shown, row.seen_seq, len(row.remind_at)) == ("open", "Order 4821", 1, 1)
    assert _open(store, row.ticket_id, expires_at=row.expires_at + HOUR) == row
    assert _open(store, row.ticket_id, iteration="2").id != row.id
    assert store.questions.listing(team="billing") == []
    assert store.questions.listing(team="leads")[0] == row


def test_an_answer_is_kept_with_who_and_when_and_rings(store: Store) -> None:
    row = _open(store)
    store.messages.pull(row.ticket_id, 0)
    assert store.tickets.to_ring() == []
    assert _answer(store, row) == "answered"
    now = store.questions.get(row.id)
    assert (now.state, now.answer, now.answered_by, now.via) == ("answered", {"fine": True}, "lena", "api")
    assert now.answered_at is not None
    assert [rung.id for rung in store.tickets.to_ring()] == [row.ticket_id]
    assert store.questions.listing() == []
    assert store.questions.listing(state=None) == store.questions.listing(state="answered") == [now]


def test_nobody_is_asked_for_what_was_answered(store: Store) -> None:
    row = _open(store)
    asked = store.outbound.ask(row, "1", "note", {"text": "Question"})
    assert asked is not None
    assert (asked.node, asked.state) == ("damage/ask", "reserved")
    assert _answer(store, row) == "answered"
    assert store.outbound.ask(row, "1/remind.1", "note", {"text": "Reminder"}) is None
    assert store.outbound.ask(row, "1", "note", {"text": "Question"}) == asked


def test_the_second_answer_changes_nothing(store: Store) -> None:
    row = _open(store)
    assert _answer(store, row) == "answered"
    second = store.questions.answer(row.id, person="omar", teams=LEADS, answer={"fine": False})
    assert (second.outcome, second.row.answered_by) == ("already_answered", "lena")
    assert store.questions.get(row.id).answer == {"fine": True}


def test_many_at_once(store: Store, url: str) -> None:
    row = _open(store)
    pieces = [{"question": row.id, "person": f"p{n}", "fine": n % 2 == 0} for n in range(6)]
    results = race(url, "answer", [pieces[:3], pieces[3:]])
    assert sorted(results) == ["already_answered"] * 5 + ["answered"]
    winner = pieces[results.index("answered")]
    now = store.questions.get(row.id)
    assert (now.answered_by, now.answer) == (winner["person"], {"fine": winner["fine"]})


def test_an_answer_and_leaving_exclude_each_other(store: Store, url: str) -> None:
    row = _open(store)
    racers = [
        Racer(url, "answer", [{"question": row.id, "person": "lena", "fine": True}]),
        Racer(url, "leave", [{"ticket": row.ticket_id}]),
    ]
    with running(*racers):
        for racer in racers:
            racer.go()
        [answered], [left] = (racer.finish() for racer in racers)
    state = store.questions.get(row.id).state
    assert (answered, left, state) in {("answered", 0, "answered"), ("withdrawn", 1, "withdrawn")}


@pytest.mark.parametrize(
    ("off", "outcome"), [(-MILLISECOND, "answered"), (0 * HOUR, "expired"), (MILLISECOND, "expired")]
)
def test_a_millisecond_before_and_after_the_deadline(
    store: Store, monkeypatch: pytest.MonkeyPatch, off: timedelta, outcome: str
) -> None:
    row = _open(store)

    class Still:
        def __new__(cls) -> sa.ColumnElement[int]:  # type: ignore[misc]
            return sa.literal(micros(row.expires_at + off), sa.BigInteger)

    monkeypatch.setattr("engine.store.transaction.database_now", Still)
    assert _answer(store, row) == outcome
    assert store.questions.expire(row.id).state == outcome


def test_expired_stays_expired(store: Store, clock: Clock) -> None:
    row = _open(store)
    assert store.questions.expire(row.id).state == "open"
    assert store.questions.overdue() == []
    clock.shift = HOUR + MILLISECOND
    assert [late.id for late in store.questions.overdue()] == [row.id]
    assert store.questions.expire(row.id).state == "expired"
    clock.shift = timedelta()
    assert _answer(store, row) == "expired", "also when the clock is set back"


def test_somebody_of_another_team(store: Store) -> None:
    row = _open(store)
    assert _answer(store, row, teams=frozenset({"billing"})) == "not_entitled"
    assert _answer(store, row, teams=frozenset()) == "not_entitled"
    assert store.questions.get(row.id).state == "open"


def test_a_handoff_a_close_and_leaving_withdraw_it(store: Store) -> None:
    ways: list[Callable[[str], object]] = [
        lambda t: store.tickets.leave(t, 1),
        lambda t: store.tickets.close(t, 1, 1, "withdrawn"),
        lambda t: store.handoffs.open(t, 1, "customer_wish", "support", {}, store.now() + HOUR),
        lambda t: given.deliver(store, "3", given.arrival("wish", wants_person=True)),
    ]
    for number, leave in enumerate(ways):
        row = _open(store, given.ticket(store, str(number)).id)
        leave(row.ticket_id)
        assert _answer(store, row) == "withdrawn"
        assert store.questions.get(row.id).state == "withdrawn"


def test_an_answer_that_was_given_is_not_taken_back(store: Store) -> None:
    row = _open(store)
    assert _answer(store, row) == "answered"
    assert store.tickets.leave(row.ticket_id, 1).questions == ()
    assert store.questions.get(row.id).state == "answered"


@pytest.mark.parametrize("asks", [False, True])
def test_on_a_ticket_that_people_have_only_their_own_flow_asks(store: Store, asks: bool) -> None:
    ticket = given.ticket(store)
    store.handoffs.open(ticket.id, 1, "customer_wish", "support", {}, store.now() + HOUR)
    assert _open(store, ticket.id, handed_off=asks).state == ("open" if asks else "withdrawn")


def test_on_a_ticket_that_has_gone_on_it_is_made_withdrawn(store: Store) -> None:
    ticket = given.ticket(store)
    store.tickets.close(ticket.id, 1, 1, "solved")
    assert _open(store, ticket.id).state == "withdrawn"
    given.deliver(store, "1", given.arrival("again"))
    assert store.tickets.get(ticket.id).epoch == 2
    assert _open(store, ticket.id, iteration="2").state == "withdrawn"


def test_one_that_is_not_there(store: Store) -> None:
    with pytest.raises(Missing):
        store.questions.answer("q_none", person="lena", teams=LEADS, answer={})


def test_contents_stay_out_of_the_repr(store: Store) -> None:
    row = _open(store)
    store.questions.answer(row.id, person="lena", teams=LEADS, answer={"fine": "canary"})
    assert "canary" not in repr(store.questions.get(row.id))
    assert "Order" not in repr(store.questions.get(row.id))
