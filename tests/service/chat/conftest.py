"""A web channel of the service, a visitor of it, and what is said there."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from engine.channels.web import Web
from engine.channels.web_token import made
from engine.runtime.transcripts import StoredTranscript
from engine.service.chat import conversation_id
from engine.store import TicketRow
from tests.service.chatting import SECRET, Events, Visitor
from tests.service.conftest import World

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


def texts(events: Events) -> list[str]:
    return [event.data["text"] for event in events.seen if event.name == "message"]


@pytest.fixture(autouse=True)
def _quiet(world: World) -> Iterator[None]:
    """No stream of a test is left to the next one."""
    yield
    world.service.feed.close()
