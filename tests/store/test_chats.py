"""Conversations of web channels: shown once, read without loss or doubling, and drafts that only an open ticket has."""

from datetime import timedelta

import pytest

from engine.store import Arrival, Clock, OutboundRow, Store, TicketRow
from engine.store.chats import Line
from tests.store import given


def _sending(store: Store, row: TicketRow, node: str, text: str = "Hello") -> tuple[OutboundRow, str]:
    made = store.outbound.propose(row.id, row.epoch, node, "", "reply", {"text": text}, {"set": "customer"})
    token = store.outbound.hold(made.id) or ""
    assert given.code(store.outbound.begin(made.id, token, deadline=given.MINUTE)) == "began"
    return made, token


def _read(store: Store, row: TicketRow, place: tuple[int, int] = (0, 0)) -> list[Line]:
    return store.chats.after(row.id, *place)


def _draft(store: Store, row: TicketRow) -> str | None:
    return store.chats.look(row.channel, [row.external_id])[row.external_id].draft


def test_a_text_is_shown_once_whoever_repeats_it(store: Store) -> None:
    row = given.ticket(store)
    made, _ = _sending(store, row, "answer")
    assert store.chats.shown(made.marker) is None
    first = store.chats.show(made.marker)
    assert first is not None
    assert first[0] == 1
    assert store.chats.show(made.marker) == first, "a holder who was stopped, or the look after a crash"
    assert store.chats.shown(made.marker) == first
    assert [(line.who, line.text) for line in _read(store, row)] == [
        ("visitor", "text of first-1"),
        ("assistant", "Hello"),
    ]


def test_nothing_is_shown_once_its_time_is_over(store: Store, clock: Clock) -> None:
    """So a look past the deadline sees all that there will ever be, and may send again."""
    row = given.ticket(store)
    made, token = _sending(store, row, "answer")
    clock.shift = timedelta(minutes=2)
    assert store.chats.show(made.marker) is None
    assert store.outbound.not_found(made.id)
    assert store.chats.show(made.marker) is None, "reserved: nobody holds it"
    assert store.outbound.withdraw(made.id, "left")
    assert store.chats.show(made.marker) is None
    assert not store.outbound.settle(made.id, token, "sent")
    assert [line.who for line in _read(store, row)] == ["visitor"]


def test_a_reader_takes_up_where_it_left_off(store: Store) -> None:
    row = given.ticket(store)
    for number in range(2, 5):
        made, _ = _sending(store, row, f"answer-{number}", f"reply {number}")
        store.chats.show(made.marker)
        given.deliver(store, "1", given.arrival(f"m{number}"))
    given.deliver(store, "1", Arrival(content_id="p", author_id="lena", author_role="agent", text="I am Lena"),
                  Arrival(content_id="e", kind="event", event="x", author_role="agent"))  # fmt: skip
    whole = _read(store, row)
    assert [line.text for line in whole] == [
        "text of first-1", "reply 2", "text of m2", "reply 3", "text of m3", "reply 4", "text of m4", "I am Lena",
    ]  # fmt: skip
    assert whole[-1].who == "person"
    for at in range(len(whole) + 1):
        place = (whole[at - 1].seq, whole[at - 1].number) if at else (0, 0)
        assert _read(store, row, place) == whole[at:]


