"""Visitors of a web channel: who is refused, what is kept, what they see, and whom people answer."""

import base64
import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from engine.channels.web import Web
from engine.channels.web_token import made
from engine.runtime.transcripts import StoredTranscript
from engine.service.app import create_app
from engine.service.chat import LONGEST, PER_MINUTE, conversation_id
from engine.store import StoreUnavailable, TicketRow
from engine.testing.serving import Server
from tests.service.chatting import SECRET, Events, Visitor
from tests.service.conftest import World, comment

SHOP = "https://shop.example"


@pytest.fixture
def site(world: World) -> Web:
    channel = Web(name="site", secret=SECRET, transcript=StoredTranscript(world.store), origins=[SHOP])
    world.service.channels = {**world.service.channels, "site": channel}
    return channel


@pytest.fixture
def mia(world: World, site: Web) -> Visitor:
    return Visitor(world.http, claims={"email": "mia@customer.example", "email_verified": True, "name": "Mia"})


def ticket(world: World, visitor: Visitor) -> TicketRow:
    row = world.store.tickets.find("site", conversation_id(visitor.id, visitor.conversation))
    assert row is not None
    return row


def begun(world: World, row: TicketRow, text: str, node: str = "answer") -> tuple[str, str, str]:
    """A reply that is about to be sent: its id, token and marker."""
    row = world.store.tickets.get(row.id)
    made = world.store.outbound.propose(row.id, row.epoch, node, "", "reply", {"text": text}, {"set": "x"})
    token = world.store.outbound.hold(made.id) or ""
    assert world.store.outbound.begin(made.id, token, deadline=timedelta(minutes=1)).ok
    return made.id, token, made.marker


def answered(world: World, row: TicketRow, text: str, node: str = "answer") -> None:
    """The engine's reply, sent as a worker sends it."""
    outbound_id, token, marker = begun(world, row, text, node)
    assert world.store.chats.show(marker) is not None
    assert world.store.outbound.settle(outbound_id, token, "sent")


def token_of(*, secret: str = SECRET, audience: str = "site", visitor: str = "v", seconds: float = 60) -> str:
    return made(secret, audience=audience, visitor=visitor, seconds=seconds)


# refused


@pytest.mark.parametrize("what", ["none", "basic", "garbage", "forged", "expired", "far", "other audience", "no sub"])
@pytest.mark.parametrize("how", ["messages", "events"])
def test_a_token_that_proves_nothing_is_refused(world: World, mia: Visitor, what: str, how: str) -> None:
    token = {
        "none": "", "basic": "Basic x", "garbage": "Bearer x.y.z", "forged": token_of(secret="x" * 40),
        "expired": token_of(seconds=-60), "far": token_of(seconds=200_000), "other audience": token_of(audience="app"),
        "no sub": token_of(visitor=""),
    }[what]  # fmt: skip
    headers = {"authorization": token if " " in token else f"Bearer {token}"} if token else {}
    method = "POST" if how == "messages" else "GET"
    answer = world.http.request(method, mia.path(how), headers=headers, json={"id": "m", "text": "hello"})
    assert (answer.status_code, answer.json()["error"]) == (401, "unauthorized")
    assert answer.headers["www-authenticate"] == "Bearer"
    assert world.nothing_stored()


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{", {}, {"id": "m"}, {"text": "x"}, {"id": "m", "text": 7}, {"id": 7, "text": "x"},
     {"id": "", "text": "x"}, {"id": "a b", "text": "x"}, {"id": "m/1", "text": "x"}, {"id": "m" * 101, "text": "x"},
     {"id": "m", "text": ""}, {"id": "m", "text": " \n"}, {"id": "m", "text": "x", "author_role": "agent"}],
)  # fmt: skip
def test_what_is_no_message_is_told_what_was_expected(world: World, mia: Visitor, body: Any) -> None:
    content = {"content": body} if isinstance(body, bytes) else {"json": body}
    answer = world.http.post(mia.path("messages"), headers=mia.headers, **content)
    assert (answer.status_code, answer.json()["error"]) == (400, "bad_request")
    assert answer.json()["expected"]
    assert world.nothing_stored()


