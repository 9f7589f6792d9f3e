"""People are told by mail and chat: a real SMTP server and a real webhook on loopback, and what goes wrong."""

import asyncio
import email
import email.policy
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from engine.channels.internal import Internal
from engine.channels.web import Web
from engine.notices.base import Notice, NotSent, Unsure
from engine.notices.chat import Chat
from engine.notices.mail import Mailer
from engine.runtime.links import unsign
from engine.runtime.notices import Notices
from engine.runtime.server import free_ports
from engine.runtime.telling import tell_team
from engine.runtime.transcripts import StoredTranscript
from engine.store import ApprovalRow, HandoffRow, Store, schema
from engine.testing.serving import Server
from tests.store import given

LENA, HOUR = "lena@shop.example", timedelta(hours=1)


@dataclass
class Box:
    """What a mail server has taken; `answers` are given in turn in place of 250, `hang` closes in the middle of it."""

    port: int
    mails: list[Any] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    hang: int = 0

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address.startswith("nobody"):
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.answers:
            return self.answers.pop(0)
        self.mails.append((envelope.rcpt_tos, email.message_from_bytes(envelope.content, policy=email.policy.default)))
        if self.hang:
            self.hang -= 1
            server.transport.close()
        return "250 OK"


@pytest.fixture
def box() -> Iterator[Box]:
    [port] = free_ports(1)
    made = Box(port)
    controller = Controller(made, hostname="127.0.0.1", port=port, ready_timeout=60)
    controller.start()
    yield made
    controller.stop()


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store.open(f"sqlite:///{tmp_path_factory.mktemp('notices')}/store.db") as store:
        yield store


@pytest.fixture
def store(opened: Store) -> Store:
    opened.database.clock.shift = timedelta()
    with opened.database.write() as tx:
        for table in reversed(schema.metadata.sorted_tables):
            if table is not schema.meta:
                tx.connection.execute(table.delete())
    return opened


def mailer(box: Box, **more: Any) -> Mailer:
    return Mailer("127.0.0.1", box.port, "Engine <engine@shop.example>", security="none", **more)


def asked(store: Store, *, to: str = LENA, kind: Any = "mail", **shown: Any) -> ApprovalRow:
    """An approval with the row of one notice."""
    intent = given.intent(store, given.ticket(store))
    seen = {"tool": "payments.refund", "arguments": {"amount": "129.00 EUR", "order_id": "4710"}, **shown}
    row = store.approvals.open(
        intent.id, 1, 1, "leads", node="refund", expires_at=store.now() + HOUR, shown=seen
    )  # fmt: skip
    content = {"approval": row.id, "version": 1, "rank": 0, "reminder": 0, "to": to}
    store.outbound.propose(row.ticket_id, 1, "refund", f"1/{to}", kind, content)
    return row


def states(store: Store, row: ApprovalRow) -> list[tuple[str, str | None]]:
    return [(one.state, one.because) for one in store.outbound.of_ticket(row.ticket_id)]


async def test_a_mail_tells_what_is_asked_and_holds_the_persons_own_link(store: Store, box: Box) -> None:
    row = asked(store, because="amount > 50")
    notices = Notices(store, mail=mailer(box), address="https://engine.shop.example/", links=True)
    await notices.look()
    await notices.look()
    [(to, mail)] = box.mails
    assert to == [LENA]
    assert mail["Subject"] == f"Approval needed: payments.refund ({row.id})"
    assert mail["Auto-Submitted"] == "auto-generated"
    [out] = store.outbound.of_ticket(row.ticket_id)
    assert mail["Message-ID"] == f"<{out.marker}@shop.example>", "minted with the row, before anything was sent"
    text = mail.get_content()
    assert "amount: 129.00 EUR" in text
    assert "because amount > 50" in text
    found = re.search(r"https://engine\.shop\.example/decide/(\S+)", text)
    assert found is not None
    link = unsign(store.meta.link_key(), found[1], now=store.now())
    assert (link.approval, link.version, link.person) == (row.id, 1, LENA)
    assert link.until <= row.expires_at
    assert states(store, row) == [("sent", None)]
    assert "decide/" not in str(out.content), "no row holds a link that signs somebody in"


