"""The pages of an approval for a browser. A GET shows and changes nothing, for mail scanners follow every link of a
mail; a decision is the POST of a form that its page gave out.

No cookie is ever set, so another site's page has nothing to ride on; a POST from elsewhere is refused all the same.
"""

from collections.abc import Mapping
from datetime import timedelta
from hmac import compare_digest
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from engine.expressions.values import decode
from engine.plan import Plan
from engine.runtime.editing import editable
from engine.runtime.links import Link, NoLink, form_proof, sign, unsign
from engine.service.answers import body_of, service_of
from engine.service.context import Service
from engine.service.deciding import REASON, Decided, decide, wanted_of
from engine.service.html import HEADERS, approval_page, message_page, sign_in_page
from engine.service.people import address
from engine.service.views import approval_view
from engine.store import ApprovalRow, Missing

__all__ = ["ask_who", "say_who", "show", "take"]

_SIGNED_IN: Final = timedelta(minutes=15)
"""How long a page may be decided from after its person's token was given."""
_FIELDS: Final = 50
_OVER: Final = {
    "approved": "Approved", "rejected": "Rejected", "handed_back": "Handed to a person", "edited": "Changed",
    "expired": "Its time is over", "withdrawn": "No longer needed", "superseded": "It has changed", "used": "Approved",
}  # fmt: skip
_REFUSED: Final = {
    "reason_needed": "A rejection needs a reason: it is what the customer and the next person go by.",
    "same_person": "You approved another line of this already: it needs a second person.",
    "editor": "You changed this at another line: somebody else decides this one.",
    "closed": "Nothing can be changed here.",
    "unchanged": "Nothing was changed: approve it as it stands, or change a value.",
}  # fmt: skip


async def ask_who(request: Request) -> Response:
    """GET /approvals/{id}: the sign-in. It says nothing of the approval, whether there is one or not."""
    del request
    return _html(sign_in_page())


async def say_who(request: Request) -> Response:
    """POST /approvals/{id}: the person's token, for a page that they can decide from, for a quarter of an hour."""
    service = service_of(request)
    form = await _form(request)
    token = form.get("token", "").strip()
    person = await service.store.run(service.store.people.who, token) if token else None
    if person is None:
        return _html(sign_in_page("Nobody has this token. Ask whoever runs the engine for another."), 401)
    row = await service.store.run(service.store.approvals.get, request.path_params["id"])
    if row.team not in service.teams_of(person):
        raise Missing
    until = await service.store.run(service.store.now) + _SIGNED_IN
    link = Link(approval=row.id, version=row.version, person=person, until=until)
    text = sign(await service.store.run(service.store.meta.link_key), link)
    return RedirectResponse(f"/decide/{text}", status_code=303, headers=HEADERS)


async def show(request: Request) -> Response:
    """GET /decide/{link}: what is to be decided."""
    service = service_of(request)
    link, key = await _link(request, service)
    if link is None:
        return _no_link()
    row = await service.store.run(service.store.approvals.get, link.approval)
    return await _page(service, row, link, key, request.path_params["link"])


async def take(request: Request) -> Response:
    """POST /decide/{link}: the decision."""
    service = service_of(request)
    link, key = await _link(request, service)
    if link is None:
        return _no_link()
    form = await _form(request)
    wanted, version, reason = wanted_of(form.get("decision")), form.get("version", ""), form.get("reason", "").strip()
    given, proof = form.get("proof", ""), form_proof(key, request.path_params["link"])
    seen = compare_digest(given.encode("utf-8", "replace"), proof.encode())
    row = await service.store.run(service.store.approvals.get, link.approval)
    if wanted is None or not seen or version != str(link.version) or len(reason) > REASON:
        return await _page(service, row, link, key, request.path_params["link"],
                           wrong="That did not arrive whole: please decide once more.", status=400)  # fmt: skip
    typed = {name.removeprefix("edit."): value for name, value in form.items() if name.startswith("edit.")}
    decided = await decide(
        service, link.approval, link.person, wanted, version=link.version, reason=reason,
        arguments=typed if wanted == "edit" else None, via="link", ip=address(request),
    )  # fmt: skip
    if decided.taken:
        return _html(message_page(_OVER[decided.code], *_next(decided)))
    if decided.code == "not_entitled":
        return _html(message_page("Not yours to decide", "You are not in the team that decides this now."), 403)
    wrong = _words(decided)
    return await _page(service, decided.row, link, key, request.path_params["link"], wrong=wrong,
                       given={**typed, "reason": reason}, status=409 if not wrong else 422)  # fmt: skip


