"""Visitors of a web channel: they write, and read along. Who they are, the token of the team's own backend says.

A conversation belongs to the visitor and to the name that the client gives it, so nobody can name one of somebody
else's. A 2xx means that the message is committed to disk; what is said back is read from the store, by whichever
process is asked.
"""

import hashlib
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from engine.address import LOOPBACK
from engine.channels.base import Arrival as Heard
from engine.channels.base import Refused
from engine.channels.web import PROOF, Web
from engine.channels.web_token import Visitor
from engine.models.lexical import survey_mark
from engine.service.answers import Endpoint, Stop, fault, json_of, service_of
from engine.service.context import Service
from engine.service.feed import Crowded
from engine.service.stream import place_of, streamed
from engine.service.webhooks import arrival_of
from engine.store import Ingested, MessageRow, StoreUnavailable
from engine.store.columns import storable
from engine.store.surveys import CSAT

__all__ = ["LONGEST", "PER_DAY", "PER_MINUTE", "conversation_id", "events", "preflight", "visiting", "write"]

LONGEST: Final = 8_000
"""Characters of a message."""
PER_MINUTE: Final = 20
"""Messages of one visitor's."""
PER_DAY: Final = 500
_CONVERSATIONS: Final = 20
"""That a visitor writes in within a day."""
_BODY_MOST: Final = 64_000
_BODY: Final = '{"id": made by the client, the same when it is sent again, "text": "..."}'
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,100}")
_ID: Final = re.compile(r"[A-Za-z0-9._:-]{1,100}")
_TOKEN: Final = "Authorization: Bearer, with a token of your backend: "  # noqa: S105 - a sentence
_LEAVE: Final = {
    "access-control-allow-methods": "GET, POST, OPTIONS",
    "access-control-allow-headers": "authorization, content-type, last-event-id",
    "access-control-max-age": "600",
}


@dataclass(frozen=True, slots=True)
class Visit:
    """A request of a visitor's, about one conversation."""

    channel: Web
    visitor: Visitor
    external_id: str


Visiting = Callable[[Request, Service, Visit], Awaitable[Response]]


def visiting(handle: Visiting) -> Endpoint:
    """Only for a visitor whom a token names, and of pages only for those of the channel's origins."""

    async def guarded(request: Request) -> Response:
        service = service_of(request)
        channel = _channel(request, service)
        leave = _leave(request, service, channel)
        try:
            answer = await handle(request, service, _visit(request, channel))
        except Stop as stop:
            answer = stop.response
        except StoreUnavailable:
            answer = fault(503, "store_unavailable").response
        answer.headers.update(leave)
        return answer

    return guarded


async def preflight(request: Request) -> Response:
    """What a browser asks before: yes to exactly the channel's origins."""
    service = service_of(request)
    leave = _leave(request, service, _channel(request, service))
    return Response(status_code=204, headers={**leave, **_LEAVE})


async def write(request: Request, service: Service, visit: Visit) -> Response:
    """POST messages: keeps one, then rings. The same id again is the same message."""
    name, text = await _message(request)
    done = await service.store.run(_admit, service, visit, name, text)
    if isinstance(done, str):
        raise _refused(done)
    if isinstance(done, MessageRow):
        return JSONResponse({"id": name, "seq": done.seq, "duplicate": True})
    service.ring_later(done.ticket_id)
    return JSONResponse({"id": name, "seq": done.accepted[-1], "duplicate": False})


async def events(request: Request, service: Service, visit: Visit) -> Response:
    """GET events: the conversation, from `Last-Event-ID` on."""
    place = place_of(request.headers.get("last-event-id", ""))
    if place is None:
        raise fault(400, "bad_request", expected="Last-Event-ID: the id of an event of this stream, or none")
    head = {"cache-control": "no-store", "x-accel-buffering": "no"}
    if request.method == "HEAD":
        return Response(headers=head, media_type="text/event-stream")
    key = (visit.channel.name, visit.external_id)
    try:
        service.feed.admit(key, visit.visitor.id)
    except Crowded as crowded:
        status, code = (429, "too_many_streams") if crowded.mine else (503, "busy")
        raise _later(fault(status, code), 5) from None
    told = streamed(service.store, service.feed, key, visit.visitor, place)
    return StreamingResponse(told, media_type="text/event-stream", headers=head)


def conversation_id(visitor: str, name: str) -> str:
    """The id of a visitor's conversation: of this visitor's and of this name, and telling neither."""
    return hashlib.sha256(json.dumps([visitor, name]).encode()).hexdigest()[:40]


