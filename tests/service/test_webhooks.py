"""Webhooks: what is refused leaves nothing, and what is accepted is on disk."""

import json
import socket
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from engine.channels.zendesk import Zendesk
from engine.service import answers
from engine.service.app import MAX_BODY
from engine.store import Arrival, StoreUnavailable
from tests.service.conftest import SLA, World, comment, envelope, signed

# refused


@pytest.mark.parametrize("case", ["none", "no timestamp", "wrong", "other body", "other secret", "not ascii"])
def test_a_signature_that_does_not_fit_is_refused(world: World, case: str) -> None:
    content = json.dumps(comment("hello")).encode()
    headers: dict[str, Any] = signed(content)
    match case:
        case "none":
            headers = {}
        case "no timestamp":
            headers.pop("x-zendesk-webhook-signature-timestamp")
        case "wrong":
            headers["x-zendesk-webhook-signature"] = "AAAA" + headers["x-zendesk-webhook-signature"][4:]
        case "other body":
            headers = signed(content + b" ")
        case "other secret":
            headers = signed(content, secret="guess")
        case "not ascii":
            headers["x-zendesk-webhook-signature"] = "ünterschrift".encode()
    answer = world.http.post("/webhooks/desk", content=content, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (401, "refused")
    assert world.nothing_stored()


@pytest.mark.parametrize("off", [timedelta(minutes=-6), timedelta(minutes=6)])
def test_a_stale_or_early_timestamp_is_refused(world: World, off: timedelta) -> None:
    content = json.dumps(comment("hello")).encode()
    answer = world.http.post("/webhooks/desk", content=content, headers=signed(content, at=datetime.now(UTC) + off))
    assert (answer.status_code, answer.json()["expected"]) == (401, "the timestamp is not within five minutes")
    assert world.nothing_stored()


@pytest.mark.parametrize(
    "body",
    [b"", b"not json", b"[]", b"null", b'"text"', b"\xff\xfe", b"[" * 100_000, {"type": "other"},
     {**comment("x"), "detail": {"id": "../../etc"}}, {**comment("x"), "event": "x"},
     envelope({"comment": {"id": "abc", "is_public": True}})],
)  # fmt: skip
def test_what_is_no_ticket_event_is_told_what_was_expected(world: World, body: Any) -> None:
    answer = world.post(body)
    assert (answer.status_code, answer.json()["error"]) == (400, "refused")
    assert "expected" in answer.json()["expected"]
    assert world.nothing_stored()


def test_a_body_over_the_cap_is_refused(world: World) -> None:
    answer = world.post(b" " * (MAX_BODY + 1))
    assert (answer.status_code, answer.json()["error"]) == (413, "too_large")
    assert world.nothing_stored()


def test_a_body_at_the_cap_is_read(world: World) -> None:
    event = comment("long ")
    event["event"]["comment"]["body"] += "x" * (MAX_BODY - len(json.dumps(event)))
    assert len(json.dumps(event)) == MAX_BODY
    assert world.post(event).status_code == 200
    event["event"]["comment"]["body"] += "x"
    assert world.post(event).status_code == 413


def test_a_body_over_the_cap_without_a_length_is_refused_before_its_end(world: World) -> None:
    """Chunked, and never ended: the answer must not wait for more."""
    where = urlsplit(str(world.http.base_url))
    with socket.create_connection((where.hostname or "", where.port or 0), timeout=10) as raw:
        raw.sendall(b"POST /webhooks/desk HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
        for _ in range(MAX_BODY // 0x10000 + 1):
            raw.sendall(chunk)
        assert raw.recv(1000).startswith(b"HTTP/1.1 413")
    assert world.nothing_stored()


def test_a_connection_that_is_cut_leaves_nothing(world: World) -> None:
    where = urlsplit(str(world.http.base_url))
    with socket.create_connection((where.hostname or "", where.port or 0), timeout=10) as raw:
        raw.sendall(b"POST /webhooks/desk HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{")
    assert world.http.get("/healthz").status_code == 200
    assert world.nothing_stored()


def test_an_unknown_channel_or_path_is_named(world: World) -> None:
    answer = world.http.post("/webhooks/other", content=b"{}")
    assert (answer.status_code, answer.json()) == (404, {"error": "unknown_channel", "expected": "one of desk"})
    assert world.http.get("/nothing").json() == {"error": "not_found"}
    assert world.http.get("/webhooks/desk").status_code == 405


# accepted


def test_a_tickets_first_message_is_kept_and_rung(world: World) -> None:
    world.desk.open_ticket("mia@customer.example", "Lamp", "My lamp broke 👋")
    answer, *_ = world.deliver()
    assert answer.status_code == 200, answer.text
    given = answer.json()
    row = world.store.tickets.get(given["ticket"])
    assert given == {"ticket": row.id, "accepted": [1], "duplicates": 0}
    [said] = world.store.messages.of_ticket(row.id)
    assert (said.text, said.author_role, said.kind) == ("My lamp broke 👋", "customer", "message")
    assert (row.flow, row.state, row.subject) == ("triage", "open", "Lamp")
    assert row.next_due is not None
    assert row.next_due <= world.store.now() + SLA
    assert world.rung == [row.id]


def test_a_delivery_that_comes_again_changes_nothing(world: World) -> None:
    first, again = world.post(comment("hello")), world.post(comment("hello"))
    assert first.json()["accepted"] == [1, 2], "the description and the comment"
    assert again.json() == {"ticket": first.json()["ticket"], "accepted": [], "duplicates": 2}
    assert len(world.store.messages.of_ticket(first.json()["ticket"])) == 2


def test_deliveries_at_once_make_one_ticket(world: World) -> None:
    import concurrent.futures

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: world.post(comment("hello")), range(8)))
    assert {a.status_code for a in answers} == {200}
    assert len({a.json()["ticket"] for a in answers}) == 1
    assert sum(len(a.json()["accepted"]) for a in answers) == 2


def test_a_wish_for_a_person_is_a_handoff_before_any_model(world: World) -> None:
    answer = world.post(comment("I want to talk to a real person"))
    row = world.store.tickets.get(answer.json()["ticket"])
    [handoff] = world.store.handoffs.of_ticket(row.id)
    assert (row.state, handoff.reason, handoff.state) == ("handed_off", "customer_wish", "open")


def test_delicate_topics_are_marked(world: World) -> None:
    answer = world.post(comment("My lawyer will sue you"))
    marked = [m.topics for m in world.store.messages.of_ticket(answer.json()["ticket"]) if "lawyer" in (m.text or "")]
    assert marked == [["legal"]]


def test_an_agents_words_are_no_customers_wish(world: World) -> None:
    answer = world.post(comment("I want to talk to a real person", staff=True))
    row = world.store.tickets.get(answer.json()["ticket"])
    assert row.state == "open"
    assert [m.author_role for m in world.store.messages.of_ticket(row.id)] == ["customer", "agent"]


def test_an_event_of_no_interest_is_taken_and_forgotten(world: World) -> None:
    answer = world.post(envelope({"current": "x"}, kind="subject_changed"))
    assert (answer.status_code, answer.json()) == (200, {"ticket": None, "accepted": [], "duplicates": 0})
    assert world.nothing_stored()


def test_what_a_database_cannot_hold_is_still_accepted(world: World) -> None:
    """Refused, the platform would send it for ever."""
    answer = world.post(comment("nul \x00 and half a character \ud83d"))
    assert answer.status_code == 200, answer.text
    assert world.store.messages.of_ticket(answer.json()["ticket"])[-1].text == "nul \ufffd and half a character \ufffd"


# our own comments


async def test_our_own_comment_coming_back_is_dropped(world: World) -> None:
    from engine.channels.base import Outgoing

    opened = world.desk.open_ticket("mia@customer.example", "Lamp", "My lamp broke")
    row = world.store.tickets.get(world.deliver()[0].json()["ticket"])
    seen = world.last()
    reply = world.store.outbound.propose(row.id, 1, "n", "1", "reply", {"text": "Which lamp?"}, {"passed": True})
    token = world.store.outbound.hold(reply.id) or ""
    world.store.outbound.begin(reply.id, token, deadline=timedelta(seconds=40))
    zendesk = Zendesk(name="desk", url=world.desk.url, user=world.desk.user, token="t0ken", webhook_secret="x")
    made = await zendesk.send(str(opened["id"]), Outgoing(kind="reply", text="Which lamp?", marker=reply.marker))
    early = world.deliver(seen)
    assert world.store.outbound.settle(reply.id, token, "sent", external_id=made.id)
    late = world.deliver(seen)
    assert {a.status_code for a in (*early, *late)} == {200}
    said = [m.text for m in world.store.messages.of_ticket(row.id)]
    assert said == ["My lamp broke"], "neither before nor after the platform's answer was written down"


def test_a_customer_who_repeats_our_words_is_heard(world: World) -> None:
    row = world.store.tickets.get(world.post(comment("hello")).json()["ticket"])
    reply = world.store.outbound.propose(row.id, 1, "n", "1", "reply", {"text": "Which lamp?"}, {"passed": True})
    world.store.outbound.begin(reply.id, world.store.outbound.hold(reply.id) or "", deadline=timedelta(seconds=40))
    assert world.post(comment("Which lamp?", number="777")).json()["accepted"] == [3]
    assert world.post(comment("Which lamp?", number="778", staff=True)).json()["accepted"] == []


def test_a_customers_words_in_an_agents_delivery_are_heard(world: World) -> None:
    """A comment's event carries the description too, which is the customer's, whatever it says."""
    first = Arrival(content_id="another", author_id="5", text="first")
    row_id = world.store.messages.ingest(
        "desk", "77", [first], subject="Lamp", requester={"id": "5"}, owner="support", sla=SLA
    ).ticket_id  # fmt: skip
    reply = world.store.outbound.propose(row_id, 1, "n", "1", "reply", {"text": "Hello"}, {"passed": True})
    world.store.outbound.begin(reply.id, world.store.outbound.hold(reply.id) or "", deadline=timedelta(seconds=40))
    assert world.post(comment("Hello", staff=True)).json()["accepted"] == [2]
    assert [m.content_id for m in world.store.messages.of_ticket(row_id)] == ["another", "77/description"]


# faults


def test_a_store_that_is_away_makes_the_platform_come_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise StoreUnavailable("the store is not available (SQLITE_BUSY)")

    with monkeypatch.context() as patched:
        patched.setattr(world.store.messages, "ingest", away)
        answer = world.post(comment("hello"))
        assert (answer.status_code, answer.json()) == (503, {"error": "store_unavailable"})
    assert world.post(comment("hello")).json()["accepted"] == [1, 2]


def test_one_request_too_many_comes_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "MOST_AT_ONCE", 1)
    with monkeypatch.context() as patched:
        patched.setattr(world.service, "running", 1)
        answer = world.post(comment("hello"))
        assert (answer.status_code, answer.json()) == (503, {"error": "busy"})
        assert world.http.get("/healthz").status_code == 200, "nobody restarts it for that"
    for _ in range(3):
        assert world.post(comment("hello")).status_code == 200, "each has left"
    assert world.post({"type": "broken"}).status_code == 400
    assert world.service.running == 0


def test_a_fault_shows_nobody_what_the_customer_wrote(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise ValueError("canary-Müller wrote this")

    monkeypatch.setattr(world.store.messages, "ingest", broken)
    answer = world.post(comment("canary-Müller"))
    assert (answer.status_code, answer.json()) == (500, {"error": "internal"})
    assert "webhooks/{channel} failed: ValueError" in caplog.text
    assert "canary" not in caplog.text


def test_a_ring_that_fails_changes_nothing(world: World) -> None:
    async def broken(ticket_id: str) -> None:
        raise RuntimeError(ticket_id)

    world.service.ring = broken
    answer = world.post(comment("hello"))
    assert answer.status_code == 200
    assert world.store.tickets.get(answer.json()["ticket"]).ring_wanted_at is not None, "the sweep rings"


def test_health_and_readiness(world: World) -> None:
    assert world.http.get("/healthz").json() == {"ok": True}
    assert world.http.get("/readyz").status_code == 200
    world.service.ready = lambda: False
    answer: httpx.Response = world.http.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"ready": False, "store": True, "temporal": False})
