"""Zendesk's webhooks: who signed them, and what they say."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine.channels.base import Channel, Refused
from engine.channels.zendesk import Zendesk
from engine.channels.zendesk_events import sign

SECRET = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ=="
NOW = datetime(2026, 7, 30, 12, 0, tzinfo=UTC)
TIME = "2026-07-30T12:00:00Z"


@pytest.fixture
def zendesk() -> Zendesk:
    return Zendesk(
        name="zendesk", url="https://shop.zendesk.com", user="a@b.example", token="t0ken", webhook_secret=SECRET
    )


def event(kind: str, what: dict[str, Any], **detail: Any) -> dict[str, Any]:
    return {
        "type": f"zen:event-type:ticket.{kind}", "account_id": 1, "id": "e-1", "time": "2026-07-30T11:59:58.123456789Z",
        "zendesk_event_version": "2022-11-06", "subject": "zen:ticket:77",
        "detail": {
            "id": "77", "actor_id": "9", "requester_id": "5", "submitter_id": "5",
            "description": "Hello, my lamp broke",
            "subject": "Lamp", "created_at": "2026-07-30T11:59:00Z", "is_public": True, "tags": [], **detail,
        },
        "event": what,
    }  # fmt: skip


def comment(text: str = "It arrived broken", **author: Any) -> dict[str, Any]:
    who = {"id": "5", "is_staff": False, "name": "Mia", **author}
    return {"comment": {"id": "501", "is_public": True, "body": text, "author": who}}


def signed(body: bytes, at: str = TIME) -> dict[str, str]:
    return {
        "X-Zendesk-Webhook-Signature": sign(SECRET.encode(), at, body),
        "X-Zendesk-Webhook-Signature-Timestamp": at,
    }


def receive(zendesk: Zendesk, what: Any) -> Any:
    body = what if isinstance(what, bytes) else json.dumps(what).encode()
    return zendesk.receive(signed(body), body, now=NOW)


# Computed apart from this code:
# printf %s "$timestamp$body" | openssl dgst -sha256 -hmac "$secret" -binary | base64
VECTORS = [
    (SECRET, "2021-03-25T05:09:27Z", '{"ticket": "3"}', "ZJlOh/WePwsIE9YXqq7aFzLMBNm12WZo0BGbaksCQaI="),
    (SECRET, "2021-03-25T05:09:27Z", "", "wCdBvXaHttn0wRVIYctzZ9O6O0bnqWakJMEKZ9VoRWw="),
    ("geheim-ß", "2026-07-30T12:00:00Z", '{"name":"Jürgen"}', "DRO46pcwZjO8TDYf2cKI737GSMMkIXp8KtNHxKEY9cM="),
]


@pytest.mark.parametrize(("secret", "timestamp", "body", "signature"), VECTORS)
def test_a_signature_is_as_openssl_makes_it(secret: str, timestamp: str, body: str, signature: str) -> None:
    assert sign(secret.encode(), timestamp, body.encode()) == signature


def test_a_channel_is_one(zendesk: Zendesk) -> None:
    assert isinstance(zendesk, Channel)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Zendesk-Webhook-Signature-Timestamp": TIME},
        {"X-Zendesk-Webhook-Signature": "x"},
        {"X-Zendesk-Webhook-Signature": "Zm9v", "X-Zendesk-Webhook-Signature-Timestamp": TIME},
        {"X-Zendesk-Webhook-Signature": "é\udce9", "X-Zendesk-Webhook-Signature-Timestamp": TIME},
        {"X-Zendesk-Webhook-Signature": "", "X-Zendesk-Webhook-Signature-Timestamp": ""},
    ],
)
def test_a_missing_or_wrong_signature_is_refused(zendesk: Zendesk, headers: dict[str, str]) -> None:
    with pytest.raises(Refused) as refused:
        zendesk.receive(headers, json.dumps(event("created", {})).encode(), now=NOW)
    assert refused.value.status == 401


def test_a_changed_body_and_a_changed_timestamp_are_refused(zendesk: Zendesk) -> None:
    body = json.dumps(event("created", {})).encode()
    for headers, sent in (
        (signed(body), body + b" "),
        ({**signed(body), "X-Zendesk-Webhook-Signature-Timestamp": "2026-07-30T12:00:01Z"}, body),
    ):
        with pytest.raises(Refused) as refused:
            zendesk.receive(headers, sent, now=NOW)
        assert refused.value.status == 401


@pytest.mark.parametrize(("off", "good"), [(-299, True), (299, True), (-301, False), (301, False)])
def test_a_timestamp_is_good_for_five_minutes_either_way(zendesk: Zendesk, off: int, good: bool) -> None:
    body = json.dumps(event("created", {})).encode()
    headers = signed(body, (NOW + timedelta(seconds=off)).strftime("%Y-%m-%dT%H:%M:%SZ"))
    if good:
        assert zendesk.receive(headers, body, now=NOW) is not None
        return
    with pytest.raises(Refused) as refused:
        zendesk.receive(headers, body, now=NOW)
    assert refused.value.status == 401


def test_header_names_have_no_case(zendesk: Zendesk) -> None:
    body = json.dumps(event("created", {})).encode()
    assert zendesk.receive({k.lower(): v for k, v in signed(body).items()}, body, now=NOW)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"null", b"[]", b"\xff\xfe", b"[" * 100_000, b'{"type": "zen:event-type:user.created"}',
        b'{"type": "zen:event-type:ticket.created"}', json.dumps(event("created", {}, id="../1")).encode(),
        json.dumps({**event("created", {}), "time": "yesterday"}).encode(),
        json.dumps({**event("created", {}), "event": None}).encode(),
        json.dumps(event("comment_added", {"comment": {"id": True}})).encode(),
    ],
)  # fmt: skip
def test_what_is_no_ticket_event_is_told_what_was_expected(zendesk: Zendesk, body: bytes) -> None:
    with pytest.raises(Refused) as refused:
        receive(zendesk, body)
    assert refused.value.status == 400
    assert "expected" in refused.value.why


def test_a_comment_brings_the_description_along(zendesk: Zendesk) -> None:
    got = receive(zendesk, event("comment_added", comment()))
    assert (got.external_id, got.subject, got.requester, got.ours) == ("77", "Lamp", {"id": "5"}, ())
    first, second = got.arrivals
    assert (first.content_id, first.text, first.same_as_first) == ("77/description", "Hello, my lamp broke", True)
    assert (second.content_id, second.text, second.same_as_first) == ("comment/501", "It arrived broken", False)
    assert {(a.kind, a.author_id, a.author_role, a.delivery_id) for a in got.arrivals} == {
        ("message", "5", "customer", "e-1")
    }
    assert second.platform_time == datetime(2026, 7, 30, 11, 59, 58, 123456, tzinfo=UTC)


def test_the_first_comment_is_marked_as_the_description_again(zendesk: Zendesk) -> None:
    got = receive(zendesk, event("comment_added", comment("Hello, my lamp broke\n")))
    assert [arrival.same_as_first for arrival in got.arrivals] == [True, True]


def test_a_created_ticket_is_its_description(zendesk: Zendesk) -> None:
    got = receive(zendesk, event("created", {}))
    assert [(a.content_id, a.text) for a in got.arrivals] == [("77/description", "Hello, my lamp broke")]


@pytest.mark.parametrize(
    "author", [{"id": "9", "is_staff": True}, {"id": "9", "is_staff": None}, {"id": "9", "is_staff": "false"}]
)
def test_only_who_is_said_to_be_no_staff_is_a_customer(zendesk: Zendesk, author: dict[str, Any]) -> None:
    got = receive(zendesk, event("comment_added", comment(**author)))
    assert got.arrivals[-1].author_role == "agent"
    assert got.ours == ("comment/501",)


def test_notes_between_people_are_of_no_interest(zendesk: Zendesk) -> None:
    note = comment()
    note["comment"]["is_public"] = False
    assert receive(zendesk, event("comment_added", note)) is None
    assert receive(zendesk, event("created", {}, is_public=False)) is None


@pytest.mark.parametrize(
    ("kind", "what", "actor", "name"),
    [
        ("status_changed", {"current": "SOLVED", "previous": "OPEN"}, "9", "ticket.solved"),
        ("status_changed", {"current": "SOLVED", "previous": "OPEN"}, "5", None),
        ("status_changed", {"current": "PENDING", "previous": "OPEN"}, "9", None),
        ("tags_changed", {"tags_added": ["engine_take_back"], "tags_removed": []}, "9", "ticket.handed_back"),
        ("tags_changed", {"tags_added": ["engine_take_back"], "tags_removed": []}, "5", None),
        ("tags_changed", {"tags_added": ["vip"], "tags_removed": ["engine_take_back"]}, "9", None),
        ("tags_changed", {"current": ["a", "engine_take_back"], "previous": ["a"]}, "9", "ticket.handed_back"),
        ("tags_changed", {"current": ["engine_take_back"], "previous": ["engine_take_back"]}, "9", None),
        ("priority_changed", {"current": "HIGH", "previous": "LOW"}, "9", None),
        ("something_new", {}, "9", None),
    ],
)  # fmt: skip
def test_what_an_agent_does_to_the_ticket(
    zendesk: Zendesk, kind: str, what: dict[str, Any], actor: str, name: str | None
) -> None:
    got = receive(zendesk, event(kind, what, actor_id=actor, tags=["engine_take_back"]))
    assert (got.arrivals[0].event if got else None) == name
    if got:
        assert (got.arrivals[0].kind, got.arrivals[0].content_id, got.arrivals[0].text) == ("event", "event/e-1", None)


def test_contents_are_not_in_a_repr(zendesk: Zendesk) -> None:
    assert "lamp" not in repr(receive(zendesk, event("comment_added", comment()))).lower().replace("'lamp'", "")