def test_a_long_conversation_is_read_page_by_page(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.store.chats._PAGE", 3)
    row = given.ticket(store)
    for number in range(2, 12):
        made, _ = _sending(store, row, f"answer-{number}", f"reply {number}")
        store.chats.show(made.marker)
        if number % 3 == 0:
            given.deliver(store, "1", *(given.arrival(f"m{number}-{part}") for part in range(4)))
    read: list[Line] = []
    while page := _read(store, row, (read[-1].seq, read[-1].number) if read else (0, 0)):
        read += page
    monkeypatch.setattr("engine.store.chats._PAGE", 500)
    assert read == _read(store, row)
    assert len(read) == 1 + 10 + 12


def test_a_draft_is_seen_until_its_text_takes_its_place(store: Store) -> None:
    row = given.ticket(store)
    before = store.chats.look(row.channel, ["1", "none"])
    assert list(before) == ["1"]
    held = store.drafts.begin(row.id, 1, "answer", "")
    assert held is not None
    assert _draft(store, row) is None
    assert store.drafts.release(row.id, held, "Half of")
    assert _draft(store, row) == "Half of"
    assert store.chats.look(row.channel, ["1"])["1"] != before["1"]
    made, _ = _sending(store, row, "answer", "All of it")
    store.chats.show(made.marker)
    assert _draft(store, row) is None
    assert not store.drafts.release(row.id, held, "Half of it"), "a holder who slept"
    assert store.drafts.begin(row.id, 1, "answer", "") is None, "the place has its text"
    assert _draft(store, row) is None


def test_another_attempt_fences_the_one_before_off(store: Store) -> None:
    row = given.ticket(store)
    first = store.drafts.begin(row.id, 1, "answer", "") or ""
    store.drafts.release(row.id, first, "One")
    second = store.drafts.begin(row.id, 1, "answer", "") or ""
    assert _draft(store, row) is None, "taken from the page"
    assert not store.drafts.release(row.id, first, "One and")
    assert not store.drafts.withdraw(row.id, first)
    assert store.drafts.release(row.id, second, "Two")
    pulse = store.chats.look(row.channel, ["1"])["1"]
    assert (pulse.draft, pulse.attempt) == ("Two", 2)
    assert store.drafts.withdraw(row.id, second)
    assert _draft(store, row) is None


@pytest.mark.parametrize("what", ["handed off", "closed", "newer message", "suggest", "reopened"])
def test_nothing_is_let_out_that_would_not_be_sent(store: Store, what: str) -> None:
    row = given.ticket(store)
    held = store.drafts.begin(row.id, 1, "answer", "") or ""
    assert store.drafts.release(row.id, held, "Half of")
    match what:
        case "handed off":
            store.handoffs.open(row.id, 1, "customer_wish", None, {}, store.now())
        case "closed":
            assert store.tickets.close(row.id, 1, 1, "solved")
        case "newer message":
            given.deliver(store, "1", given.arrival("m2"))
        case "suggest":
            store.tickets.lower_mode(row.id, "suggest")
        case "reopened":
            assert store.tickets.close(row.id, 1, 1, "solved")
            given.deliver(store, "1", given.arrival("m2"))
    assert _draft(store, row) is None, "not even what was let out before"
    assert not store.drafts.release(row.id, held, "Half of it")
    assert not store.drafts.release(row.id, held, "Half of it"), "it is over for good"
    if what not in ("newer message",):
        assert store.drafts.begin(row.id, 1, "answer", "") is None


def test_a_draft_whose_worker_is_gone_is_not_seen_for_long(store: Store, clock: Clock) -> None:
    row = given.ticket(store)
    held = store.drafts.begin(row.id, 1, "answer", "") or ""
    store.drafts.release(row.id, held, "Half of")
    store.drafts.doing(row.id, "writing")
    assert store.chats.look(row.channel, ["1"])["1"].doing == "writing"
    clock.shift = timedelta(seconds=25)
    pulse = store.chats.look(row.channel, ["1"])["1"]
    assert (pulse.draft, pulse.doing) == (None, None)


def test_how_much_somebody_wrote_is_counted(store: Store, clock: Clock) -> None:
    given.deliver(store, "1", given.arrival("a"), given.arrival("b"), given.arrival("c", author="bo"))
    given.deliver(store, "2", given.arrival("d"))
    assert store.chats.written("desk", "ana") == _written(3, 3, 2)
    clock.shift = timedelta(minutes=2)
    assert store.chats.written("desk", "ana") == _written(0, 3, 2)
    assert store.chats.written("other", "ana") == _written(0, 0, 0)


def _written(minute: int, day: int, conversations: int) -> object:
    from engine.store.chats import Written

    return Written(minute=minute, day=day, conversations=conversations)
