"""Zendesk's API over real HTTP: what arrives there, and what each fault comes to."""

import asyncio
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from engine.channels.base import Made, Outgoing, Unknown, Unsent
from engine.channels.registry import CHANNELS, SETTINGS, channel
from engine.channels.zendesk import Zendesk
from engine.errors import NotConfigured
from engine.testing.zendesk import ZendeskStandIn

TOKEN, SECRET = "t0ken-of-the-test", "webhook-secret"


@pytest.fixture(scope="module")
def server() -> Iterator[ZendeskStandIn]:
    with ZendeskStandIn.start(token=TOKEN, secret=SECRET) as standin:
        yield standin


@pytest.fixture
def desk(server: ZendeskStandIn) -> ZendeskStandIn:
    server.clear_faults()
    return server


@pytest.fixture
def zendesk(desk: ZendeskStandIn) -> Zendesk:
    made = channel(
        "zd", {"kind": "zendesk", "url": desk.url, "user": desk.user, "token": TOKEN, "webhook_secret": SECRET}
    )
    assert isinstance(made, Zendesk)
    made.seconds = 2.0
    return made


@pytest.fixture
def ticket(desk: ZendeskStandIn) -> int:
    opened = desk.open_ticket("mia@customer.example", "Lamp", "My lamp broke", name="Mia Muster", tags=("vip",))
    return int(opened["id"])


async def test_who_asks(zendesk: Zendesk, ticket: int) -> None:
    who = await zendesk.requester(str(ticket))
    assert (who["email"], who["name"], who["language"]) == ("mia@customer.example", "Mia Muster", "en")


async def test_a_reply_is_a_public_comment_and_found_again(zendesk: Zendesk, desk: ZendeskStandIn, ticket: int) -> None:
    made = await zendesk.send(str(ticket), Outgoing(kind="reply", text="Grüße 👋", marker="o_1"))
    last = desk.comments(ticket)[-1]
    assert (made.id, last["body"], last["public"]) == (f"comment/{last['id']}", "Grüße 👋", True)
    assert await zendesk.find(str(ticket), "o_1") == made
    assert await zendesk.find(str(ticket), "o_2") is None


async def test_a_note_changes_the_ticket_in_the_same_update(
    zendesk: Zendesk, desk: ZendeskStandIn, ticket: int
) -> None:
    before = len(desk.audits(ticket))
    note = Outgoing(
        kind="note", text="Handoff", marker="o_3", status="open", tags=("escalated", "vip"), group="Legal",
        fields={"360001": "refund"},
    )  # fmt: skip
    await zendesk.send(str(ticket), note)
    after = desk.show(ticket)
    assert len(after["audits"]) == before + 1
    assert after["comments"][-1]["public"] is False
    assert after["group"]["name"] == "Legal"
    assert sorted(after["ticket"]["tags"]) == ["escalated", "vip"]
    assert {"id": 360001, "value": "refund"}.items() <= after["ticket"]["custom_fields"][0].items()


async def test_the_tag_of_a_hand_back_is_used_up(zendesk: Zendesk, desk: ZendeskStandIn, ticket: int) -> None:
    desk.agent_changes(ticket, {"tags": ["vip", "engine_take_back"]}, email="ana@northwind.example")
    await zendesk.send(str(ticket), Outgoing(kind="update", marker="o_4", tags=("escalated",)))
    assert sorted(desk.ticket(ticket)["tags"]) == ["escalated", "vip"]


async def test_an_update_that_changes_nothing_is_no_error(zendesk: Zendesk, ticket: int) -> None:
    made = await zendesk.send(str(ticket), Outgoing(kind="update", marker="o_5", status="new"))
    assert made == Made(f"ticket/{ticket}")


async def test_own_comments_come_back_by_the_id_that_send_gave(
    zendesk: Zendesk, desk: ZendeskStandIn, ticket: int
) -> None:
    made = await zendesk.send(str(ticket), Outgoing(kind="reply", text="Hello", marker="o_6"))
    deliveries = [d for d in desk.deliveries() if d.ticket_id == ticket and d.type.endswith("comment_added")]
    got = zendesk.receive(deliveries[-1].headers, deliveries[-1].body, now=datetime.now(UTC))
    assert got is not None
    assert got.ours == (made.id,)
    assert got.arrivals[-1].author_role == "engine"


