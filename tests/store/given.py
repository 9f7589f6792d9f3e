"""Beginnings that many tests share: a ticket, an intent that is held, a question that was sent."""

from datetime import timedelta
from typing import Any

from engine.store import Arrival, Began, IntentRow, OutboundRow, Stopped, Store, TicketRow

SLA = timedelta(minutes=15)
MINUTE = timedelta(minutes=1)
TOOL = "payments.refund"


def arrival(name: str, *, author: str = "ana", **more: Any) -> Arrival:
    """A customer's message."""
    return Arrival(content_id=name, author_id=author, text=more.pop("text", f"text of {name}"), **more)


def deliver(store: Store, external_id: str, *arrivals: Arrival, requester: str = "ana") -> Any:
    """Ingest on the channel `desk`."""
    return store.messages.ingest(
        "desk", external_id, arrivals, subject="Money back", requester={"id": requester}, owner="support", sla=SLA
    )


def ticket(store: Store, external_id: str = "1", *, verified: bool = True) -> TicketRow:
    """A ticket with one message of ana's, who is verified."""
    made = deliver(store, external_id, arrival(f"first-{external_id}"))
    if verified:
        store.tickets.verify(made.ticket_id, "ana", "customers.match", None, None)
    return store.tickets.get(made.ticket_id)


def proposal(**more: Any) -> dict[str, Any]:
    """What `intents.propose` takes, for one refund."""
    return {
        "tool": TOOL, "contract_digest": "c1", "arguments": {"amount": "40.00"}, "digest": "d1",
        "author_id": "ana", **more,
    }  # fmt: skip


def intent(store: Store, row: TicketRow, node: str = "refund", **more: Any) -> IntentRow:
    """A fresh intent."""
    return store.intents.propose(row.id, row.epoch, node, "", **proposal(**more)).intent


def begin(store: Store, row: IntentRow, token: str | None = None, **more: Any) -> Began | Stopped:
    """Begin the call, with a token of its own unless one is given."""
    token = token or store.intents.hold(row.id) or ""
    given = {"deadline": MINUTE, "tool": row.tool, "contract_digest": row.contract_digest, **more}
    return store.intents.begin(row.id, token, **given)


def code(outcome: Began | Stopped) -> str:
    """`began`, or why not."""
    return outcome.code if isinstance(outcome, Stopped) else "began"


def sending(store: Store, row: IntentRow) -> str:
    """Begin the call; its token."""
    token = store.intents.hold(row.id)
    assert token is not None
    assert code(begin(store, row, token)) == "began"
    return token


def question(store: Store, row: TicketRow, node: str = "confirm") -> OutboundRow:
    """A reply that was sent just now, by the platform's clock too."""
    made = store.outbound.propose(row.id, row.epoch, node, "", "reply", {"text": "Shall I?"}, {"set": "customer"})
    token = store.outbound.hold(made.id)
    assert token is not None
    assert isinstance(store.outbound.begin(made.id, token, deadline=MINUTE), Began)
    assert store.outbound.settle(made.id, token, "sent", external_id=f"c-{made.id}", platform_time=store.now())
    return store.outbound.get(made.id)