@pytest.mark.parametrize(("links", "address", "says"), [
    (False, "https://e.example", "https://e.example/approvals/a_"), (True, "", "engine approvals approve a_"),
])  # fmt: skip
async def test_without_the_setting_no_link_decides(
    store: Store, box: Box, links: bool, address: str, says: str
) -> None:
    asked(store)
    await Notices(store, mail=mailer(box), address=address, links=links).look()
    [(_, mail)] = box.mails
    assert says in mail.get_content()
    assert "/decide/" not in mail.get_content()


async def test_a_server_that_is_busy_or_away_is_asked_again(store: Store, box: Box) -> None:
    row = asked(store)
    box.answers = ["451 4.3.0 later"]
    notices = Notices(store, mail=mailer(box))
    await notices.look()
    assert (states(store, row), box.mails) == ([("reserved", None)], [])
    await notices.look()
    assert box.mails == [], "not at once"
    store.database.clock.shift = timedelta(minutes=1)
    away = Notices(store, mail=Mailer("127.0.0.1", 1, "engine@shop.example", security="none"))
    await away.look()
    assert states(store, row) == [("reserved", None)]
    await Notices(store, mail=mailer(box)).look()
    assert states(store, row) == [("sent", None)]
    assert len(box.mails) == 1


@pytest.mark.parametrize(("to", "answers"), [("nobody@shop.example", []), (LENA, ["554 5.7.1 spam"])])
async def test_a_mail_that_nobody_takes_is_given_up(store: Store, box: Box, to: str, answers: list[str]) -> None:
    row = asked(store, to=to)
    box.answers = answers
    await Notices(store, mail=mailer(box)).look()
    assert states(store, row) == [("not_sent", "refused")]


async def test_an_answer_that_is_lost_sends_the_same_mail_again(store: Store, box: Box) -> None:
    row = asked(store)
    box.hang = 1
    notices = Notices(store, mail=mailer(box))
    await notices.look()
    assert states(store, row) == [("sending", None)]
    await notices.look()
    assert len(box.mails) == 1, "not before nobody can still be sending it"
    store.database.clock.shift = timedelta(minutes=2)
    await notices.look()
    assert states(store, row) == [("sent", None)]
    ids = [mail["Message-ID"] for _, mail in box.mails]
    assert len(ids) == 2, "at least once"
    assert len(set(ids)) == 1, "and one mail for a mailbox that knows its ids"


async def test_several_senders_send_it_once(store: Store, box: Box) -> None:
    row = asked(store)
    await asyncio.gather(*(Notices(store, mail=mailer(box)).look() for _ in range(6)))
    assert len(box.mails) == 1
    assert states(store, row) == [("sent", None)]


@pytest.mark.parametrize("over", ["decided", "edited", "expired"])
async def test_nobody_is_told_of_what_is_over(store: Store, box: Box, over: str) -> None:
    row = asked(store)
    who: dict[str, Any] = {"person": LENA, "teams": frozenset({"leads"}), "version": 1}
    if over == "decided":
        store.approvals.decide(row.id, approve=True, **who)
    elif over == "edited":
        store.approvals.edit(row.id, arguments={}, digest="d2", **who)
    else:
        store.database.clock.shift = 2 * HOUR
    await Notices(store, mail=mailer(box)).look()
    assert (states(store, row), box.mails) == ([("withdrawn", "nobody_asked")], [])


async def test_a_header_is_one_line_whatever_it_holds(box: Box) -> None:
    notice = Notice(to=LENA, subject="a\r\nBcc: all@shop.example\r\n\r\nx", text=".\r\n.\r\nQUIT\r\nä", marker="m1")
    await mailer(box).send(notice)
    [(to, mail)] = box.mails
    assert (to, mail["Bcc"]) == ([LENA], None)
    assert mail.get_content().splitlines() == [".", ".", "QUIT", "ä"]


async def test_a_password_is_not_sent_in_the_clear(box: Box) -> None:
    """The server offers no TLS: `starttls` is refused, and nothing of the sign-in leaves."""
    with pytest.raises(NotSent):
        await Mailer("127.0.0.1", box.port, "e@shop.example", user="u", password="p").send(
            Notice(to=LENA, subject="s", text="t", marker="m")
        )
    assert box.mails == []