async def test_a_customers_webhook_is_read_as_it_is_posted(zendesk: Zendesk, desk: ZendeskStandIn, ticket: int) -> None:
    desk.customer_writes(ticket, "Any news?")
    posted = [d for d in desk.deliveries() if d.ticket_id == ticket]
    got = [zendesk.receive(d.headers, d.body, now=datetime.now(UTC)) for d in posted]
    ids = {a.content_id: a for r in got if r for a in r.arrivals}
    first = next(iter(desk.comments(ticket)))
    assert ids[f"comment/{first['id']}"].same_as_first is True
    assert [a.text for a in ids.values() if not a.same_as_first] == ["Any news?"]


@pytest.mark.parametrize(
    ("kind", "more", "error", "code"),
    [
        ("status", {"status": 429, "retry_after": 7}, Unsent, "rate_limited"),
        ("status", {"status": 401}, Unsent, "unauthorised"),
        ("status", {"status": 403}, Unsent, "forbidden"),
        ("status", {"status": 404}, Unsent, "not_found"),
        ("status", {"status": 422}, Unsent, "rejected"),
        ("status", {"status": 409}, Unsent, "conflict"),
        ("status", {"status": 503, "retry_after": 7}, Unknown, "status_503"),
        ("status", {"status": 302}, Unknown, "redirect"),
        ("status_after_work", {}, Unknown, "status_500"),
        ("drop", {}, Unknown, "cut"),
        ("drop_after_work", {}, Unknown, "cut"),
        ("delay_after_work", {"seconds": 1.0}, Unknown, "timeout"),
    ],
)
async def test_what_a_fault_comes_to(
    zendesk: Zendesk, desk: ZendeskStandIn, ticket: int, kind: str, more: dict[str, float], error: type[Exception],
    code: str,
) -> None:  # fmt: skip
    zendesk.seconds = 0.5
    desk.fault("/api/v2/tickets/*", method="PUT", kind=kind, **more)
    with pytest.raises((Unsent, Unknown)) as raised:
        await zendesk.send(str(ticket), Outgoing(kind="reply", text="Hello", marker="o_7"))
    assert (type(raised.value), raised.value.code) == (error, code)
    assert (raised.value.retry_after == 7) is (code == "rate_limited")
    zendesk.seconds = 5
    there = any(audit["metadata"]["custom"].get("marker") == "o_7" for audit in desk.audits(ticket))
    assert (await zendesk.find(str(ticket), "o_7") is not None) is there
    assert there is kind.endswith("after_work")


@pytest.mark.parametrize("kind", ["garbage", "bad_schema"])
async def test_an_unreadable_2xx_was_still_sent(zendesk: Zendesk, desk: ZendeskStandIn, ticket: int, kind: str) -> None:
    desk.fault("/api/v2/tickets/*", method="PUT", kind=kind)
    assert await zendesk.send(str(ticket), Outgoing(kind="reply", text="Hello", marker="o_8"))
    assert await zendesk.find(str(ticket), "o_8") is not None


@pytest.mark.parametrize("kind", ["status", "drop", "garbage", "bad_schema"])
async def test_a_failed_look_never_says_that_nothing_is_there(
    zendesk: Zendesk, desk: ZendeskStandIn, ticket: int, kind: str
) -> None:
    desk.fault("/api/v2/tickets/*/audits*", kind=kind)
    with pytest.raises((Unsent, Unknown)):
        await zendesk.find(str(ticket), "o_9")


