"""What a visitor sees, from whatever place on, at whichever process."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from engine.channels.web import Web
from engine.service.app import create_app
from engine.service.chat import conversation_id
from engine.testing.serving import Server
from tests.service.chat.conftest import answered, texts, ticket
from tests.service.chatting import Visitor
from tests.service.conftest import World


def test_a_stream_tells_what_was_said_and_what_is_said_then(world: World, mia: Visitor) -> None:
    mia.says("hello")
    answered(world, ticket(world, mia), "Good morning")
    with mia.reads() as events:
        events.state("open")
        assert [(e.id, e.data["who"]) for e in events.seen if e.name == "message"] == [
            ("1.0", "visitor"), ("1.1", "assistant"),
        ]  # fmt: skip
        mia.says("My lamp broke", "m-2")
        assert events.message("My lamp broke").data["id"] == "m-2"
        answered(world, ticket(world, mia), "Which order?", "ask")
        assert events.message("Which order?").id == "2.2"
        world.store.tickets.close(ticket(world, mia).id, 1, 2, "solved")
        events.state("closed")


def test_a_stream_is_open_before_the_first_message(world: World, mia: Visitor) -> None:
    with mia.reads() as events:
        events.state("new")
        mia.says("hello")
        events.message("hello")


def test_a_stream_is_taken_up_at_another_process_without_loss_or_doubling(world: World, mia: Visitor) -> None:
    """Whatever was seen last; the other process has told this visitor nothing before."""
    mia.says("one")
    for number in range(2, 5):
        answered(world, ticket(world, mia), f"reply {number}", f"n{number}")
        mia.says(f"message {number}", f"m-{number}")
    with mia.reads() as events:
        events.state("open")
    ids = [event.id for event in events.seen if event.name == "message"]
    said = texts(events)
    assert len(said) == 7
    from tests.service.conftest import _service

    other_service = _service(world.store, world.desk, [])
    other_service.channels = world.service.channels
    other = Server(create_app(other_service)).start()
    with httpx.Client(base_url=other.url, trust_env=False, timeout=20) as http:
        for place, last in enumerate(ids, 1):
            with mia.reads(last, http) as more:
                more.state("open")
                assert texts(more) == said[place:]
        with mia.reads(ids[-1], http) as more:
            more.state("open")
            mia.says("written at the first one", "m-9")
            more.message("written at the first one")
    other.stop()


@pytest.mark.parametrize("last", ["x", "1", "1.", "-1.0", "1.0.0", "9" * 30 + ".1", "1.1\t"])
def test_a_place_that_is_none_is_refused(world: World, mia: Visitor, last: str) -> None:
    answer = world.http.get(mia.path("events"), headers={**mia.headers, "last-event-id": last.strip()} | (
        {"last-event-id": "1.1x"} if "\t" in last else {}))  # fmt: skip
    assert (answer.status_code, answer.json()["error"]) == (400, "bad_request")


def test_a_place_of_another_store_is_the_beginning(world: World, mia: Visitor) -> None:
    mia.says("hello")
    with mia.reads("70.9") as events:
        events.message("hello")


def test_nobody_sees_another_visitors_conversation(world: World, mia: Visitor) -> None:
    """The same name, and the very id that the store has: both are another conversation's of whoever asks."""
    mia.says("my secret")
    mallory = Visitor(world.http, id="v-2")
    for name in ("main", conversation_id("v-1", "main")):
        thief = Visitor(world.http, id="v-2", conversation=name)
        with thief.reads() as events:
            assert events.next() is not None
            assert [(e.name, e.data["state"]) for e in events.seen] == [("state", "new")]
    mallory.says("hello")
    assert ticket(world, mallory).id != ticket(world, mia).id
    assert ticket(world, mia).last_seq == 1


def test_a_draft_is_told_replaced_and_withdrawn(world: World, mia: Visitor) -> None:
    mia.says("hello")
    row = ticket(world, mia)
    with mia.reads() as events:
        events.state("open")
        first = world.store.drafts.begin(row.id, 1, "flow/answer", "1") or ""
        world.store.drafts.release(row.id, first, "It is")
        assert events.until(lambda e: e.name == "draft").data == {"attempt": 1, "text": "It is"}
        second = world.store.drafts.begin(row.id, 1, "flow/answer", "1") or ""
        assert events.until(lambda e: e.name == "withdrawn").data == {"attempt": 1}
        world.store.drafts.release(row.id, second, "It was.")
        assert events.until(lambda e: e.name == "draft").data == {"attempt": 2, "text": "It was."}
        answered(world, row, "It was. Truly.", "flow/answer")
        events.message("It was. Truly.")
        mia.says("and", "m-2")
        events.message("and")
    assert [e.name for e in events.seen if e.name in ("draft", "withdrawn")] == ["draft", "withdrawn", "draft"]
    assert all(e.id is None for e in events.seen if e.name != "message"), "they pass"


def test_what_is_done_is_told_in_a_word(world: World, mia: Visitor) -> None:
    mia.says("hello")
    with mia.reads() as events:
        events.state("open")
        world.store.drafts.doing(ticket(world, mia).id, "looking_up")
        assert events.until(lambda e: e.name == "state").data == {"state": "open", "doing": "looking_up"}


def test_a_stream_ends_with_its_token(world: World, site: Web) -> None:
    brief = Visitor(world.http, claims={"exp": datetime.now(UTC) + timedelta(seconds=1.5)})
    with brief.reads() as events:
        assert events.until(lambda e: e.name == "expired")
        assert events.next() is None


def test_one_visitor_does_not_take_all_streams(world: World, mia: Visitor) -> None:
    from contextlib import ExitStack

    with ExitStack() as stack:
        held = [stack.enter_context(mia.reads()) for _ in range(8)]  # let go of, they would be closed
        for events in held:
            events.state("new")
        answer = world.http.get(mia.path("events"), headers=mia.headers)
        assert (answer.status_code, answer.json()["error"]) == (429, "too_many_streams")
        with Visitor(world.http, id="v-2").reads() as events:
            events.state("new")


def test_a_stop_ends_every_stream(world: World, mia: Visitor) -> None:
    with mia.reads() as events:
        events.state("new")
        world.service.feed.close()
        assert events.next() is None


def test_a_mark_of_a_survey_is_read_as_what_the_visitor_wrote(world: World, mia: Visitor) -> None:
    mia.says("hello")
    row = ticket(world, mia)
    world.store.tickets.close(row.id, 1, 1, "solved")
    made = world.store.outbound.propose(row.id, 1, "survey", "", "survey", {"text": "From 1 to 5?"}, {"set": "x"})
    token = world.store.outbound.hold(made.id) or ""
    assert world.store.outbound.begin(made.id, token, deadline=timedelta(minutes=1)).ok
    _, at = world.store.chats.show(made.marker) or (0, None)
    world.store.outbound.settle(made.id, token, "sent", platform_time=at)
    for duplicate in (False, True):
        assert mia.says("5", "m-2").json() == {"id": "m-2", "seq": 2, "duplicate": duplicate}
    assert mia.says("4", "m-2").json()["error"] == "other_text"
    assert mia.says("5, and the new lamp is damaged too", "m-3").status_code == 200
    with mia.reads() as events:
        events.message("5, and the new lamp is damaged too")
    assert texts(events) == ["hello", "From 1 to 5?", "5", "5, and the new lamp is damaged too"]
    assert [e.data.get("id") for e in events.seen if e.name == "message"] == ["m-1", None, "m-2", "m-3"]
