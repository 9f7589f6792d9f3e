"""The webhooks: which changes cause them, their envelope, their signature, and the courier that posts them."""

import base64
import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest

from engine.testing.zendesk import Delivery, ZendeskStandIn, sign

INES = "ines.garcia@example.com"
BODY = '{"detail":{"subject":"Größe ☀"}}'.encode()


@pytest.mark.parametrize(("secret", "timestamp", "body", "signature"), [
    # by openssl: printf '%s' "$TIMESTAMP$BODY" | openssl dgst -sha256 -hmac "$SECRET" -binary | base64
    ("dGhpc19zZWNyZXQ=", "2026-11-23T09:30:00Z", BODY, "HgtES0Fri/u0xeB78JPaYWkQSBkLLFmQ9ZOxb262bAA="),
    ("dGhpc19zZWNyZXQ=", "2026-11-23T09:30:00Z", b"", "UHPhmy3Wrr1SrCapZf4IQ788nAxwuNHTmXJOwmmLma8="),
])  # fmt: skip
def test_the_signature_is_that_of_another_implementation(
    secret: str, timestamp: str, body: bytes, signature: str
) -> None:
    assert sign(secret, timestamp, body) == signature


def test_a_change_of_any_part_changes_the_signature() -> None:
    right = sign("secret", "2026-11-23T09:30:00Z", BODY)
    others = {
        sign("secreT", "2026-11-23T09:30:00Z", BODY), sign("secret", "2026-11-23T09:30:01Z", BODY),
        sign("secret", "2026-11-23T09:30:00Z", BODY + b" "),
    }  # fmt: skip
    assert right not in others
    assert len(base64.b64decode(right)) == 32


def said(delivery: Delivery) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(delivery.body)
    return found


def kinds(deliveries: list[Delivery]) -> list[str]:
    return [delivery.type.removeprefix("zen:event-type:ticket.") for delivery in deliveries]


def test_a_new_ticket_comes_as_created_and_as_its_first_comment(desk: ZendeskStandIn) -> None:
    ticket = desk.open_ticket(INES, "Reembolso", "Quiero mi dinero, por favor ☀", name="Inés García", tags=("vip",))
    created, comment = desk.deliveries()
    assert kinds([created, comment]) == ["created", "comment_added"]
    envelope = said(created)
    assert set(envelope) == {
        "account_id", "detail", "event", "id", "subject", "time", "type", "zendesk_event_version",
    }  # fmt: skip
    assert (envelope["zendesk_event_version"], envelope["subject"]) == ("2022-11-06", f"zen:ticket:{ticket['id']}")
    assert (envelope["type"], envelope["event"]) == ("zen:event-type:ticket.created", {})
    detail = envelope["detail"]
    assert (detail["id"], detail["requester_id"]) == (str(ticket["id"]), str(ticket["requester_id"]))
    assert (detail["status"], detail["tags"], detail["subject"]) == ("NEW", ["vip"], "Reembolso")
    assert (detail["description"], detail["via"]) == ("Quiero mi dinero, por favor ☀", {"channel": "email"})
    written = said(comment)["event"]["comment"]
    assert (written["body"], written["is_public"]) == ("Quiero mi dinero, por favor ☀", True)
    assert written["author"] == {"id": str(ticket["requester_id"]), "is_staff": False, "name": "Inés García"}
    assert written["id"] == str(desk.comments(ticket["id"])[0]["id"])
    assert said(comment)["id"] != envelope["id"]
    assert abs(datetime.fromisoformat(envelope["time"]) - datetime.now(UTC)).total_seconds() < 30


def test_the_integrations_own_changes_come_back_too(desk: ZendeskStandIn, zendesk: httpx.Client) -> None:
    ticket = desk.open_ticket(INES, "s", "b")["id"]
    zendesk.put(f"/tickets/{ticket}.json", json={"ticket": {
        "comment": {"body": "Hola", "public": False}, "status": "pending", "tags": ["engine"],
        "group_id": desk.group("Billing")["id"],
    }})  # fmt: skip
    fresh = desk.deliveries(after=2)
    assert sorted(kinds(fresh)) == ["comment_added", "group_assignment_changed", "status_changed", "tags_changed"]
    events = {kind: said(delivery)["event"] for kind, delivery in zip(kinds(fresh), fresh, strict=True)}
    comment = events["comment_added"]["comment"]
    assert (comment["body"], comment["is_public"], comment["author"]["is_staff"]) == ("Hola", False, True)
    assert events["status_changed"] == {"current": "PENDING", "previous": "NEW"}
    assert events["tags_changed"] == {"tags_added": ["engine"], "tags_removed": []}
    assert events["group_assignment_changed"] == {"current": str(desk.group("Billing")["id"]), "previous": None}
    assert {said(delivery)["detail"]["status"] for delivery in fresh} == {"PENDING"}


