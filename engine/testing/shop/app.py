"""The shop's HTTP API, and the side of it that only tests see (`/admin`, another token).

Amounts are cents, moments are ISO 8601 in UTC. Every error is `{"error": code}`.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from engine.testing.faults import BadFault, Faults, Faulty, RequestLog
from engine.testing.serving import bearer, error, on_http_error, read_json
from engine.testing.shop import database, ledger
from engine.testing.shop.ledger import Asked, Refused

__all__ = ["ADMIN_TOKEN", "create_app"]

ADMIN_TOKEN: Final = "shop-admin"
"""The testing side's token unless another one is given."""
MAX_KEY: Final = 255

Endpoint = Callable[[Request], Awaitable[Response]]


def create_app(db: Path, token: str, *, admin_token: str = ADMIN_TOKEN) -> Starlette:
    """The shop over this file. `token` opens the API, `admin_token` the testing side."""
    database.create(db)
    faults, log = Faults(), RequestLog()
    app = Starlette(
        routes=[*_public(_guarded(token)), *_admin(_guarded(admin_token))],
        middleware=[Middleware(Faulty, faults=faults, log=log)],
        exception_handlers={HTTPException: on_http_error, Refused: _refused, BadFault: _bad_fault},
    )
    app.state.db, app.state.faults, app.state.log = db, faults, log
    return app


def _guarded(token: str) -> Callable[[Endpoint], Endpoint]:
    def guard(endpoint: Endpoint) -> Endpoint:
        async def guarded(request: Request) -> Response:
            return await endpoint(request) if bearer(request, token) else error(401, "unauthorized")

        return guarded

    return guard


def _public(guard: Callable[[Endpoint], Endpoint]) -> list[Route]:
    return [
        Route("/customers/match", guard(_match), methods=["POST"]),
        Route("/customers/{id}", guard(_customer), methods=["GET"]),
        Route("/orders/{id}", guard(_order), methods=["GET"]),
        Route("/refunds", guard(_refund), methods=["POST"]),
        Route("/refunds", guard(_refunds), methods=["GET"]),
        Route("/payouts", guard(_payout), methods=["POST"]),
    ]


def _admin(guard: Callable[[Endpoint], Endpoint]) -> list[Route]:
    return [
        Route("/admin/ledger", guard(_ledger), methods=["GET"]),
        Route("/admin/requests", guard(_requests), methods=["GET"]),
        Route("/admin/faults", guard(_add_fault), methods=["POST"]),
        Route("/admin/faults", guard(_show_faults), methods=["GET"]),
        Route("/admin/faults", guard(_clear_faults), methods=["DELETE"]),
        Route("/admin/keys", guard(_forget_keys), methods=["DELETE"]),
    ]


async def _refused(_: Request, raised: Exception) -> Response:
    assert isinstance(raised, Refused)
    return error(raised.status, raised.code)


async def _bad_fault(_: Request, raised: Exception) -> Response:
    return error(422, "bad_fault", expected=str(raised))


def _found(value: dict[str, Any] | None, code: str = "not_found") -> Response:
    return error(404, code) if value is None else JSONResponse(value)


def _db(request: Request) -> Path:
    db: Path = request.app.state.db
    return db


async def _match(request: Request) -> Response:
    given = await read_json(request)
    if not isinstance(given, dict):
        raise Refused(422, "invalid_request")
    email, postcode = given.get("email"), given.get("postcode")
    if not isinstance(email, str) or not isinstance(postcode, str):
        raise Refused(422, "invalid_request")
    return _found(await run_in_threadpool(ledger.match, _db(request), email, postcode), "no_match")


async def _customer(request: Request) -> Response:
    return _found(await run_in_threadpool(ledger.customer, _db(request), request.path_params["id"]))


async def _order(request: Request) -> Response:
    return _found(await run_in_threadpool(ledger.order, _db(request), request.path_params["id"]))


async def _refund(request: Request) -> Response:
    asked = Asked.read(await read_json(request))
    key = request.headers.get("idempotency-key")
    if key is not None and not 0 < len(key) <= MAX_KEY:
        raise Refused(400, "invalid_idempotency_key")
    claimed = None if key is None else await run_in_threadpool(ledger.claim, _db(request), key, asked.digest)
    if isinstance(claimed, tuple):
        return _said(*claimed, replayed=True)
    await asyncio.sleep(getattr(request.state, "hold", 0))
    return _said(*await run_in_threadpool(ledger.refund, _db(request), asked, claimed))


async def _payout(request: Request) -> Response:
    """The older way into the books, as many shops have one: the same as a refund, but it knows no keys."""
    asked = Asked.read(await read_json(request))
    return _said(*await run_in_threadpool(ledger.refund, _db(request), asked, None))


def _said(status: int, body: str, *, replayed: bool = False) -> Response:
    headers = {"idempotent-replayed": "true"} if replayed else {}
    return Response(body, status_code=status, media_type="application/json", headers=headers)


async def _refunds(request: Request) -> Response:
    order_id = request.query_params.get("order_id")
    if not order_id:
        raise Refused(422, "invalid_request")
    return JSONResponse({"refunds": await run_in_threadpool(ledger.refunds, _db(request), order_id)})


async def _ledger(request: Request) -> Response:
    return JSONResponse(await run_in_threadpool(ledger.ledger, _db(request)))


async def _requests(request: Request) -> Response:
    return JSONResponse({"requests": request.app.state.log.to_json()})


async def _add_fault(request: Request) -> Response:
    request.app.state.faults.add_json(await read_json(request))
    return await _show_faults(request)


async def _show_faults(request: Request) -> Response:
    return JSONResponse({"faults": request.app.state.faults.to_json()})


async def _clear_faults(request: Request) -> Response:
    request.app.state.faults.clear()
    return Response(status_code=204)


async def _forget_keys(request: Request) -> Response:
    return JSONResponse({"forgotten": await run_in_threadpool(ledger.forget_keys, _db(request))})