def test_a_text_that_is_too_long_is_refused(world: World, mia: Visitor) -> None:
    assert mia.says("x" * (LONGEST + 1)).json()["error"] == "too_long"
    assert mia.says("x" * 70_000).json()["error"] == "too_large"
    assert world.nothing_stored()
    assert mia.says("ü" * LONGEST).status_code == 200


@pytest.mark.parametrize("text", ["a\x00b", "half \ud83d", "👋 \u202eabc", "<script>alert(1)</script>"])
def test_any_text_can_be_kept_and_read(world: World, mia: Visitor, text: str) -> None:
    body = b'{"id": "m-1", "text": %s}' % json.dumps(text).encode()
    for duplicate in (False, True):
        answer = world.http.post(mia.path("messages"), headers=mia.headers, content=body)
        assert answer.json() == {"id": "m-1", "seq": 1, "duplicate": duplicate}
    kept = text.replace("\x00", "\ufffd").replace("\ud83d", "\ufffd")
    with mia.reads() as events:
        assert events.message(kept).data["id"] == "m-1"


def test_too_many_messages_are_told_to_wait(world: World, mia: Visitor) -> None:
    for number in range(PER_MINUTE):
        assert mia.says("hello", f"m-{number}").status_code == 200
    answer = mia.says("hello", "one more")
    assert answer.status_code == 400, "that is no id"
    answer = mia.says("hello", "one-more")
    assert (answer.status_code, answer.json()["error"]) == (429, "too_many_messages")
    assert int(answer.headers["retry-after"]) > 0
    assert mia.says("hello", "m-3").json()["duplicate"], "it was taken already"
    assert Visitor(world.http, id="v-2").says("hello").status_code == 200, "somebody else"
    world.store.database.clock.shift = timedelta(minutes=2)
    assert mia.says("hello", "one-more").status_code == 200


def test_too_many_conversations_are_refused(world: World, site: Web) -> None:
    for number in range(20):
        assert Visitor(world.http, conversation=f"c{number}").says("hi").status_code == 200
        world.store.database.clock.shift += timedelta(minutes=1)
    refused = Visitor(world.http, conversation="c20").says("hi")
    assert (refused.status_code, refused.json()["error"]) == (429, "too_many_conversations")
    assert Visitor(world.http, conversation="c3").says("and", "m-2").status_code == 200


def test_another_channel_or_name_is_refused(world: World, mia: Visitor) -> None:
    body = {"id": "m", "text": "x"}
    for path, status in (("/chat/desk/main/messages", 404), ("/chat/none/main/messages", 404),
                         ("/chat/site/a.b/messages", 400), (f"/chat/site/{'x' * 101}/messages", 400)):  # fmt: skip
        assert world.http.post(path, json=body, headers=mia.headers).status_code == status
    assert world.http.post("/webhooks/site", content=b"{}").status_code == 404
    assert world.nothing_stored()


# origins


def test_only_pages_of_listed_origins_may_talk(world: World, mia: Visitor) -> None:
    ours = mia.says("hello", origin=SHOP)
    assert (ours.status_code, ours.headers["access-control-allow-origin"], ours.headers["vary"]) == (
        200,
        SHOP,
        "Origin",
    )
    asked = world.http.options(mia.path("messages"), headers={"origin": SHOP})
    assert (asked.status_code, asked.headers["access-control-allow-origin"]) == (204, SHOP)
    assert "authorization" in asked.headers["access-control-allow-headers"]
    refused = mia.says(" ", origin=SHOP)
    assert refused.headers["access-control-allow-origin"] == SHOP, "the page can read why"
    for origin in ("https://evil.example", "null", "http://shop.example", f"{SHOP}.evil.example", f"{SHOP}:8443"):
        for answer in (
            mia.says("hello", "m-2", origin=origin),
            world.http.options(mia.path("messages"), headers={"origin": origin}),
        ):
            assert answer.status_code == 403
            assert "access-control-allow-origin" not in answer.headers
    assert ticket(world, mia).last_seq == 1


