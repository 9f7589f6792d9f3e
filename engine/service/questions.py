"""What flows ask teams, for signed-in people: the list, and the one answer that counts."""

import asyncio
from typing import Any, Final, cast, get_args

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from engine.runtime.asked import read
from engine.service.answers import fault, json_of
from engine.service.context import Service
from engine.service.people import one_of
from engine.service.views import question_view
from engine.store import QuestionRow
from engine.store.rows import QuestionState

__all__ = ["answer", "listing", "question"]

_ANSWER: Final = '{"values": {field: value, ...}}'


async def listing(request: Request, service: Service, person: str) -> Response:
    """Those of the person's teams, soonest to end first. `?state=` one state, or `any`; `?team=` one of them."""
    wanted = one_of(request, "state", (*get_args(QuestionState), "any"), "open")
    state = None if wanted == "any" else cast("QuestionState", wanted)
    teams = sorted(service.teams_of(person))
    team = request.query_params.get("team")
    if team is not None and team not in teams:  # the same whether there is such a team or not
        raise fault(403, "not_entitled", expected=f"team: one of yours, {', '.join(teams)}")
    found: list[QuestionRow] = []
    for name in teams if team is None else [team]:
        found += await service.store.run(service.store.questions.listing, state=state, team=name)
    found.sort(key=lambda row: (row.expires_at, row.id))
    return JSONResponse({"questions": [question_view(row) for row in found]})


async def question(request: Request, service: Service, person: str) -> Response:
    """One question, with whether the customer has written since it was opened. Another team's does not exist."""
    store = service.store
    row = await store.run(store.questions.get, request.path_params["id"])
    if row.team not in service.teams_of(person):
        raise fault(404, "not_found")
    about = await store.run(store.tickets.get, row.ticket_id)
    return JSONResponse({**question_view(row), "written_since": about.last_seq > row.seen_seq})


async def answer(request: Request, service: Service, person: str) -> Response:
    """The values by field. One compare-and-set on the row: the first answer in time counts."""
    given = await _values(request)
    store, teams = service.store, service.teams_of(person)
    row = await store.run(store.questions.get, request.path_params["id"])
    if row.team not in teams:  # says nothing of the row: it is not theirs to see
        raise fault(403, "not_entitled")
    values, wrong = await asyncio.to_thread(read, row.asked, given, now=row.opened_at)
    if wrong and row.state == "open":
        raise fault(422, "invalid", fields={name: {"expected": words} for name, words in wrong.items()})
    answered = await store.run(
        store.questions.answer, row.id, person=person, teams=teams, answer=values, via="api"
    )  # fmt: skip
    if answered.outcome == "answered":
        service.ring_later(answered.row.ticket_id)
        return JSONResponse({"outcome": "answered", **question_view(answered.row)})
    raise fault(409, answered.outcome, question=question_view(answered.row))


async def _values(request: Request) -> dict[str, Any]:
    given = (await json_of(request, _ANSWER)).get("values")
    if not isinstance(given, dict):
        raise fault(400, "bad_request", expected=_ANSWER)
    return given
