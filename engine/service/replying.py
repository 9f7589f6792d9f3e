"""People answer the visitors of a web channel here, for these have no ticketing platform. The engine keeps quiet while
people have the ticket; solving it, or handing it back, is what an agent would do on a platform.
"""

import re
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from engine.channels.web import Web
from engine.service.answers import Stop, fault, json_of
from engine.service.context import Service
from engine.store import Arrival, TicketRow

__all__ = ["LONGEST", "reply"]

LONGEST: Final = 8_000
"""Characters of an answer."""
_THEN: Final = {"solve": "ticket.solved", "hand_back": "ticket.handed_back"}
_BODY: Final = (
    '{"id": made by the client, the same when it is sent again, "text": "...", "then": "solve" or "hand_back"}, '
    "with a text, `then`, or both"
)
_ID: Final = re.compile(r"[A-Za-z0-9._:-]{1,100}")


async def reply(request: Request, service: Service, person: str) -> Response:
    """POST /api/tickets/{id}/reply: what a person of the ticket's team says to the visitor, and what follows.

    The same id again changes nothing. 409 where the ticket stands on a platform (`on_platform`), is closed (`closed`)
    or is still the engine's (`not_with_people`).
    """
    name, text, then = await _answer(request)
    store = service.store
    ticket = await store.run(store.tickets.get, request.path_params["id"])
    if not service.teams_of(person) & {ticket.awaiting_team, ticket.owner}:
        raise fault(403, "not_entitled", expected=f"somebody of {ticket.awaiting_team or ticket.owner}")
    arrivals = _arrivals(ticket, person, name, text, then)
    known = [await store.run(store.chats.message, ticket.channel, one.content_id) for one in arrivals]
    if not all(known):
        _refuse(service, ticket)
    done = await store.run(
        store.messages.ingest, ticket.channel, ticket.external_id, arrivals, subject=None,
        requester=dict(ticket.requester), sla=service.sla, owner=ticket.owner,
    )  # fmt: skip
    if done.accepted:
        service.ring_later(ticket.id)
    return JSONResponse({"ticket": ticket.id, "accepted": list(done.accepted), "duplicate": not done.accepted})


def _refuse(service: Service, ticket: TicketRow) -> None:
    if not isinstance(service.channels.get(ticket.channel), Web):
        raise fault(409, "on_platform", expected=f"an answer on {ticket.channel}, where the ticket stands")
    if ticket.state == "closed":
        raise fault(409, "closed", expected="an open ticket: the visitor opens it again by writing")
    if ticket.state != "handed_off":
        raise fault(409, "not_with_people", expected="a ticket that people have")


async def _answer(request: Request) -> tuple[str, str, str | None]:
    given = await json_of(request, _BODY)
    name, text, then = given.get("id"), given.get("text", ""), given.get("then")
    if not isinstance(name, str) or not isinstance(text, str) or not isinstance(then, str | None):
        raise _bad()
    if given.keys() - {"id", "text", "then"} or not _ID.fullmatch(name):
        raise _bad()
    if (then is not None and then not in _THEN) or not (text.strip() or then):
        raise _bad()
    if len(text) > LONGEST:
        raise fault(413, "too_long", expected=f"text: at most {LONGEST} characters")
    return name, text, then


def _bad() -> Stop:
    return fault(400, "bad_request", expected=_BODY)


def _arrivals(ticket: TicketRow, person: str, name: str, text: str, then: str | None) -> list[Arrival]:
    said: dict[str, Any] = {"author_id": person, "author_role": "agent"}
    place = f"person/{ticket.id}/{person}/{name}"
    found = [Arrival(content_id=place, text=text, **said)] if text.strip() else []
    return [*found, *([Arrival(content_id=f"{place}/{then}", kind="event", event=_THEN[then], **said)] if then else [])]
