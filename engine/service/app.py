"""The HTTP side: webhooks of ticketing platforms, and the API for signed-in people.

A 2xx to a webhook means that its messages are committed to disk. Ringing comes after that, and its failure changes
nothing: the sweep rings again.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from engine.channels.base import Arrival as Heard
from engine.channels.base import Channel, Received, Refused
from engine.models.lexical import topics, wishes_person
from engine.service.views import approval_view, ticket_view
from engine.store import Arrival, Missing, Store, StoreUnavailable
from engine.store.rows import ApprovalRow

__all__ = ["Service", "create_app"]

log = logging.getLogger("engine.service")

MAX_BODY = 1_000_000
"""Bytes of a webhook's body."""
TOPICS = ("legal", "chargeback", "press")
Ring = Callable[[str], Awaitable[object]]
TeamsOf = Callable[[str], frozenset[str]]


@dataclass(slots=True)
class Service:
    """What the endpoints work with."""

    store: Store
    channels: Mapping[str, Channel]
    ring: Ring
    teams_of: TeamsOf
    sla: timedelta
    ready: Callable[[], bool] = field(default=lambda: True)
    tasks: set[asyncio.Task[object]] = field(default_factory=set)

    def later(self, ticket_id: str) -> None:
        """Rings in the background, after the answer's facts are on disk."""

        async def ring() -> None:
            try:
                await self.ring(ticket_id)
            except Exception as error:  # a ring that fails is repeated by the sweep
                log.warning("ring failed: %s", type(error).__name__)

        task: asyncio.Task[object] = asyncio.create_task(ring())
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)


def create_app(service: Service) -> Starlette:
    """The application over this service."""
    app = Starlette(
        routes=[
            Route("/webhooks/{channel}", _webhook, methods=["POST"]),
            Route("/api/approvals", _signed_in(_approvals), methods=["GET"]),
            Route("/api/approvals/{id}", _signed_in(_approval), methods=["GET"]),
            Route("/api/approvals/{id}/decision", _signed_in(_decide), methods=["POST"]),
            Route("/api/tickets", _signed_in(_tickets), methods=["GET"]),
            Route("/api/tickets/{id}", _signed_in(_ticket), methods=["GET"]),
            Route("/healthz", _health, methods=["GET"]),
            Route("/readyz", _ready, methods=["GET"]),
        ],
        exception_handlers={StoreUnavailable: _unavailable, Missing: _missing},
    )
    app.state.service = service
    return app


def _error(status: int, code: str, **more: Any) -> JSONResponse:
    return JSONResponse({"error": code, **more}, status_code=status)


async def _unavailable(_: Request, __: Exception) -> Response:
    return _error(503, "store_unavailable")


async def _missing(_: Request, __: Exception) -> Response:
    return _error(404, "not_found")


# webhooks


async def _webhook(request: Request) -> Response:
    service: Service = request.app.state.service
    channel = service.channels.get(request.path_params["channel"])
    if channel is None:
        return _error(404, "unknown_channel", channels=sorted(service.channels))
    try:
        body = await _body(request)
    except ClientDisconnect:
        return _error(400, "cut")
    if body is None:
        return _error(413, "too_large", most=MAX_BODY)
    try:
        received = channel.receive(request.headers, body, now=datetime.now(UTC))
    except Refused as refused:
        return _error(refused.status, "refused", expected=refused.why)
    if received is None:
        return JSONResponse({"accepted": [], "duplicates": 0})
    return await _accept(service, channel, received)


async def _body(request: Request) -> bytes | None:
    """The body, or None as soon as it is too large, whatever its header says."""
    stated = request.headers.get("content-length", "0")
    if stated.isdigit() and int(stated) > MAX_BODY:
        return None
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > MAX_BODY:
            return None
        parts.append(part)
    return b"".join(parts)


async def _accept(service: Service, channel: Channel, received: Received) -> Response:
    """One transaction; our own texts coming back are known by their stored id."""
    store = service.store
    arrivals = []
    for heard in received.arrivals:
        ours = heard.author_role != "customer" and await store.run(
            store.outbound.by_external_id, channel.name, heard.content_id
        )
        if not ours and heard.author_role != "engine":
            arrivals.append(_arrival(heard))
    if not arrivals:
        return JSONResponse({"accepted": [], "duplicates": 0})
    done = await store.run(
        store.messages.ingest, channel.name, received.external_id, arrivals, subject=received.subject,
        requester=received.requester, sla=service.sla,
    )  # fmt: skip
    if done.accepted:
        service.later(done.ticket_id)
    return JSONResponse({"ticket": done.ticket_id, "accepted": list(done.accepted), "duplicates": done.duplicates})


