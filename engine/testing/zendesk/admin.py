"""The side of the stand-in that only tests see: it acts as customers and agents do, and shows what came of it."""

import base64
from collections.abc import Awaitable, Callable
from typing import Protocol

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from engine.testing.serving import bearer, error, read_json
from engine.testing.zendesk.delivery import Delivery
from engine.testing.zendesk.desk import Desk
from engine.testing.zendesk.records import Doc

__all__ = ["Acting", "routes"]


class Acting(Protocol):
    """What the testing side can do; the stand-in in a thread offers the same to Python."""

    desk: Desk

    def open_ticket(self, email: str, subject: str, body: str, *, name: str = "", tags: tuple[str, ...] = ()) -> Doc:
        """A customer writes for the first time."""

    def customer_writes(self, ticket_id: int, body: str, *, email: str | None = None) -> Doc:
        """The requester, or another customer, writes again."""

    def agent_changes(self, ticket_id: int, ticket: Doc, *, email: str) -> Doc:
        """An agent changes the ticket."""

    def deliveries(self, after: int = 0) -> list[Delivery]:
        """The signed webhooks since then."""

    def show(self, ticket_id: int) -> Doc:
        """A ticket with everything that belongs to it."""

    def post_to(self, url: str | None, *, copies: int = 1, after: int | None = None) -> None:
        """Post webhooks to an address from now on, or to none."""


def routes(acting: Acting, token: str) -> list[Route]:
    """The routes below `/admin`, behind a bearer token of their own."""

    def guard(endpoint: Callable[[Request, Acting], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        async def guarded(request: Request) -> Response:
            return await endpoint(request, acting) if bearer(request, token) else error(401, "unauthorized")

        return guarded

    table = (
        ("POST", "/users", _add_user), ("GET", "/users", _users), ("POST", "/groups", _add_group),
        ("POST", "/tickets", _open), ("GET", "/tickets", _tickets), ("GET", "/tickets/{id:int}", _show),
        ("PUT", "/tickets/{id:int}", _change), ("POST", "/tickets/{id:int}/comments", _write),
        ("GET", "/deliveries", _deliveries), ("PUT", "/webhook", _webhook), ("GET", "/requests", _requests),
        ("GET", "/faults", _faults), ("POST", "/faults", _add_fault), ("DELETE", "/faults", _clear_faults),
    )  # fmt: skip
    return [Route(f"/admin{path}", guard(endpoint), methods=[method]) for method, path, endpoint in table]


async def _fields(request: Request, *texts: str) -> Doc:
    given = await read_json(request)
    if not isinstance(given, dict):
        raise HTTPException(400, "expected an object")
    for name in texts:
        if not isinstance(given.get(name), str):
            raise HTTPException(400, f"expected a text in {name}")
    return given


async def _add_user(request: Request, acting: Acting) -> Response:
    given = await _fields(request, "name", "email")
    role, locale = str(given.get("role", "end-user")), str(given.get("locale", "en"))
    return JSONResponse(acting.desk.add_user(given["name"], given["email"], role=role, locale=locale), status_code=201)


async def _users(_: Request, acting: Acting) -> Response:
    return JSONResponse({"users": acting.desk.records.all("user")})


async def _add_group(request: Request, acting: Acting) -> Response:
    given = await _fields(request, "name")
    return JSONResponse(acting.desk.add_group(given["name"]), status_code=201)


async def _open(request: Request, acting: Acting) -> Response:
    given = await _fields(request, "email", "subject", "body")
    tags = tuple(str(tag) for tag in given.get("tags", ()))
    ticket = acting.open_ticket(
        given["email"], given["subject"], given["body"], name=str(given.get("name", "")), tags=tags
    )  # fmt: skip
    return JSONResponse(ticket, status_code=201)


async def _tickets(_: Request, acting: Acting) -> Response:
    return JSONResponse({"tickets": acting.desk.records.all("ticket")})


async def _show(request: Request, acting: Acting) -> Response:
    return JSONResponse(acting.show(request.path_params["id"]))


async def _change(request: Request, acting: Acting) -> Response:
    given = await _fields(request, "email")
    changes = given.get("ticket")
    if not isinstance(changes, dict):
        raise HTTPException(400, "expected an object in ticket")
    return JSONResponse(acting.agent_changes(request.path_params["id"], changes, email=given["email"]))


async def _write(request: Request, acting: Acting) -> Response:
    given = await _fields(request, "body")
    made = acting.customer_writes(request.path_params["id"], given["body"], email=given.get("email"))
    return JSONResponse(made, status_code=201)


async def _deliveries(request: Request, acting: Acting) -> Response:
    after = request.query_params.get("after", "0")
    if not after.isdecimal():
        raise HTTPException(400, "expected a number in after")
    found = [
        {
            "seq": one.seq, "ticket_id": one.ticket_id, "type": one.type, "event_id": one.event_id,
            "headers": one.headers, "body": base64.b64encode(one.body).decode(),
        }
        for one in acting.deliveries(int(after))
    ]  # fmt: skip
    return JSONResponse({"deliveries": found})


async def _webhook(request: Request, acting: Acting) -> Response:
    given = await _fields(request)
    url, copies, after = given.get("url"), given.get("copies", 1), given.get("after")
    if not isinstance(url, str | None) or not isinstance(copies, int) or not isinstance(after, int | None):
        raise HTTPException(400, "expected url (a text or null), copies (a number), after (a number)")
    await run_in_threadpool(acting.post_to, url, copies=copies, after=after)
    return Response(status_code=204)


async def _requests(request: Request, _: Acting) -> Response:
    return JSONResponse({"requests": request.app.state.log.to_json()})


async def _faults(request: Request, _: Acting) -> Response:
    return JSONResponse({"faults": request.app.state.faults.to_json()})


async def _add_fault(request: Request, acting: Acting) -> Response:
    request.app.state.faults.add_json(await read_json(request))
    return await _faults(request, acting)


async def _clear_faults(request: Request, _: Acting) -> Response:
    request.app.state.faults.clear()
    return Response(status_code=204)
