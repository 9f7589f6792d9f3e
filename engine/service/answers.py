"""What every endpoint does alike: bodies within a cap and a time, errors as JSON, no text of a fault in a log."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from engine.service.context import Service
from engine.store import Missing, StoreUnavailable

__all__ = ["MAX_BODY", "MOST_AT_ONCE", "Endpoint", "Stop", "body_of", "endpoint", "fault", "json_of", "service_of"]

log = logging.getLogger("engine.service")

MAX_BODY: Final = 1_000_000
"""Bytes of a request's body."""
_BODY_SECONDS: Final = 30.0
MOST_AT_ONCE: Final = 200
"""Requests; further ones are told 503, and the platforms come again. Visitors' streams have a number of their own."""
Endpoint = Callable[[Request], Awaitable[Response]]


class Stop(Exception):
    """An answer that ends the request."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status_code)
        self.response = response


def fault(status: int, code: str, **more: Any) -> Stop:
    """An error as `{"error": code, ...}`, to be raised."""
    headers = {"www-authenticate": "Bearer"} if status == 401 and "token" in str(more.get("expected")) else None
    return Stop(JSONResponse({"error": code, **more}, status_code=status, headers=headers))


def service_of(request: Request) -> Service:
    """The service that the application was made over."""
    service: Service = request.app.state.service
    return service


def endpoint(handle: Endpoint) -> Endpoint:
    """The boundary: whatever is raised becomes an answer, and only its kind reaches a log."""

    async def bounded(request: Request) -> Response:
        service = service_of(request)
        if service.running >= MOST_AT_ONCE:
            return fault(503, "busy").response
        service.running += 1
        try:
            return await handle(request)
        except Stop as stop:
            return stop.response
        except StoreUnavailable:
            return fault(503, "store_unavailable").response
        except Missing:
            return fault(404, "not_found").response
        except Exception as error:  # its text may quote what a customer wrote
            log.error("%s failed: %s", request.scope["route"].path, type(error).__name__)
            return fault(500, "internal").response
        finally:
            service.running -= 1

    return bounded


async def body_of(request: Request, most: int = MAX_BODY) -> bytes:
    """The body. Raises Stop as soon as it has more than `most` bytes, whatever its header says, or comes too slowly."""
    stated = request.headers.get("content-length", "0")
    if stated.isdigit() and int(stated) > most:
        raise fault(413, "too_large", expected=f"at most {most} bytes")
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            async for part in request.stream():
                size += len(part)
                if size > most:
                    raise fault(413, "too_large", expected=f"at most {most} bytes")
                parts.append(part)
    except TimeoutError:
        raise fault(408, "too_slow", expected=f"the whole body within {_BODY_SECONDS:.0f} s") from None
    except ClientDisconnect:
        raise fault(400, "cut") from None
    return b"".join(parts)


async def json_of(request: Request, expected: str, most: int = MAX_BODY) -> dict[str, Any]:
    """The body as a JSON object. Raises Stop(400), saying what was expected."""
    try:
        given = json.loads(await body_of(request, most))
    except (ValueError, RecursionError):
        raise fault(400, "bad_request", expected=expected) from None
    if not isinstance(given, dict):
        raise fault(400, "bad_request", expected=expected)
    return given
