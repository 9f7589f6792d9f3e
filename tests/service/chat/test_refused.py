"""Whom the web channel refuses: no token, no right text, too much, another origin."""

import json
from datetime import timedelta
from typing import Any

import pytest

from engine.channels.web import Web
from engine.service.chat import LONGEST, PER_MINUTE
from tests.service.chat.conftest import SHOP, ticket, token_of
from tests.service.chatting import Visitor
from tests.service.conftest import World


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
