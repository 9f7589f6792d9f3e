"""The codec server: opens sealed payloads for the pages of the Temporal UI.

Whoever reads here reads customers' data, so: the UI's origin alone; where others than this machine reach the service,
also a person's token (the UI passes it on as `Authorization`). Nothing is ever sealed on demand.
"""

from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from engine.address import LOOPBACK
from engine.runtime.codec import NotSealed, opened
from engine.service.answers import fault, json_of, service_of
from engine.service.context import Service
from engine.service.people import person_of

__all__ = ["preflight", "refuse_encode", "unseal"]

_HEADERS: Final = "content-type,x-namespace,authorization"
_EXPECTED: Final = '{"payloads": [...]}, sealed by this engine'


async def unseal(request: Request) -> Response:
    """POST /codec/decode, as the UI asks it."""
    service = service_of(request)
    if service.keys is None:
        raise fault(404, "not_found")
    await _allowed(request, service)
    try:
        found = await opened(service.keys, await json_of(request, _EXPECTED))
    except (NotSealed, ValueError):
        raise fault(400, "not_sealed", expected=_EXPECTED) from None
    return JSONResponse(found, headers=_cors(service))


async def preflight(request: Request) -> Response:
    """What a browser asks before: yes to exactly the UI's origin."""
    service = service_of(request)
    if service.keys is None or not service.ui or request.headers.get("origin") != service.ui:
        raise fault(403, "other_origin")
    return Response(status_code=204, headers=_cors(service))


async def refuse_encode(request: Request) -> Response:
    """Sealing on demand would let anybody who reaches the service make payloads that a worker believes."""
    del request
    raise fault(403, "never", expected="decode")


async def _allowed(request: Request, service: Service) -> None:
    origin = request.headers.get("origin")
    if origin is not None and origin != service.ui:
        raise fault(403, "other_origin")
    person = await person_of(request, service)
    if person is not None and service.teams_of(person):
        return
    # the name in Host is what a page that points its own name at 127.0.0.1 cannot change
    if not (service.loopback and origin == service.ui and origin and request.url.hostname in LOOPBACK):
        raise fault(401, "unauthorized", expected="Authorization: Bearer, with a person's token")


def _cors(service: Service) -> dict[str, str]:
    return {
        "access-control-allow-origin": service.ui, "access-control-allow-methods": "POST, OPTIONS",
        "access-control-allow-headers": _HEADERS, "vary": "Origin",
    }  # fmt: skip