def _arrival(heard: Heard) -> Arrival:
    """With what is seen at once, before any model: a wish for a person, and delicate topics."""
    text = heard.text or ""
    customer = heard.author_role == "customer" and heard.kind == "message"
    filled = replace(
        heard, wants_person=customer and wishes_person(text), topics=tuple(sorted(topics(text, TOPICS))) if customer else ()
    )
    return Arrival(**{name: getattr(filled, name) for name in Heard.__slots__})


# people

Endpoint = Callable[[Request, Service, str], Awaitable[Response]]


def _signed_in(endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    async def guarded(request: Request) -> Response:
        service: Service = request.app.state.service
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        person = await service.store.run(service.store.people.who, token) if kind.lower() == "bearer" and token else None
        if person is None:
            return _error(401, "unauthorized", expected="Authorization: Bearer, with a token of `engine token PERSON`")
        return await endpoint(request, service, person)

    return guarded


async def _approvals(request: Request, service: Service, person: str) -> Response:
    state = request.query_params.get("state", "open")
    rows = await service.store.run(service.store.approvals.listing, state=state)
    mine = service.teams_of(person)
    return JSONResponse({"approvals": [approval_view(row) for row in rows if row.team in mine]})


async def _approval(request: Request, service: Service, person: str) -> Response:
    row = await service.store.run(service.store.approvals.get, request.path_params["id"])
    return JSONResponse(approval_view(row)) if row.team in service.teams_of(person) else _error(404, "not_found")


async def _decide(request: Request, service: Service, person: str) -> Response:
    """One compare-and-set on the row, for the version that the person says they saw."""
    body = await _body(request)
    given = _decision(body)
    if given is None:
        return _error(400, "bad_request", expected='{"decision": "approve" or "reject", "version": 1, "reason": "..."}')
    if given["decision"] == "reject" and not str(given.get("reason") or "").strip():
        return _error(400, "reason_needed", expected="a reason, for the customer's sake and the next person's")
    store = service.store
    decided = await store.run(
        store.approvals.decide, request.path_params["id"], person=person, teams=service.teams_of(person),
        approve=given["decision"] == "approve", version=given["version"], reason=str(given.get("reason") or "")[:2000],
        via="api",
    )  # fmt: skip
    if decided.outcome in ("approved", "rejected"):
        service.later(decided.row.ticket_id)
        return JSONResponse({"outcome": decided.outcome, **approval_view(decided.row)})
    return _refusal(decided.outcome, decided.row, person, service)


def _refusal(outcome: str, row: ApprovalRow, person: str, service: Service) -> Response:
    if outcome == "not_entitled":  # says nothing of the row: it is not theirs to see
        return _error(403, outcome)
    status = 403 if outcome == "same_person" else 409
    shown = approval_view(row) if row.team in service.teams_of(person) else {}
    return _error(status, outcome, approval=shown)


def _decision(body: bytes | None) -> dict[str, Any] | None:
    import json

    try:
        given = json.loads(body or b"")
    except ValueError:
        return None
    sound = (
        isinstance(given, dict)
        and given.get("decision") in ("approve", "reject")
        and isinstance(given.get("version"), int)
        and not isinstance(given.get("version"), bool)
    )
    return given if sound else None


async def _tickets(request: Request, service: Service, person: str) -> Response:
    state = request.query_params.get("state")
    if state not in (None, "open", "handed_off", "closed"):
        return _error(400, "bad_request", expected="state=open, handed_off or closed")
    rows = await service.store.run(service.store.tickets.listing, state=state)  # type: ignore[arg-type]
    return JSONResponse({"tickets": [
        {"id": row.id, "channel": row.channel, "external_id": row.external_id, "state": row.state, "flow": row.flow,
         "revision": row.revision, "owner": row.owner, "outcome": row.outcome}
        for row in rows
    ]})  # fmt: skip


async def _ticket(request: Request, service: Service, person: str) -> Response:
    return JSONResponse(await service.store.run(ticket_view, service.store, request.path_params["id"]))


# health


async def _health(request: Request) -> Response:
    return JSONResponse({"ok": True})


async def _ready(request: Request) -> Response:
    service: Service = request.app.state.service
    await service.store.run(service.store.now)
    return JSONResponse({"ready": service.ready()}, status_code=200 if service.ready() else 503)
