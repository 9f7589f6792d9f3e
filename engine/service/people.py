"""The API for signed-in people: what waits for their decision, and what happened to a ticket."""

from collections.abc import Awaitable, Callable
from typing import Any, Final, cast, get_args

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from engine.service import deciding
from engine.service.answers import Endpoint, fault, json_of, service_of
from engine.service.context import Service
from engine.service.views import approval_view, decision_view, ticket_line, ticket_view
from engine.store import ApprovalRow
from engine.store.rows import ApprovalState, TicketState

__all__ = ["address", "approval", "approvals", "decide", "one_of", "signed_in", "ticket", "tickets"]

_TOKEN: Final = "Authorization: Bearer, with a token of `engine token PERSON`"  # noqa: S105 - a sentence
_DECISION: Final = (
    '{"decision": "approve", "edit", "reject" or "hand_back", "version": the one you saw, "reason": "..."}'
)
_PAGE: Final = 100
Signed = Callable[[Request, Service, str], Awaitable[Response]]


def signed_in(handle: Signed) -> Endpoint:
    """Only for the holder of a token who is in a team today."""

    async def guarded(request: Request) -> Response:
        service = service_of(request)
        person = await person_of(request, service)
        if person is None:
            raise fault(401, "unauthorized", expected=_TOKEN)
        if not service.teams_of(person):
            raise fault(403, "not_entitled", expected="somebody who is in a team of engine.yaml")
        return await handle(request, service, person)

    return guarded


async def person_of(request: Request, service: Service) -> str | None:
    """Whose token the request carries."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token.strip():
        return None
    return await service.store.run(service.store.people.who, token.strip())


async def approvals(request: Request, service: Service, person: str) -> Response:
    """Those of the person's teams, soonest to expire first. `?state=` one state, or `any`."""
    wanted = one_of(request, "state", (*get_args(ApprovalState), "any"), "open")
    state = None if wanted == "any" else cast("ApprovalState", wanted)
    found: list[ApprovalRow] = []
    for team in sorted(service.teams_of(person)):
        found += await service.store.run(service.store.approvals.listing, state=state, team=team)
    found.sort(key=lambda row: (row.expires_at, row.id))
    return JSONResponse({"approvals": [approval_view(row) for row in found]})


async def approval(request: Request, service: Service, person: str) -> Response:
    """One approval, with whether the customer has written since it was opened. Another team's does not exist."""
    store = service.store
    row = await store.run(store.approvals.get, request.path_params["id"])
    if row.team not in service.teams_of(person):
        raise fault(404, "not_found")
    about = await store.run(store.tickets.get, row.ticket_id)
    tried = await store.run(store.approvals.decisions, row.id)
    return JSONResponse({
        **approval_view(row), "written_since": about.last_seq > row.seen_seq,
        "decisions": [decision_view(one) for one in tried],
    })  # fmt: skip


async def decide(request: Request, service: Service, person: str) -> Response:
    """One compare-and-set on the row, for the version that the person says they saw."""
    wanted, version, reason, arguments = await _decision(request)
    decided = await deciding.decide(
        service, request.path_params["id"], person, wanted, version=version, reason=reason, arguments=arguments,
        via="api", ip=address(request),
    )  # fmt: skip
    if decided.taken:
        edited = {} if decided.version is None else {"edited_version": decided.version}
        return JSONResponse({"outcome": decided.code, **edited, **approval_view(decided.row)})
    match decided.code:
        case "not_entitled":  # says nothing of the row: it is not theirs to see
            raise fault(403, "not_entitled")
        case "reason_needed":
            raise fault(400, "reason_needed", expected="why, for the customer's sake and the next person's")
        case "invalid":
            raise fault(422, "invalid", fields={name: {"expected": said} for name, said in decided.fields.items()})
        case "closed" | "unchanged" | "refused":
            more = {"because": decided.because} if decided.because else {}
            raise fault(422, f"edit_{decided.code}", **more)
    status = 403 if decided.code in ("same_person", "editor") else 409
    raise fault(status, decided.code, approval=approval_view(decided.row))


async def _decision(request: Request) -> tuple[deciding.Wanted, int, str, dict[str, Any]]:
    given = await json_of(request, _DECISION)
    wanted, version = deciding.wanted_of(given.get("decision")), given.get("version")
    reason, arguments = given.get("reason", ""), given.get("arguments", {})
    if wanted is None or type(version) is not int or not isinstance(reason, str | None):
        raise fault(400, "bad_request", expected=_DECISION)
    if not isinstance(arguments, dict) or (wanted == "edit") != bool(arguments):
        raise fault(400, "bad_request", expected='"arguments": {name: value}, with "edit" and only there')
    reason = (reason or "").strip()
    if len(reason) > deciding.REASON:
        raise fault(400, "bad_request", expected=f"a reason of at most {deciding.REASON} characters")
    return wanted, version, reason, arguments


def address(request: Request) -> str | None:
    """Where a request came from, as far as the server in front of us may be believed."""
    return request.client.host if request.client else None


async def tickets(request: Request, service: Service, person: str) -> Response:
    """Newest first, a hundred a page: `?state=`, `?flow=`, `?offset=`."""
    del person
    wanted = one_of(request, "state", (*get_args(TicketState), "any"), "any")
    state = None if wanted == "any" else cast("TicketState", wanted)
    offset = request.query_params.get("offset", "0")
    if not (offset.isascii() and offset.isdigit() and len(offset) < 10):
        raise fault(400, "bad_request", expected="offset, a number from 0")
    rows = await service.store.run(
        service.store.tickets.listing, state=state, flow=request.query_params.get("flow"), limit=_PAGE,
        offset=int(offset),
    )  # fmt: skip
    return JSONResponse({"tickets": [ticket_line(row) for row in rows]})


async def ticket(request: Request, service: Service, person: str) -> Response:
    """What happened to a ticket, with the line of the flow that each step came from."""
    del person
    found: dict[str, Any] = await service.store.run(ticket_view, service.store, request.path_params["id"])
    return JSONResponse(found)


def one_of(request: Request, name: str, known: tuple[str, ...], default: str) -> str:
    """A parameter of the query. Raises Stop(400), naming what is accepted."""
    given = request.query_params.get(name, default)
    if given not in known:
        raise fault(400, "bad_request", expected=f"{name}: one of {', '.join(known)}")
    return given