async def test_a_look_before_the_change_that_fails_sends_nothing(
    zendesk: Zendesk, desk: ZendeskStandIn, ticket: int
) -> None:
    before = len(desk.audits(ticket))
    desk.fault("/api/v2/tickets/*", method="GET", kind="drop")
    with pytest.raises(Unsent) as raised:
        await zendesk.send(str(ticket), Outgoing(kind="note", text="x", marker="o_10", tags=("a",)))
    assert (raised.value.code, len(desk.audits(ticket))) == ("unavailable", before)
    with pytest.raises(Unsent) as raised:
        await zendesk.send(str(ticket), Outgoing(kind="note", text="x", marker="o_10", group="Nobody"))
    assert (raised.value.code, len(desk.audits(ticket))) == ("no_group", before)


async def test_what_was_made_has_the_platforms_time(zendesk: Zendesk, desk: ZendeskStandIn, ticket: int) -> None:
    made = await zendesk.send(str(ticket), Outgoing(kind="reply", text="Hello", marker="o_13"))
    assert made.at is not None
    assert made.at.isoformat().replace("+00:00", "Z") == desk.comments(ticket)[-1]["created_at"]


async def test_a_text_whose_time_is_over_is_not_sent(zendesk: Zendesk, desk: ZendeskStandIn, ticket: int) -> None:
    before = len(desk.audits(ticket))
    with pytest.raises(Unsent) as raised:
        await zendesk.send(str(ticket), Outgoing(kind="reply", text="x", marker="o_14", until=time.monotonic() + 0.9))
    assert (raised.value.code, len(desk.audits(ticket))) == ("late", before)


async def test_a_reply_that_was_held_up_until_somebody_changed_the_ticket_is_not_sent(
    zendesk: Zendesk, desk: ZendeskStandIn, ticket: int
) -> None:
    """A process may stand still between its last look and its request, for as long as it takes another to send."""
    desk.fault("/api/v2/tickets/*", method="PUT", kind="delay", seconds=1.3)
    late = asyncio.create_task(zendesk.send(str(ticket), Outgoing(kind="reply", text="x", marker="o_15")))
    await asyncio.sleep(1.1)
    desk.customer_writes(ticket, "Hello?")
    with pytest.raises(Unsent) as raised:
        await late
    assert (raised.value.code, desk.comments(ticket)[-1]["body"]) == ("conflict", "Hello?")


async def test_find_turns_all_pages(zendesk: Zendesk, desk: ZendeskStandIn, ticket: int) -> None:
    await zendesk.send(str(ticket), Outgoing(kind="reply", text="first", marker="o_11"))
    for number in range(105):
        desk.customer_writes(ticket, f"again {number}")
    last = await zendesk.send(str(ticket), Outgoing(kind="reply", text="last", marker="o_12"))
    assert await zendesk.find(str(ticket), "o_11") is not None
    assert await zendesk.find(str(ticket), "o_12") == last


async def test_no_connection_is_unsent() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    closed = Zendesk(name="zd", url=url, user="a@b.example", token="t", webhook_secret="s")
    with pytest.raises(Unsent) as raised:
        await closed.send("1", Outgoing(kind="reply", text="Hello", marker="o"))
    assert (raised.value.code, raised.value.retry_after) == ("unreachable", 2.0)


@pytest.mark.parametrize("ticket_id", ["", "../users/1", "1?x=1", "1/../2", "٣", "-1", "9" * 30])
async def test_an_id_cannot_change_the_path(zendesk: Zendesk, desk: ZendeskStandIn, ticket_id: str) -> None:
    before = len(desk.requests())
    with pytest.raises(Unsent):
        await zendesk.send(ticket_id, Outgoing(kind="reply", text="Hello", marker="o"))
    with pytest.raises(Unsent):
        await zendesk.find(ticket_id, "o")
    assert len(desk.requests()) == before


def test_a_page_elsewhere_is_not_sent_the_login(zendesk: Zendesk) -> None:
    for following in ("https://evil.example/api/v2/x", zendesk._url + "/other", zendesk._url.replace("127", "126")):
        with pytest.raises(Unknown):
            zendesk._next({"next_page": following})


