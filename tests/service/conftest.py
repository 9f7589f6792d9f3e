"""The service over real HTTP: its own server in a thread, a real store, a stand-in of Zendesk that signs."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from engine.channels.zendesk import Zendesk
from engine.channels.zendesk_events import sign
from engine.runtime.codec import KeyRing
from engine.service.app import Service, create_app
from engine.store import IntentRow, Store, TicketRow, schema
from engine.testing.serving import Server
from engine.testing.zendesk import ZendeskStandIn

TOKEN, SECRET = "t0ken", "webhook-secret"
SLA = timedelta(minutes=15)
UI = "http://127.0.0.1:8233"
TEAMS = {
    "lena@shop.example": frozenset({"leads"}), "omar@shop.example": frozenset({"leads", "finance"}),
    "ana@shop.example": frozenset({"support"}),
}  # fmt: skip


@dataclass
class World:
    """What a test has at hand."""

    service: Service
    store: Store
    desk: ZendeskStandIn
    http: httpx.Client
    rings: list[str]

    @property
    def rung(self) -> list[str]:
        """Which tickets were rung. A ring begins before its answer leaves and may end after it: all have ended."""
        patience = time.monotonic() + 20
        while self.service.tasks and time.monotonic() < patience:
            time.sleep(0.005)
        assert not self.service.tasks, "a ring that does not end"
        return self.rings

    def post(self, body: Any, **headers: str) -> httpx.Response:
        """A signed webhook."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.http.post("/webhooks/desk", content=content, headers={**signed(content), **headers})

    def deliver(self, after: int = 0) -> list[httpx.Response]:
        """What the platform sends, from a sequence number on."""
        return [
            self.http.post("/webhooks/desk", content=sent.body, headers=sent.headers)
            for sent in self.desk.deliveries(after)
        ]

    def last(self) -> int:
        """The sequence number of the newest webhook."""
        return max((sent.seq for sent in self.desk.deliveries()), default=0)

    def as_(self, person: str) -> dict[str, str]:
        """A person's sign-in."""
        return {"authorization": f"Bearer {self.store.people.mint(person)}"}

    def nothing_stored(self) -> bool:
        """Whether no delivery left anything."""
        return self.store.tickets.listing() == []


def signed(content: bytes, *, at: datetime | None = None, secret: str = SECRET) -> dict[str, str]:
    """The headers by which Zendesk signs."""
    stamp = (at or datetime.now(UTC)).isoformat()
    return {
        "x-zendesk-webhook-signature": sign(secret.encode(), stamp, content),
        "x-zendesk-webhook-signature-timestamp": stamp,
    }


@pytest.fixture(scope="session")
def standin() -> Iterator[ZendeskStandIn]:
    with ZendeskStandIn.start(token=TOKEN, secret=SECRET) as started:
        yield started


@pytest.fixture(scope="session")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One store for all tests: making its tables for each would take most of the time."""
    with Store.open(f"sqlite:///{tmp_path_factory.mktemp('service')}/store.db") as store:
        yield store


@pytest.fixture(scope="session")
def app(opened: Store, standin: ZendeskStandIn) -> Starlette:
    return create_app(_service(opened, standin, []))


@pytest.fixture(scope="session")
def http(app: Starlette) -> Iterator[httpx.Client]:
    server = Server(app).start()
    with httpx.Client(base_url=server.url, trust_env=False, timeout=20) as client:
        yield client
    server.stop()


@pytest.fixture
def world(app: Starlette, opened: Store, standin: ZendeskStandIn, http: httpx.Client) -> World:
    """A service of this test's own with an empty store."""
    standin.reset()
    opened.database.clock.shift = timedelta()
    with opened.database.write() as tx:
        for table in reversed(schema.metadata.sorted_tables):
            if table is not schema.meta:
                tx.connection.execute(table.delete())
    opened.meta.hold_writes(False)
    rings: list[str] = []
    app.state.service = _service(opened, standin, rings)
    return World(app.state.service, opened, standin, http, rings)


def _service(store: Store, standin: ZendeskStandIn, rings: list[str]) -> Service:
    async def ring(ticket_id: str) -> None:
        rings.append(ticket_id)

    zendesk = Zendesk(name="desk", url=standin.url, user=standin.user, token=TOKEN, webhook_secret=SECRET)
    return Service(
        store=store, channels={"desk": zendesk}, ring=ring, sla=SLA, team="support", keys=KeyRing.make(), ui=UI,
        loopback=True, teams_of=lambda person: TEAMS.get(person, frozenset()),
    )  # fmt: skip


def envelope(what: dict[str, Any], *, kind: str = "comment_added", **detail: Any) -> dict[str, Any]:
    """An event as Zendesk words it."""
    return {
        "type": f"zen:event-type:ticket.{kind}", "account_id": 1, "id": "e-1", "time": "2026-07-30T11:59:58Z",
        "zendesk_event_version": "2022-11-06", "subject": "zen:ticket:77",
        "detail": {"id": "77", "actor_id": "9", "requester_id": "5", "description": "Hello", "subject": "Lamp",
                   "created_at": "2026-07-30T11:59:00Z", "is_public": True, "tags": [], **detail},
        "event": what,
    }  # fmt: skip


def comment(text: str, *, number: str = "501", staff: bool = False) -> dict[str, Any]:
    """A public comment's event."""
    author = {"id": "9" if staff else "5", "is_staff": staff, "name": "Mia"}
    return envelope({"comment": {"id": number, "is_public": True, "body": text, "author": author}})


def a_ticket(world: World) -> TicketRow:
    """A verified customer's ticket."""
    made = world.post(comment("I want my money back"))
    row = world.store.tickets.get(made.json()["ticket"])
    world.store.tickets.verify(row.id, "5", "customers.match", None, None)
    return world.store.tickets.get(row.id)


def an_intent(world: World, row: TicketRow, **more: Any) -> IntentRow:
    """A refund that waits."""
    return world.store.intents.propose(
        row.id, 1, "refund", "1", tool="payments.refund", contract_digest="c", author_id="5",
        **{"arguments": {"amount": "129.00"}, "digest": "d1", **more},
    ).intent  # fmt: skip
