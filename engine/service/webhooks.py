"""Webhooks of ticketing platforms. A 2xx means that the messages are committed to disk."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from engine.channels.base import Arrival as Heard
from engine.channels.base import Channel, Received, Refused
from engine.channels.internal import INTERNAL
from engine.models.lexical import survey_mark, topics, wishes_person
from engine.service.answers import body_of, fault, service_of
from engine.service.context import Service
from engine.store import Arrival, OutboundRow

__all__ = ["TOPICS", "arrival_of", "webhook"]

TOPICS: Final = ("legal", "chargeback", "press")
"""What is marked at once, before any model; which of them a flow escalates is the flow's to say."""


async def webhook(request: Request) -> Response:
    """Verifies, reads and keeps a delivery; then rings. Nothing is stored of one that is refused."""
    service = service_of(request)
    channel = service.channels.get(request.path_params["channel"])
    if channel is None or channel.name == INTERNAL:
        known = sorted(service.channels.keys() - {INTERNAL})
        raise fault(404, "unknown_channel", expected=f"one of {', '.join(known)}")
    body = await body_of(request)
    try:
        received = channel.receive(request.headers, body, now=datetime.now(UTC))
    except Refused as refused:
        raise fault(refused.status, "refused", expected=refused.why) from None
    return await _accept(service, channel, received) if received else _accepted(None, (), 0)


async def _accept(service: Service, channel: Channel, received: Received) -> Response:
    store = service.store
    own = await _own_texts(service, channel, received)
    fresh = [heard for heard in received.arrivals if not await _is_ours(service, channel, heard, own)]
    if not fresh:
        return _accepted(None, (), 0)
    done = await store.run(
        store.messages.ingest, channel.name, received.external_id, [arrival_of(heard) for heard in fresh],
        subject=received.subject, requester=received.requester, sla=service.sla, owner=service.team,
    )  # fmt: skip
    if done.accepted:
        service.ring_later(done.ticket_id)
    return _accepted(done.ticket_id, done.accepted, done.duplicates)


def _accepted(ticket: str | None, accepted: tuple[int, ...], duplicates: int) -> Response:
    return JSONResponse({"ticket": ticket, "accepted": list(accepted), "duplicates": duplicates})


async def _is_ours(service: Service, channel: Channel, heard: Heard, own: frozenset[str]) -> bool:
    """Whether the engine wrote it: by the id that the platform gave it, and while that is not known yet (the webhook
    may be faster than the answer to our request), by its text. Never for a customer's message."""
    if heard.kind != "message" or heard.author_role == "customer":
        return False
    if heard.author_role == "engine" or _words(heard.text) in own:
        return True
    store = service.store
    return await store.run(store.outbound.by_external_id, channel.name, heard.content_id) is not None


async def _own_texts(service: Service, channel: Channel, received: Received) -> frozenset[str]:
    """The texts that are on their way to this ticket now."""
    store = service.store
    if all(heard.author_role == "customer" for heard in received.arrivals):
        return frozenset()
    ticket = await store.run(store.tickets.find, channel.name, received.external_id)
    rows = await store.run(store.outbound.of_ticket, ticket.id) if ticket else []
    return frozenset(_words(_text(row)) for row in rows if row.state in ("sending", "unknown") and _text(row))


def _text(row: OutboundRow) -> str:
    return str(row.content.get("text") or "") if isinstance(row.content, dict) else ""


def _words(text: str | None) -> str:
    return " ".join((text or "").split())


def arrival_of(heard: Heard) -> Arrival:
    """With what is seen at once: a wish for a person, delicate topics, and the mark of a survey."""
    customer = heard.author_role == "customer" and heard.kind == "message"
    text = (heard.text or "") if customer else ""
    mark, alone = survey_mark(text)
    return Arrival(
        content_id=heard.content_id, kind=heard.kind, author_id=heard.author_id, author_role=heard.author_role,
        text=heard.text, event=heard.event, data=heard.data, platform_time=heard.platform_time,
        delivery_id=heard.delivery_id, wants_person=customer and wishes_person(text),
        topics=tuple(sorted(topics(text, TOPICS))), same_as_first=heard.same_as_first,
        attachments=tuple(asdict(one) for one in heard.attachments), mark=mark,
        only_mark=alone and not heard.attachments,
    )  # fmt: skip