async def _link(request: Request, service: Service) -> tuple[Link | None, bytes]:
    key = await service.store.run(service.store.meta.link_key)
    now = await service.store.run(service.store.now)
    try:
        return unsign(key, request.path_params["link"], now=now), key
    except NoLink:
        return None, key


async def _page(
    service: Service, row: ApprovalRow, link: Link, key: bytes, text: str, *, wrong: str = "",
    given: Mapping[str, str] | None = None, status: int = 200,
) -> Response:  # fmt: skip
    """The approval as it stands; one that can't be decided any more says what became of it."""
    if row.team not in service.teams_of(link.person):
        return _html(message_page("Not yours to decide", "You are not in the team that decides this now."), 403)
    now = await service.store.run(service.store.now)
    intent = await service.store.run(service.store.intents.get, row.intent_id)
    stale = row.version != link.version or intent.version != link.version
    if row.state != "open" or stale or now >= row.expires_at or intent.state != "reserved":
        return _html(message_page(*_became(row, stale=stale)), 200 if status == 200 else 409)
    ticket = await service.store.run(service.store.tickets.get, row.ticket_id)
    fields: list[dict[str, Any]] = []
    names = list((row.shown or {}).get("edit", ()))
    if names and ticket.revision:
        plan = Plan.from_json(await service.store.run(service.store.revisions.plan, ticket.revision))
        fields = editable(plan.tools[intent.tool], decode(intent.arguments), names)
    page = approval_page(
        approval_view(row), person=link.person, proof=form_proof(key, text), editable=fields,
        written_since=ticket.last_seq > row.seen_seq, wrong=wrong, given=given,
    )  # fmt: skip
    return _html(page, status)


def _became(row: ApprovalRow, *, stale: bool) -> tuple[str, ...]:
    state = "superseded" if stale else "expired" if row.state == "open" else row.state
    lines = [f"{row.decided_by} decided this at {row.decided_at:%Y-%m-%d %H:%M} UTC."] if row.decided_by and (
        row.decided_at is not None) else []  # fmt: skip
    if state == "superseded":
        lines.append("What is asked has changed since. If it still needs you, there is a newer message about it.")
    return (_OVER[state], *lines, "Nothing more can be done from here.")


def _next(decided: Decided) -> list[str]:
    match decided.code:
        case "approved":
            return ["It goes on as soon as its last check is passed."]
        case "edited":
            return ["It is checked again with what you changed, and the customer is asked again before it is done.",
                    "Where people have to approve it then, they are asked anew."]  # fmt: skip
        case "handed_back":
            return ["A person takes the ticket over, with everything that is known so far."]
    return ["The flow goes on without it."]


def _words(decided: Decided) -> str:
    if decided.code == "invalid":
        return " ".join(f"{name} takes {said}." for name, said in decided.fields.items())
    if decided.code == "refused":
        return f"That does not pass this line of the flow: {decided.because}"
    return _REFUSED.get(decided.code, "")


async def _form(request: Request) -> dict[str, str]:
    """The fields of a posted form; nothing of one that another site's page posts."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    elsewhere = origin is not None and origin != "null" and urlsplit(origin).netloc != request.headers.get("host")
    if site in ("cross-site", "same-site") or elsewhere:
        return {}
    body = await body_of(request)
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_FIELDS)
    except ValueError:
        return {}
    return dict(pairs)


def _no_link() -> Response:
    return _html(message_page(
        "This link is not valid",
        "It was not made here, or its time is over. What waits for you is in `engine approvals list`.",
    ), 404)  # fmt: skip


def _html(text: str, status: int = 200) -> Response:
    return HTMLResponse(text, status_code=status, headers=HEADERS)
