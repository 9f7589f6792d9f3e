"""The part of Zendesk's Ticketing API that an integration uses, with Zendesk's own answers and refusals.

Source: developer.zendesk.com/api-reference/ticketing. Every address works with and without `.json`.
"""

import base64
import hmac
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from engine.testing.faults import BadFault, Faults, Faulty, RequestLog
from engine.testing.serving import error, on_http_error, read_json
from engine.testing.zendesk.changing import Invalid
from engine.testing.zendesk.desk import Conflict, Desk, Unknown
from engine.testing.zendesk.pages import BadPage, page
from engine.testing.zendesk.records import Doc

__all__ = ["application"]

Endpoint = Callable[[Request, Desk, Doc], Awaitable[Response]]


def application(desk: Desk, token: str, admin: list[Route]) -> Starlette:
    """The API over a desk; `token` is the API token of every agent, `admin` the routes that only tests see."""
    faults, log = Faults(), RequestLog()
    app = Starlette(
        routes=[*_routes(token), *admin],
        middleware=[Middleware(Faulty, faults=faults, log=log)],
        exception_handlers={
            HTTPException: on_http_error, Unknown: _unknown, Invalid: _invalid, Conflict: _conflict,
            BadPage: _bad_page, BadFault: _bad_fault,
        },
    )  # fmt: skip
    app.state.desk, app.state.faults, app.state.log = desk, faults, log
    return app


def _routes(token: str) -> list[Route]:
    table: tuple[tuple[str, str, Endpoint], ...] = (
        ("POST", "/tickets", _create), ("GET", "/tickets/{id}", _show), ("PUT", "/tickets/{id}", _update),
        ("GET", "/tickets/{id}/comments", _comments), ("GET", "/tickets/{id}/audits", _audits),
        ("GET", "/tickets/{id}/tags", _tags), ("PUT", "/tickets/{id}/tags", _add_tags),
        ("DELETE", "/tickets/{id}/tags", _remove_tags), ("GET", "/users/me", _me), ("GET", "/users/{id}", _user),
        ("GET", "/users/{id}/identities", _identities),
        ("GET", "/groups", _groups), ("POST", "/uploads", _uploads),
    )  # fmt: skip
    contents = Route("/attachments/token/{token}/", _content, methods=["GET"])  # the token is all that it takes
    return [contents, *_api(token, table)]


def _api(token: str, table: tuple[tuple[str, str, Endpoint], ...]) -> list[Route]:
    return [
        Route(f"/api/v2{path}{ending}", _signed_in(token, endpoint), methods=[method])
        for method, path, endpoint in table
        for ending in (".json", "")
    ]