# kept


def test_a_message_is_kept_and_rung_once(world: World, mia: Visitor) -> None:
    first, again = mia.says("My lamp broke 👋"), mia.says("My lamp broke 👋")
    assert (first.json(), again.json()) == (
        {"id": "m-1", "seq": 1, "duplicate": False}, {"id": "m-1", "seq": 1, "duplicate": True},
    )  # fmt: skip
    other = mia.says("Something else")
    assert (other.status_code, other.json()["error"]) == (409, "other_text")
    row = ticket(world, mia)
    [said] = world.store.messages.of_ticket(row.id)
    assert (said.text, said.author_id, said.author_role) == ("My lamp broke 👋", "v-1", "customer")
    assert row.requester == {"id": "v-1", "email": "mia@customer.example", "name": "Mia", "language": None}
    assert (row.flow, row.state, row.verified) == ("triage", "open", None)
    assert world.rung == [row.id]


def test_posts_at_once_are_one_message(world: World, mia: Visitor) -> None:
    import concurrent.futures

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: mia.says("hello").json(), range(8)))
    assert [answer["duplicate"] for answer in answers].count(False) == 1
    assert {answer["seq"] for answer in answers} == {1}


def test_a_wish_for_a_person_is_a_handoff_before_any_model(world: World, mia: Visitor) -> None:
    mia.says("I want to talk to a real person")
    assert ticket(world, mia).state == "handed_off"
    with mia.reads() as events:
        assert events.state("with_person").data["doing"] is None


def test_a_store_that_does_not_answer_is_told(world: World, mia: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any) -> None:
        raise StoreUnavailable("away")

    monkeypatch.setattr(world.store.chats, "message", away)
    assert mia.says("hello").json() == {"error": "store_unavailable"}


@pytest.mark.parametrize("case", ["signed in", "anonymous", "once anonymous", "other author", "nobody"])
async def test_the_proof_is_what_every_message_came_with(world: World, site: Web, mia: Visitor, case: str) -> None:
    nobody = Visitor(world.http, claims={"anonymous": True, "email": "mia@customer.example"})
    for number, who in enumerate({
        "signed in": [mia, mia], "anonymous": [nobody], "once anonymous": [nobody, mia], "other author": [mia],
    }.get(case, [])):  # fmt: skip
        who.says("hello", f"m-{number}")
    author = "v-2" if case == "other author" else "v-1"
    proof = await site.proof(conversation_id("v-1", "main"), author)
    assert proof == ({"external_id": "v-1", "email": "mia@customer.example"} if case == "signed in" else {})


# read


def texts(events: Events) -> list[str]:
    return [event.data["text"] for event in events.seen if event.name == "message"]


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


# people


def test_people_answer_the_visitor(world: World, mia: Visitor) -> None:
    mia.says("I want to talk to a real person")
    row = ticket(world, mia)
    body = {"id": "a-1", "text": "Hello, this is Ana. What can I do for you?"}
    with mia.reads() as events:
        events.state("with_person")
        for duplicate in (False, True):
            answer = world.http.post(f"/api/tickets/{row.id}/reply", json=body, headers=world.as_("ana@shop.example"))
            assert answer.json()["duplicate"] is duplicate
        told = events.message(body["text"])
        assert (told.data["who"], "ana@" in str(told.data)) == ("person", False)
        solved = {"id": "a-2", "text": "Bye", "then": "solve"}
        world.http.post(f"/api/tickets/{row.id}/reply", json=solved, headers=world.as_("ana@shop.example"))
        events.message("Bye")
    heard = world.store.messages.of_ticket(row.id)
    assert [(one.kind, one.event) for one in heard] == [
        ("message", None), ("message", None), ("message", None), ("event", "ticket.solved"),
    ]  # fmt: skip
    assert world.store.tickets.get(row.id).requester["id"] == "v-1"