def _channel(request: Request, service: Service) -> Web:
    channel = service.channels.get(request.path_params["channel"])
    if not isinstance(channel, Web):
        raise fault(404, "unknown_channel")
    return channel


def _leave(request: Request, service: Service, channel: Web) -> dict[str, str]:
    """Headers that let the page read the answer. Raises Stop(403) for a page of somewhere else."""
    origin = request.headers.get("origin")
    if origin is None:
        return {}  # no page of another site's
    own = service.loopback and request.url.hostname in LOOPBACK and urlsplit(origin).netloc == request.url.netloc
    if origin not in channel.origins and not own:
        raise fault(403, "other_origin")
    return {"access-control-allow-origin": origin, "vary": "Origin"}


def _visit(request: Request, channel: Web) -> Visit:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer":
        raise fault(401, "unauthorized", expected=f"{_TOKEN}a JWT")
    try:
        visitor = channel.visitor(token.strip())
    except Refused as refused:
        raise fault(refused.status, "unauthorized", expected=_TOKEN + refused.why) from None
    name = request.path_params["conversation"]
    if not _NAME.fullmatch(name):
        raise fault(400, "bad_request", expected="a conversation's name of 1 to 100 of A-Z, a-z, 0-9, _ and -")
    return Visit(channel, visitor, conversation_id(visitor.id, name))


async def _message(request: Request) -> tuple[str, str]:
    given = await json_of(request, _BODY, _BODY_MOST)
    name, text = given.get("id"), given.get("text")
    if given.keys() != {"id", "text"} or not isinstance(name, str) or not isinstance(text, str):
        raise fault(400, "bad_request", expected=_BODY)
    if not _ID.fullmatch(name):
        raise fault(400, "bad_request", expected="id: 1 to 100 of A-Z, a-z, 0-9, `.`, `_`, `:` and `-`")
    if not text.strip():
        raise fault(400, "bad_request", expected="text: something said")
    if len(text) > LONGEST:
        raise fault(413, "too_long", expected=f"text: at most {LONGEST} characters")
    return name, text


def _admit(service: Service, visit: Visit, name: str, text: str) -> Ingested | MessageRow | str:
    """Keeps the message. The one that is there already with this id; or why it is not taken. Runs in the store's own
    thread as one, so that a process counts exactly; several may each let one in at the same moment."""
    store, channel, visitor = service.store, visit.channel.name, visit.visitor
    if (known := _known(service, visit, name, text)) is not None:
        return known
    written = store.chats.written(channel, visitor.id)
    if written.minute >= PER_MINUTE or written.day >= PER_DAY:
        return "too_many_messages" if written.minute >= PER_MINUTE else "too_many_today"
    if written.conversations >= _CONVERSATIONS and store.tickets.find(channel, visit.external_id) is None:
        return "too_many_conversations"
    heard = Heard(
        content_id=_content_id(visit, name), author_id=visitor.id, text=text, data={PROOF: dict(visitor.proof)},
        platform_time=store.now(),
    )  # fmt: skip
    done = store.messages.ingest(
        channel, visit.external_id, [arrival_of(heard)], subject=None, requester=visitor.requester, sla=service.sla,
        owner=service.team,
    )  # fmt: skip
    return done if done.accepted else _known(service, visit, name, text) or "other_text"


def _known(service: Service, visit: Visit, name: str, text: str) -> MessageRow | str | None:
    """The message with this id, if it is there, and this text."""
    known = service.store.chats.message(visit.channel.name, _content_id(visit, name))
    if known is None:
        return None
    same = known.text == storable(text) if known.event != CSAT else known.data == {"mark": survey_mark(text)[0]}
    return known if same else "other_text"


def _content_id(visit: Visit, name: str) -> str:
    return f"{visit.external_id}/{name}"


def _refused(code: str) -> Stop:
    if code == "other_text":
        return fault(409, code, expected="the same text for the same id")
    if code == "too_many_messages":
        return _later(fault(429, code, expected=f"at most {PER_MINUTE} messages a minute"), 30)
    expected = f"at most {PER_DAY} messages and {_CONVERSATIONS} conversations a day"
    return _later(fault(429, code, expected=expected), 3_600)


def _later(stop: Stop, seconds: int) -> Stop:
    stop.response.headers["retry-after"] = str(seconds)
    return stop
