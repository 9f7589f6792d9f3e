"""Attachments are references, kept once with their message, and looked at once."""

from datetime import timedelta
from typing import Any

from engine.store import Store
from tests.store import given

FILE: dict[str, Any] = {"name": "lamp.png", "type": "image/png", "size": 12, "url": "https://desk.example/a"}


def test_they_stand_with_their_message_whatever_is_repeated(store: Store) -> None:
    for _ in range(2):
        made = given.deliver(store, "1", given.arrival("m-1", attachments=[FILE, {**FILE, "name": "bill.pdf"}]))
    [message] = store.messages.of_ticket(made.ticket_id)
    rows = store.attachments.of_messages([message.id])
    assert [(row.number, row.name, row.state, row.type) for row in rows] == [
        (1, "lamp.png", "new", None), (2, "bill.pdf", "new", None),
    ]  # fmt: skip
    assert "lamp.png" not in repr(rows[0])
    assert "desk.example" not in repr(rows[0])


def test_what_comes_with_the_copy_of_a_description_belongs_to_it(store: Store) -> None:
    at = store.now()
    given.deliver(store, "1", given.arrival("1/description", text="Broken", platform_time=at, same_as_first=True))
    copy = given.arrival("comment/1", text="Broken", platform_time=at + timedelta(seconds=1), same_as_first=True,
                         attachments=[FILE])  # fmt: skip
    made = given.deliver(store, "1", copy)
    [message] = store.messages.of_ticket(made.ticket_id)
    assert [row.name for row in store.attachments.of_messages([message.id])] == ["lamp.png"]


def test_the_first_look_counts(store: Store) -> None:
    made = given.deliver(store, "1", given.arrival("m-1", attachments=[FILE]))
    [row] = store.attachments.of_messages([store.messages.of_ticket(made.ticket_id)[0].id])
    seen = store.attachments.seen(row.id, media_type="image/png", size=12, digest="d")
    assert (seen.state, seen.type, seen.size) == ("seen", "image/png", 12)
    assert store.attachments.refused(row.id, "too_large") == seen
    assert store.attachments.get(row.id) == seen


def test_those_of_other_tickets_are_not_shown(store: Store) -> None:
    mine = given.deliver(store, "1", given.arrival("m-1", attachments=[FILE]), given.arrival("m-2", attachments=[FILE]))
    other = given.deliver(store, "2", given.arrival("m-3", attachments=[FILE]))
    [first, second] = store.messages.of_ticket(mine.ticket_id)
    [theirs] = store.messages.of_ticket(other.ticket_id)
    [a], [b], [c] = (store.attachments.of_messages([one.id]) for one in (first, second, theirs))
    shown = store.attachments.shown(mine.ticket_id, [second.id, theirs.id], [a.id, c.id])
    assert [row.id for row in shown] == [a.id, b.id]
    assert store.attachments.shown(mine.ticket_id, [], []) == []