def test_agents_solve_reply_and_hand_back(desk: ZendeskStandIn) -> None:
    ticket = desk.open_ticket(INES, "s", "b")["id"]
    reply = desk.agent_replies(ticket, "Let me look", email="lena@northwind.example")
    desk.agent_changes(ticket, {"additional_tags": ["engine_take_back"]}, email="lena@northwind.example")
    desk.agent_changes(ticket, {"status": "solved"}, email="lena@northwind.example")
    fresh = desk.deliveries(after=2)
    assert kinds(fresh) == ["comment_added", "tags_changed", "agent_assignment_changed", "status_changed"]
    assert said(fresh[0])["event"]["comment"]["id"] == str(reply["id"])
    assert said(fresh[0])["event"]["comment"]["author"]["is_staff"] is True
    assert said(fresh[1])["event"]["tags_added"] == ["engine_take_back"]
    assert said(fresh[3])["event"] == {"current": "SOLVED", "previous": "NEW"}


def test_a_delivery_is_signed_as_of_a_moment_and_repeats_are_known(desk: ZendeskStandIn) -> None:
    desk.open_ticket(INES, "s", "b")
    old = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    early, late = desk.deliveries(at=old)[0], desk.deliveries()[0]
    assert early.body == late.body
    assert early.headers["X-Zendesk-Webhook-Signature-Timestamp"] == "2026-01-02T03:04:05Z"
    assert early.headers["X-Zendesk-Webhook-Signature"] == sign("zd-secret", "2026-01-02T03:04:05Z", early.body)
    assert early.headers["X-Zendesk-Webhook-Signature"] != late.headers["X-Zendesk-Webhook-Signature"]
    name = "X-Zendesk-Webhook-Invocation-Id"
    assert early.headers[name] == late.headers[name] != desk.deliveries()[1].headers[name]


def test_deliveries_over_http_are_those_of_python(desk: ZendeskStandIn, desk_admin: httpx.Client) -> None:
    ticket = desk.open_ticket(INES, "☀", "b")["id"]
    desk.customer_writes(ticket, "more")
    (found,) = desk_admin.get("/deliveries", params={"after": 2}).json()["deliveries"]
    (known,) = desk.deliveries(after=2)
    body = base64.b64decode(found["body"])
    assert body == known.body
    headers = found["headers"]
    timestamp = headers["X-Zendesk-Webhook-Signature-Timestamp"]
    assert headers["X-Zendesk-Webhook-Signature"] == sign("zd-secret", timestamp, body)
    assert (found["seq"], found["ticket_id"], found["type"]) == (3, ticket, "zen:event-type:ticket.comment_added")


class Receiver:
    """Somebody whom webhooks are posted to; answers with the statuses given, then with 200."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.got: list[tuple[dict[str, str], bytes]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                outer.got.append((dict(self.headers), body))
                self.send_response(outer.statuses.pop(0) if outer.statuses else 200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/webhooks/zendesk"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()
    thread = threading.Thread(target=found.server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield found
    found.server.shutdown()
    thread.join()
    found.server.server_close()


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert holds()


def states(desk: ZendeskStandIn) -> list[tuple[str, int]]:
    return [(queued.state, queued.attempts) for queued in desk.desk.queued()]


def test_the_courier_posts_in_order_and_twice_if_asked(desk: ZendeskStandIn, receiver: Receiver) -> None:
    desk.open_ticket(INES, "before", "not posted: it was there before")
    desk.post_to(receiver.url, copies=2)
    desk.open_ticket(INES, "s", "b")
    until(lambda: states(desk)[2:] == [("delivered", 2)] * 2)
    sent = [one.body for one in desk.deliveries(after=2)]
    assert [body for _, body in receiver.got] == [sent[0], sent[0], sent[1], sent[1]]
    headers, body = receiver.got[0]
    timestamp = headers["X-Zendesk-Webhook-Signature-Timestamp"]
    assert headers["X-Zendesk-Webhook-Signature"] == sign("zd-secret", timestamp, body)
    desk.post_to(None)
    desk.open_ticket(INES, "s", "b")
    assert states(desk)[4:] == [("queued", 0)] * 2


def test_the_courier_tries_again_until_it_is_taken(desk: ZendeskStandIn, receiver: Receiver) -> None:
    receiver.statuses = [503, 429, 200, 401]
    desk.post_to(receiver.url)
    desk.open_ticket(INES, "s", "b")
    until(lambda: states(desk) == [("delivered", 3), ("failed", 1)])
    assert len({body for _, body in receiver.got[:3]}) == 1


def test_a_service_that_is_away_for_a_while_gets_everything(desk: ZendeskStandIn, receiver: Receiver) -> None:
    receiver.statuses = [503] * 100
    desk.post_to(receiver.url)
    desk.open_ticket(INES, "s", "b")
    until(lambda: bool(receiver.got))
    desk.post_to(None)
    assert [state for state, _ in states(desk)] == ["queued"] * 2
    assert states(desk)[0][1] >= 1
    receiver.statuses.clear()
    receiver.got.clear()
    desk.post_to(receiver.url, after=0)
    until(lambda: [state for state, _ in states(desk)] == ["delivered"] * 2)
    assert len(receiver.got) == 2