# chat


@dataclass
class Hook:
    url: str
    bodies: list[dict[str, Any]]
    statuses: list[int]


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    bodies: list[dict[str, Any]] = []
    statuses: list[int] = []

    async def take(request: Request) -> Response:
        bodies.append(await request.json())
        status = statuses.pop(0) if statuses else 200
        return PlainTextResponse("ok" if status == 200 else "no", status_code=status)

    server = Server(Starlette(routes=[Route("/hook", take, methods=["POST"])])).start()
    yield Hook(f"{server.url}/hook", bodies, statuses)
    server.stop()


async def test_a_chat_is_told_and_its_link_signs_nobody_in(store: Store, hook: Hook) -> None:
    row = asked(store, to="leads", kind="chat", arguments={"note": "<!channel> & <http://evil|click>"})
    await Notices(store, chats={"leads": Chat(hook.url)}, address="https://e.example", links=True).look()
    [body] = hook.bodies
    assert f"https://e.example/approvals/{row.id}" in body["text"]
    assert "/decide/" not in body["text"]
    assert "&lt;!channel&gt; &amp; &lt;http://evil|click&gt;" in body["text"], "it mentions nobody and links nowhere"
    assert states(store, row) == [("sent", None)]


@pytest.mark.parametrize(
    ("status", "state"), [(429, "reserved"), (503, "reserved"), (404, "not_sent"), (410, "not_sent")]
)
async def test_what_a_webhook_refuses(store: Store, hook: Hook, status: int, state: str) -> None:
    row = asked(store, to="leads", kind="chat")
    hook.statuses.append(status)
    await Notices(store, chats={"leads": Chat(hook.url)}).look()
    assert [one for one, _ in states(store, row)] == [state]


async def test_a_team_without_a_chat_any_more_is_skipped(store: Store) -> None:
    row = asked(store, to="leads", kind="chat")
    await Notices(store).look()
    assert states(store, row) == [("withdrawn", "no_way")]


async def test_a_server_that_says_nothing_is_unsure(tmp_path: Path) -> None:
    async def close(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.close()

    server = await asyncio.start_server(close, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        with pytest.raises(Unsure):
            await Chat(f"http://127.0.0.1:{port}/hook").send(Notice(to="x", subject="s", text="t", marker="m"))


def waiting(store: Store) -> HandoffRow:
    """A visitor's ticket that people have."""
    row = given.ticket(store)
    return store.handoffs.open(
        row.id, 1, "customer_wish", "leads", {"summary": "canary words"}, store.now() + HOUR
    )  # fmt: skip


async def test_a_team_is_told_once_of_a_visitor_who_waits(store: Store, box: Box) -> None:
    """By whoever hands the ticket over, and by both: of a ticketing platform's tickets its agents know already."""
    site = Web(name="site", secret="s" * 40, transcript=StoredTranscript(store))
    handoff = waiting(store)
    await tell_team(store, lambda team: [("mail", LENA)], handoff, Internal())
    assert store.outbound.of_ticket(handoff.ticket_id) == []
    for _ in range(2):
        await tell_team(store, lambda team: [("mail", LENA)] if team == "leads" else [], handoff, site)
    await Notices(store, mail=mailer(box), address="https://engine.shop.example").look()
    [(to, mail)] = box.mails
    assert (to, mail["Subject"]) == ([LENA], f"A visitor waits ({handoff.ticket_id})")
    text = mail.get_content()
    assert f"engine tickets reply {handoff.ticket_id}" in text
    assert "canary" not in text


async def test_nobody_is_told_of_a_visitor_who_was_seen_to(store: Store, box: Box) -> None:
    site = Web(name="site", secret="s" * 40, transcript=StoredTranscript(store))
    handoff = waiting(store)
    await tell_team(store, lambda team: [("mail", LENA)], handoff, site)
    store.handoffs.resolve(handoff.id)
    await Notices(store, mail=mailer(box)).look()
    [row] = store.outbound.of_ticket(handoff.ticket_id)
    assert (row.state, row.because, box.mails) == ("withdrawn", "nobody_asked", [])
