"""Events of other systems: `POST /api/events/{name}`. A 2xx means that what it starts, or is told of, is on disk."""

import hmac
from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from engine.channels.internal import INTERNAL
from engine.plan import Plan, digest, revision
from engine.runtime.happening import loose, started_by, typed, waited_for
from engine.service.answers import fault, json_of, service_of
from engine.service.context import Service
from engine.store import Beginning, Begun, Missing

__all__ = ["event"]

_TOKEN: Final = "Authorization: Bearer, with a token of ENGINE_EVENTS_TOKEN"  # noqa: S105 - a sentence
_BODY: Final = '{"id": "...", "with": {field: value, ...}, "ticket": "...", "channel": "..."}'
_LONGEST: Final = 200
"""Characters of an id."""
_OWN: Final = "t_"
"""What the engine's own ids of tickets begin with."""


async def event(request: Request) -> Response:
    """Reads an event by the types that its flow declares, keeps it once, then rings."""
    service = service_of(request)
    _signed_in(request, service)
    name, plans = request.path_params["name"], service.plans()
    starter, waited = started_by(plans, name), waited_for(plans)
    if starter is None and name not in waited:
        known = {plan.settings.get("start", {}).get("event") for plan in plans.values()} | waited
        raise fault(404, "unknown_event", expected=f"one of {', '.join(sorted(filter(None, known)))}")
    key, given, ticket, channel = await _read(request)
    values, wrong = typed(starter, given) if starter else loose(given)
    if wrong:
        raise _invalid({f"with.{field}": words for field, words in wrong.items()})
    if starter is None or (ticket or "").startswith(_OWN):
        begun = await _tell(service, name, key, values, ticket, channel)
    else:
        begun = await _begin(service, starter, name, key, values, ticket, channel)
    if begun.outcome == "conflict":
        raise fault(409, "conflict", ticket=begun.ticket_id, expected="an id that was not used for something else")
    service.ring_later(begun.ticket_id)
    return JSONResponse({"ticket": begun.ticket_id, "began": begun.began, "outcome": begun.outcome})


def _signed_in(request: Request, service: Service) -> None:
    """One of the tokens of other systems; two of them while one is replaced. None is set: nobody is let in."""
    kind, _, given = request.headers.get("authorization", "").partition(" ")
    known = service.events_token.split()
    same = [hmac.compare_digest(given.strip().encode(), token.encode()) for token in known]
    if kind.lower() != "bearer" or not any(same):
        raise fault(401, "unauthorized", expected=_TOKEN)


async def _read(request: Request) -> tuple[str, Mapping[str, Any], str | None, str | None]:
    """The id, the fields, the ticket and its channel."""
    given = await json_of(request, _BODY)
    wrong = {name: f"nothing: expected {_BODY}" for name in given if name not in ("id", "with", "ticket", "channel")}
    if not _is_id(given.get("id")):
        wrong["id"] = f"a text of 1 to {_LONGEST} characters, the same when it is sent again"
    wrong |= {name: f"a text of 1 to {_LONGEST} characters" for name in ("ticket", "channel")
              if given.get(name) is not None and not _is_id(given[name])}  # fmt: skip
    fields = given.get("with", {})
    if not isinstance(fields, dict):
        wrong["with"] = "an object of the event's fields"
    if wrong:
        raise _invalid(wrong)
    return given["id"], fields, given.get("ticket"), given.get("channel")


def _is_id(given: Any) -> bool:
    return isinstance(given, str) and 0 < len(given.strip()) <= _LONGEST


def _invalid(wrong: Mapping[str, str]) -> Exception:
    return fault(422, "invalid", fields={path: {"expected": words} for path, words in wrong.items()})


async def _begin(
    service: Service, plan: Plan, name: str, key: str, values: dict[str, Any], ticket: str | None, channel: str | None
) -> Begun:
    """In a ticket of the channel that the flow opens, else in one that stands on no platform."""
    opens = plan.settings["start"]["opens"]
    if channel not in (None, opens):
        raise _invalid({"channel": f"`{opens}`, or nothing" if opens else "nothing: this event opens no ticket there"})
    if opens is None and ticket is not None:
        raise _invalid({"ticket": "nothing: this event opens a ticket of its own"})
    if opens is not None and ticket is None:
        raise _invalid({"ticket": f"the ticket of `{opens}` that this is about"})
    source = f"event/{name}"
    pinned = revision(plan.flow, plan.body())
    try:
        await service.store.run(service.store.revisions.get, pinned)
    except Missing:  # the files have just changed: the flow by which the fields were read takes the ticket
        await service.store.run(service.store.revisions.add, pinned, plan.flow, digest(plan.body()), plan.to_json())
    return await service.store.run(
        service.store.starts.begin, source, key,
        Beginning(
            flow=plan.flow, revision=pinned, owner=plan.owner or service.team,
            mode=plan.settings["rollout"]["mode"], channel=opens or INTERNAL,
            external_id=ticket if ticket is not None else f"{source}/{key}", subject=plan.title, event=name,
            content=values, sla=service.sla,
        ),
    )  # fmt: skip


async def _tell(
    service: Service, name: str, key: str, values: dict[str, Any], ticket: str | None, channel: str | None
) -> Begun:
    """A ticket that is there, by the platform's id and its channel or by the engine's own id."""
    if ticket is None:
        raise _invalid({"ticket": "the ticket that this is about"})
    if ticket.startswith(_OWN):
        try:
            row = await service.store.run(service.store.tickets.get, ticket)
        except Missing:
            raise fault(404, "unknown_ticket") from None
    else:
        if channel not in service.channels.keys() - {INTERNAL}:
            raise _invalid({"channel": "the channel that the ticket is of"})
        found = await service.store.run(service.store.tickets.find, channel or "", ticket)
        if found is None:
            raise fault(404, "unknown_ticket")
        row = found
    if name.startswith("ticket.") and row.channel != INTERNAL:
        raise _invalid({"ticket": "a ticket that stands on no platform: others are solved and handed back there"})
    return await service.store.run(service.store.starts.tell, row.id, name, key, values, service.sla)