def _signed_in(token: str, endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    async def guarded(request: Request) -> Response:
        desk: Desk = request.app.state.desk
        user = _who(request, desk, token)
        if user is None:
            return error(401, "Couldn't authenticate you")
        return await endpoint(request, desk, user)

    return guarded


def _who(request: Request, desk: Desk, token: str) -> Doc | None:
    """The agent of `Authorization: Basic base64(email/token:TOKEN)`."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    try:
        name, _, secret = base64.b64decode(given, validate=True).decode().partition(":")
    except ValueError:
        return None
    if scheme.lower() != "basic" or not name.endswith("/token"):
        return None
    if not hmac.compare_digest(secret.encode(), token.encode()):
        return None
    user = desk.by_email(name.removesuffix("/token"))
    return user if user is not None and user["role"] != "end-user" else None


def _number(request: Request) -> int:
    given = str(request.path_params["id"])
    if not given.isascii() or not given.isdecimal() or len(given) > 18:
        raise HTTPException(400, "invalid_id")
    return int(given)


async def _unknown(*_: Any) -> Response:
    return error(404, "RecordNotFound", description="Not found")


async def _invalid(_: Request, raised: Exception) -> Response:
    assert isinstance(raised, Invalid)
    return error(422, "RecordInvalid", description="Record validation errors", details=raised.details)


async def _conflict(*_: Any) -> Response:
    return error(409, "UpdateConflict", description="Safe Update prevented the update due to outdated ticket data.")


async def _bad_page(_: Request, raised: Exception) -> Response:
    why = {"code": "InvalidPaginationParameter", "title": "Invalid parameter", "detail": str(raised)[:100]}
    return JSONResponse({"errors": [why]}, status_code=400)


async def _bad_fault(_: Request, raised: Exception) -> Response:
    return error(422, "bad_fault", expected=str(raised))


async def _body(request: Request, name: str) -> Any:
    given = await read_json(request)
    if not isinstance(given, dict) or name not in given:
        raise HTTPException(400, f"expected an object with {name}")
    return given[name]


async def _ticket_body(request: Request) -> Doc:
    given = await _body(request, "ticket")
    if not isinstance(given, dict):
        raise HTTPException(400, "expected ticket to be an object")
    return given


async def _create(request: Request, desk: Desk, user: Doc) -> Response:
    given = await _ticket_body(request)
    ticket, audit = await run_in_threadpool(desk.open, given, actor=user)
    return JSONResponse({"ticket": ticket, "audit": audit}, status_code=201, headers={"location": ticket["url"]})


async def _uploads(request: Request, desk: Desk, _: Doc) -> Response:
    name = request.query_params.get("filename")
    if not name:
        raise Invalid("filename", "Filename: cannot be blank", "BlankValue")
    media_type = request.headers.get("content-type", "application/octet-stream")
    token = await run_in_threadpool(desk.upload, name, await request.body(), media_type)
    return JSONResponse({"upload": {"token": token}}, status_code=201)


async def _content(request: Request) -> Response:
    desk: Desk = request.app.state.desk
    content, media_type = await run_in_threadpool(desk.content, request.path_params["token"])
    return Response(content, media_type=media_type)


async def _show(request: Request, desk: Desk, _: Doc) -> Response:
    return JSONResponse({"ticket": await run_in_threadpool(desk.find, "ticket", _number(request))})


async def _update(request: Request, desk: Desk, user: Doc) -> Response:
    number, given = _number(request), await _ticket_body(request)
    ticket, audit = await run_in_threadpool(desk.update, number, given, actor=user)
    return JSONResponse({"ticket": ticket, "audit": audit})


async def _comments(request: Request, desk: Desk, _: Doc) -> Response:
    number = desk.find("ticket", _number(request))["id"]
    return JSONResponse(page(request, "comments", await run_in_threadpool(desk.comments, number)))


async def _audits(request: Request, desk: Desk, _: Doc) -> Response:
    number = desk.find("ticket", _number(request))["id"]
    return JSONResponse(page(request, "audits", await run_in_threadpool(desk.audits, number)))


async def _tags(request: Request, desk: Desk, _: Doc) -> Response:
    return JSONResponse({"tags": desk.find("ticket", _number(request))["tags"]})


async def _add_tags(request: Request, desk: Desk, user: Doc) -> Response:
    return await _change_tags(request, desk, user, "additional_tags")


async def _remove_tags(request: Request, desk: Desk, user: Doc) -> Response:
    return await _change_tags(request, desk, user, "remove_tags")


async def _change_tags(request: Request, desk: Desk, user: Doc, how: str) -> Response:
    number, tags = _number(request), await _body(request, "tags")
    ticket, _ = await run_in_threadpool(desk.update, number, {how: tags}, actor=user)
    return JSONResponse({"tags": ticket["tags"]})


async def _me(_: Request, __: Desk, user: Doc) -> Response:
    return JSONResponse({"user": user})


async def _user(request: Request, desk: Desk, _: Doc) -> Response:
    return JSONResponse({"user": desk.find("user", _number(request))})


async def _groups(request: Request, desk: Desk, _: Doc) -> Response:
    return JSONResponse(page(request, "groups", desk.records.all("group")))


async def _identities(request: Request, desk: Desk, _: Doc) -> Response:
    return JSONResponse(page(request, "identities", desk.identities(_number(request))))