def test_the_registry_and_its_settings_agree() -> None:
    assert set(CHANNELS) == set(SETTINGS)
    whole = {"kind": "zendesk", "url": "https://x", "user": "a@b", "token": "t", "webhook_secret": "s"}
    assert channel("zd", whole).name == "zd"
    for broken, told in (
        ({}, "none of zendesk"), ({"kind": "none"}, "`none`"), ({**whole, "token": ""}, "`zd` lacks token"),
        ({**whole, "url": "ftp://x"}, "https://"),
    ):  # fmt: skip
        with pytest.raises(NotConfigured, match=told):
            channel("zd", broken)


async def test_errors_hold_no_contents(zendesk: Zendesk, desk: ZendeskStandIn, ticket: int) -> None:
    desk.fault("/api/v2/tickets/*", method="PUT", kind="drop")
    with pytest.raises(Unknown) as raised:
        await zendesk.send(str(ticket), Outgoing(kind="reply", text="canary-name", marker="o"))
    seen: BaseException | None = raised.value
    while seen is not None:
        assert not any(word in f"{seen!r}" for word in ("canary-name", TOKEN, "127.0.0.1"))
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)


MIA = "mia@customer.example"


async def proved(zendesk: Zendesk, desk: ZendeskStandIn, *comments: tuple[str, tuple[int, ...]], **who: str) -> object:
    """What is proved of a requester who wrote these: the channel of each, and Zendesk's flags."""
    (channel, flags), *rest = comments
    number = desk.open_ticket(who.get("email", MIA), "Lamp", "My lamp broke", channel=channel, flags=flags)["id"]
    for other, flagged in rest:
        desk.customer_writes(number, "Well?", channel=other, flags=flagged)
    return await zendesk.proof(str(number), who.get("author", str(desk.ticket(number)["requester_id"])))


async def test_who_is_signed_in_is_proved(zendesk: Zendesk, desk: ZendeskStandIn) -> None:
    desk.desk.sign_up(MIA, external_id="C-1002")
    whole = {"email": MIA, "external_id": "C-1002"}
    assert await proved(zendesk, desk, ("web", ())) == whole
    assert await proved(zendesk, desk, ("native_messaging", ()), ("web", ())) == whole
    desk.desk.sign_up("noa@customer.example")
    assert await proved(zendesk, desk, ("web", ()), email="noa@customer.example") == {"email": "noa@customer.example"}
    desk.desk.sign_up("lea@customer.example", external_id="C-7", verified=False)
    assert await proved(zendesk, desk, ("web", ()), email="lea@customer.example") == {"external_id": "C-7"}


@pytest.mark.parametrize(
    "comments", [
        [("email", ())], [("web", (3,))], [("web", (0,))], [("web", (11,))], [("web", (2,))], [("api", ())],
        [("web", ()), ("email", ())], [("web", ()), ("web", (3,))],
    ],
)  # fmt: skip
async def test_in_doubt_nothing_is_proved(
    zendesk: Zendesk, desk: ZendeskStandIn, comments: list[tuple[str, tuple[int, ...]]]
) -> None:
    """A sender's address may be anybody's; nobody was signed in; somebody else wrote it; or not all of it is theirs."""
    desk.desk.sign_up(MIA, external_id="C-1002")
    assert await proved(zendesk, desk, *comments) == {}


async def test_another_author_and_a_suspended_user_prove_nothing(zendesk: Zendesk, desk: ZendeskStandIn) -> None:
    user = desk.desk.sign_up(MIA, external_id="C-1002")
    assert await proved(zendesk, desk, ("web", ()), author=str(user["id"] + 1)) == {}
    desk.desk.records.put("user", {**user, "suspended": True})
    assert await proved(zendesk, desk, ("web", ())) == {}
    desk.desk.records.put("user", {**user, "role": "agent"})
    assert await proved(zendesk, desk, ("web", ())) == {}
    desk.desk.records.put("user", user)


async def test_who_cannot_be_asked_has_proved_nothing(zendesk: Zendesk, desk: ZendeskStandIn) -> None:
    number = desk.open_ticket(MIA, "Lamp", "My lamp broke", channel="web")["id"]
    desk.fault("/api/v2/users/*", kind="status", status=503)
    with pytest.raises(Unknown):
        await zendesk.proof(str(number), str(desk.ticket(number)["requester_id"]))
