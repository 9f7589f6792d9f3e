"""The HTTP side: webhooks of ticketing platforms, the API for signed-in people, the codec server, health.

A 2xx to a webhook means that its messages are committed to disk. Ringing comes after that, and its failure changes
nothing: the sweep rings again.
"""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from engine.service import chat, opening, pages, people, questions, reconciling, replying, trying
from engine.service.answers import MAX_BODY, Endpoint, endpoint, fault, service_of
from engine.service.context import Service
from engine.service.events import event
from engine.service.webhooks import webhook

__all__ = ["MAX_BODY", "Service", "create_app"]


def create_app(service: Service) -> Starlette:
    """The application over this service."""
    app = Starlette(
        routes=[
            _route("POST", "/webhooks/{channel}", webhook),
            _route("GET", "/api/approvals", people.signed_in(people.approvals)),
            _route("GET", "/api/approvals/{id}", people.signed_in(people.approval)),
            _route("POST", "/api/approvals/{id}/decision", people.signed_in(people.decide)),
            _route("GET", "/approvals/{id}", pages.ask_who),
            _route("POST", "/approvals/{id}", pages.say_who),
            _route("GET", "/decide/{link}", pages.show),
            _route("POST", "/decide/{link}", pages.take),
            _route("GET", "/api/questions", people.signed_in(questions.listing)),
            _route("GET", "/api/questions/{id}", people.signed_in(questions.question)),
            _route("POST", "/api/questions/{id}/answer", people.signed_in(questions.answer)),
            _route("GET", "/api/reconcile", people.signed_in(reconciling.listing)),
            _route("POST", "/api/reconcile/check", people.signed_in(reconciling.check)),
            _route("POST", "/api/reconcile/lift", people.signed_in(reconciling.lift)),
            _route("GET", "/api/reconcile/{id}", people.signed_in(reconciling.case)),
            _route("POST", "/api/reconcile/{id}/decision", people.signed_in(reconciling.decide)),
            _route("POST", "/api/events/{name}", event),
            _route("GET", "/chat/{channel}", trying.page),
            _route("POST", "/chat/{channel}/{conversation}/messages", chat.visiting(chat.write)),
            _route("GET", "/chat/{channel}/{conversation}/events", chat.visiting(chat.events)),
            _route("OPTIONS", "/chat/{channel}/{conversation}/{what}", chat.preflight),
            _route("GET", "/api/tickets", people.signed_in(people.tickets)),
            _route("GET", "/api/tickets/{id}", people.signed_in(people.ticket)),
            _route("POST", "/api/tickets/{id}/reply", people.signed_in(replying.reply)),
            _route("POST", "/codec/decode", opening.unseal),
            _route("OPTIONS", "/codec/decode", opening.preflight),
            _route("POST", "/codec/encode", opening.refuse_encode),
            Route("/healthz", _health, methods=["GET"]),  # a process that has much to do is not to be restarted
            _route("GET", "/readyz", _ready),
        ],
        exception_handlers={404: _plain, 405: _plain},
    )
    app.state.service = service
    return app


def _route(method: str, path: str, handle: Endpoint) -> Route:
    return Route(path, endpoint(handle), methods=[method])


async def _plain(request: Request, error: Exception) -> Response:
    """No such path or method, as JSON like every other error."""
    del request
    status = getattr(error, "status_code", 404)
    return fault(status, "not_found" if status == 404 else "method_not_allowed").response


async def _health(request: Request) -> Response:
    """The process answers."""
    del request
    return JSONResponse({"ok": True})


async def _ready(request: Request) -> Response:
    """Store and Temporal answer. Without Temporal messages and decisions are still taken; they wait for it."""
    service = service_of(request)
    await service.store.run(service.store.now)
    ready = service.ready()
    return JSONResponse({"ready": ready, "store": True, "temporal": ready}, status_code=200 if ready else 503)