@pytest.mark.parametrize(
    ("who", "status", "code"), [(None, 401, "unauthorized"), ("eve@shop.example", 403, "not_entitled"),
                                ("lena@shop.example", 403, "not_entitled")],
)  # fmt: skip
def test_only_the_tickets_own_team_answers(world: World, mia: Visitor, who: str | None, status: int, code: str) -> None:
    mia.says("I want to talk to a real person")
    row = ticket(world, mia)
    headers = world.as_(who) if who else {}
    answer = world.http.post(f"/api/tickets/{row.id}/reply", json={"id": "a", "text": "x"}, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (status, code)
    assert world.store.tickets.get(row.id).last_seq == 1


def test_people_answer_only_what_is_theirs(world: World, mia: Visitor) -> None:
    ana = world.as_("ana@shop.example")
    mia.says("hello")
    row = ticket(world, mia)

    def answers(row_id: str, **body: Any) -> tuple[int, str]:
        answer = world.http.post(f"/api/tickets/{row_id}/reply", json={"id": "a", **body}, headers=ana)
        return answer.status_code, answer.json().get("error")

    assert answers(row.id, text="x") == (409, "not_with_people")
    desk = world.post(comment("I want to talk to a real person")).json()["ticket"]
    assert answers(desk, text="x") == (409, "on_platform")
    assert answers("t_none", text="x") == (404, "not_found")
    mia.says("a real person please, I want to talk to a human", "m-2")
    assert world.store.tickets.get(row.id).state == "handed_off"
    bodies: list[dict[str, Any]] = [
        {}, {"text": ""}, {"text": 7}, {"text": "x", "then": "dance"}, {"text": "x", "more": 1}, {"then": []},
    ]  # fmt: skip
    for body in bodies:
        assert answers(row.id, **body) == (400, "bad_request")
    assert answers(row.id, text="x" * 8_001) == (413, "too_long")
    world.store.tickets.close(row.id, 1, 2, "solved")
    assert answers(row.id, text="x") == (409, "closed")
    assert world.store.tickets.get(row.id).last_seq == 2


@pytest.fixture(autouse=True)
def _quiet(world: World) -> Iterator[None]:
    """No stream of a test is left to the next one."""
    yield
    world.service.feed.close()


# the page to try it with


def test_the_page_runs_its_own_script_and_nothing_else(world: World, site: Web) -> None:
    answer = world.http.get("/chat/site")
    assert answer.status_code == 200
    script = answer.text.partition("<script>")[2].partition("</script>")[0]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = answer.headers["content-security-policy"]
    assert f"script-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert answer.text.count("<script") == 1
    assert "innerHTML" not in script
    assert answer.text.endswith("</script></body></html>")


@pytest.mark.parametrize("where", ["another host", "reached by others", "no web channel", "none"])
def test_the_page_is_for_this_machine_alone(world: World, site: Web, where: str) -> None:
    headers = {"host": "shop.example"} if where == "another host" else {}
    world.service.loopback = where != "reached by others"
    path = {"no web channel": "/chat/desk", "none": "/chat/none"}.get(where, "/chat/site")
    assert world.http.get(path, headers=headers).status_code == 404


def test_a_page_of_the_service_itself_may_talk_on_this_machine_alone(world: World, mia: Visitor) -> None:
    own = str(world.http.base_url).rstrip("/")
    assert mia.says("hello", origin=own).status_code == 200
    assert mia.says("hello", "m-2", origin="https://evil.example", host="evil.example").status_code == 403
    world.service.loopback = False
    assert mia.says("hello", "m-3", origin=own).status_code == 403
