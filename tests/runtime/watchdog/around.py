"""What the tests of the watchdog share: a ticket, a bell that counts, and the time."""

from datetime import timedelta

from engine.channels.zendesk import Zendesk
from engine.runtime.stuck import Stuck
from engine.runtime.watchdog import Watchdog
from engine.store import Arrival, IntentRow, Store, TicketRow
from engine.testing.zendesk import ZendeskStandIn

SLA = timedelta(minutes=15)
GRACE = timedelta(minutes=2)
TOKEN, SECRET, CANARY = "t0ken", "webhook-secret", "canary-Müller"


class Phone:
    """A bell that counts."""

    def __init__(self) -> None:
        self.up = True
        self.rung: list[str] = []
        self.found: list[Stuck] = []
        self.begun_again: list[str] = []

    async def ring(self, ticket_id: str) -> bool:
        """Notes it."""
        self.rung.append(ticket_id)
        return self.up

    async def stuck(self) -> list[Stuck]:
        """What the test has put there."""
        return self.found

    async def begin_again(self, found: Stuck) -> bool:
        """Notes it."""
        self.begun_again.append(found.id)
        return True


def another(store: Store, zendesk: Zendesk, bell: Phone) -> Watchdog:
    return Watchdog(store, {"desk": zendesk}, bell, sla=SLA, team="support", group=lambda team: team.title())


def ticket(store: Store, desk: ZendeskStandIn, *, wish: bool = False, channel: str = "desk") -> TicketRow:
    """A ticket on the platform and in the store."""
    text = f"{CANARY}: my lamp broke"
    number = str(desk.open_ticket("mia@customer.example", "Lamp", text)["id"])
    made = store.messages.ingest(
        channel, number, [Arrival(content_id=f"{number}/description", author_id="5", text=text, wants_person=wish)],
        subject="Lamp", requester={"id": "5"}, owner="support", sla=SLA,
    )  # fmt: skip
    return store.tickets.get(made.ticket_id)


def later(store: Store, wait: timedelta) -> None:
    store.database.clock.shift += wait


def notes(desk: ZendeskStandIn, row: TicketRow) -> list[str]:
    return [c["body"] for c in desk.comments(int(row.external_id)) if not c["public"]]


def sending(store: Store, row: TicketRow) -> IntentRow:
    """A write that is on its way, with a deadline a minute from now."""
    store.tickets.verify(row.id, "5", "customers.match", None, None)
    intent = store.intents.propose(
        row.id, 1, "refund", "1", tool="payments.refund", contract_digest="c", arguments={"amount": "40.00"},
        digest="d", author_id="5",
    ).intent  # fmt: skip
    token = store.intents.hold(intent.id) or ""
    began = store.intents.begin(intent.id, token, deadline=timedelta(minutes=1), tool=intent.tool, contract_digest="c")
    assert began.ok, began
    return store.intents.get(intent.id)


def assert_seen_to(store: Store) -> None:
    """Invariant 16."""
    for row in store.tickets.all_open():
        assert row.owner, row
        assert row.next_due is not None, row
        assert row.next_due > store.now() - GRACE, row


async def stall(dog: Watchdog) -> None:
    """Two looks with time for an answer between them."""
    await dog.look()
    later(dog.store, dog.patience)
    await dog.look()
