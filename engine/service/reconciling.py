"""Unknown outcomes, for signed-in people: what is needed to decide, the decision, and the hold on writes.

Entitled is who has the ticket (its owner's team, the team that it waits for, the one of its open handoff), the teams
that approve this write, and the project's handoff team: no case may be nobody's to decide.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from engine.expressions.evaluate import EvaluationError, condition, evaluate
from engine.expressions.values import Money, decode
from engine.plan import Plan, ToolContract
from engine.service.answers import fault, json_of
from engine.service.context import Service
from engine.service.people import address
from engine.store import IntentRow, Missing, OutboundRow, ReconciliationRow, TicketRow
from engine.tools.base import CallError

__all__ = ["case", "check", "decide", "lift", "listing"]

_DECISION: Final = '{"as_done": true or false, "reason": "..."}'
_REASON: Final = 2000
_AT_ONCE: Final = 4
"""Looks at tools at the same time, of `--check`."""
Call = IntentRow | OutboundRow


async def listing(request: Request, service: Service, person: str) -> Response:
    """What waits for the person's teams, oldest first, and whether writes are held."""
    del request
    teams = service.teams_of(person)
    cases = []
    for row in await service.store.run(service.store.reconciling.unknown):
        ticket = await service.store.run(service.store.tickets.get, row.ticket_id)
        if teams & await _entitled(service, row, ticket):
            cases.append(_view(row, ticket))
    held = await service.store.run(service.store.meta.writes_held)
    checked = await service.store.run(service.store.meta.get, "ledger_checked")
    return JSONResponse({"unknown": cases, "writes_held": held, "checked": checked})


async def case(request: Request, service: Service, person: str) -> Response:
    """One, with the facts as they are now and what the tool's own read-back says."""
    row, ticket = await _found(request, service, person)
    tried = await service.store.run(service.store.reconciling.attempts, row.id)
    look = await _look(service, row, ticket) if isinstance(row, IntentRow) else {}
    return JSONResponse({**_view(row, ticket), **look, "attempts": [_attempt(one) for one in tried]})


async def decide(request: Request, service: Service, person: str) -> Response:
    """The person's word. The first one counts."""
    given = await json_of(request, _DECISION)
    as_done, reason = given.get("as_done"), given.get("reason")
    if not isinstance(as_done, bool) or not isinstance(reason, str) or not 0 < len(reason.strip()) <= _REASON:
        raise fault(400, "bad_request", expected=_DECISION)
    row, ticket = await _found(request, service, person)
    made = await service.store.run(
        service.store.reconciling.decide, row.id, as_done, person=person, reason=reason.strip(), via="api",
        ip=address(request),
    )  # fmt: skip
    if made.outcome != "reconciled":
        raise fault(409, made.outcome, case=_view(made.row, ticket))
    service.ring_later(made.row.ticket_id)
    return JSONResponse({"outcome": made.outcome, **_view(made.row, ticket)})


async def check(request: Request, service: Service, person: str) -> Response:
    """Every write of the ledger whose tool has a read-back, held against what that says. Reads alone; slow."""
    del request
    _may_run_it(service, person)
    tools = await _with_find(service)
    rows = await service.store.run(service.store.reconciling.ledger, frozenset(tools))
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(intent: IntentRow, ticket: TicketRow) -> dict[str, Any] | None:
        async with gate:
            found = await _find(service, intent, tools[intent.tool])
        differs = {True: not _done(intent), False: _done(intent)}.get(found) if found is not None else None
        if differs is False:
            return None
        says = "cannot be read" if found is None else "there" if found else "not there"
        return {**_view(intent, ticket), "find": says}

    told = await asyncio.gather(*(one(intent, ticket) for intent, ticket in rows))
    differ = [view for view in told if view is not None]
    every = await _tools_that_wrote(service)
    await service.store.run(
        service.store.meta.checked, by=person, compared=len(rows) - len(differ), differ=len(differ)
    )  # fmt: skip
    return JSONResponse({
        "compared": len(rows), "differ": differ, "without_find": sorted(every - tools.keys()),
    })  # fmt: skip


async def lift(request: Request, service: Service, person: str) -> Response:
    """Lets writes begin again after a restore."""
    given = await json_of(request, '{"reason": "..."}')
    reason = given.get("reason")
    if not isinstance(reason, str) or not 0 < len(reason.strip()) <= _REASON:
        raise fault(400, "bad_request", expected='{"reason": "..."}')
    _may_run_it(service, person)
    outcome = await service.store.run(service.store.meta.lift, by=person, reason=reason.strip())
    if outcome != "lifted":
        raise fault(409, outcome)
    return JSONResponse({"outcome": outcome})


def _may_run_it(service: Service, person: str) -> None:
    if service.team not in service.teams_of(person):
        raise fault(403, "not_entitled", expected=f"somebody of `{service.team}`, the project's handoff team")


async def _found(request: Request, service: Service, person: str) -> tuple[Call, TicketRow]:
    row = await service.store.run(service.store.reconciling.get, request.path_params["id"])
    ticket = await service.store.run(service.store.tickets.get, row.ticket_id)
    if not service.teams_of(person) & await _entitled(service, row, ticket):
        raise Missing
    return row, ticket


async def _entitled(service: Service, row: Call, ticket: TicketRow) -> frozenset[str]:
    store = service.store
    teams = {ticket.owner, ticket.awaiting_team or ticket.owner, service.team}
    teams |= {one.team for one in await store.run(store.handoffs.of_ticket, ticket.id)
              if one.team is not None and one.resolved_at is None}  # fmt: skip
    if isinstance(row, IntentRow):
        teams |= {one.team for one in await store.run(store.approvals.of_intent, row.id)}
    return frozenset(teams)


def _view(row: Call, ticket: TicketRow) -> dict[str, Any]:
    """What the ledger knows: what was asked for, when, under which key, and which ticket it belongs to."""
    seen: dict[str, Any] = {
        "id": row.id, "ticket": ticket.id, "channel": ticket.channel, "external_id": ticket.external_id,
        "subject": ticket.subject, "owner": ticket.owner, "node": row.node, "state": row.state,
        "because": row.because, "attempts_to_send": row.attempts, "reconciled_by": row.reconciled_by,
        "sent_at": row.sending_at.isoformat() if row.sending_at else None,
        "deadline": row.deadline.isoformat() if row.deadline else None,
    }  # fmt: skip
    if isinstance(row, IntentRow):
        return {
            **seen, "tool": row.tool, "version": row.version, "as_done": row.as_done, "vendor_key": row.vendor_key,
            "arguments": _shown(decode(row.arguments)), "facts_then": _shown(decode(row.facts)), "alarm": row.alarm,
        }  # fmt: skip
    return {
        **seen, "tool": row.kind, "as_done": row.as_sent, "vendor_key": row.marker,
        "arguments": {"text": (row.content or {}).get("text", "")},
    }  # fmt: skip


def _attempt(row: ReconciliationRow) -> dict[str, Any]:
    return {
        "person": row.person, "as_done": row.as_done, "reason": row.reason, "outcome": row.outcome,
        "at": row.at.isoformat(), "via": row.via, "ip": row.ip,
    }  # fmt: skip


# looking


async def _look(service: Service, row: IntentRow, ticket: TicketRow) -> dict[str, Any]:
    """Facts now, and the read-back; what cannot be read says so. Reads alone."""
    contract = await _contract(service, row, ticket)
    if contract is None:
        return {"facts_now": {}, "find": "no contract"}
    facts: dict[str, Any] = {}
    now = await service.store.run(service.store.now)
    for name, fact in contract.facts.items():
        try:
            asked = {k: evaluate(tree, decode(row.arguments), now=now) for k, tree in fact["arguments"].items()}
            facts[name] = _shown(await _read(service, fact["tool"], asked))
        except (CallError, EvaluationError) as error:
            facts[name] = f"cannot be read: {error.code}"
    found = await _find(service, row, contract) if contract.find else None
    says = {None: "cannot be read" if contract.find else "none declared", True: "there", False: "not there"}[found]
    return {"facts_now": facts, "find": says}


async def _find(service: Service, row: IntentRow, contract: ToolContract) -> bool | None:
    """Whether the tool's own read-back has the write; None where it cannot be read."""
    arguments = decode(row.arguments)
    now = await service.store.run(service.store.now)
    try:
        asked = {k: evaluate(tree, arguments, now=now) for k, tree in contract.find["arguments"].items()}
        seen = await _read(service, contract.find["tool"], asked)
        return condition(contract.find["where"], {**arguments, "result": seen}, now=now)
    except (CallError, EvaluationError):
        return None


async def _read(service: Service, tool: str, arguments: Mapping[str, Any]) -> Any:
    """A read tool, under today's contract; anything else is not called from here."""
    definition = service.tools().get(tool)
    contract = await _today(service, tool)
    if definition is None or contract is None or definition.effect != "read" or contract.effect != "read":
        raise CallError("not_here")
    return (await definition.call(contract, arguments, secrets=service.secrets, key=None)).value


async def _contract(service: Service, row: IntentRow, ticket: TicketRow) -> ToolContract | None:
    found = await service.store.run(service.store.revisions.plan, ticket.revision) if ticket.revision else None
    pinned = Plan.from_json(found).tools.get(row.tool) if found else None
    return pinned or await _today(service, row.tool)


async def _today(service: Service, tool: str) -> ToolContract | None:
    """The contract of a tool, as an active plan has it."""
    for plan in await _plans(service):
        if tool in plan.tools:
            return plan.tools[tool]
    return None


async def _plans(service: Service) -> list[Plan]:
    store = service.store
    active = (await store.run(store.revisions.all_active)).values()
    return [Plan.from_json(await store.run(store.revisions.plan, revision)) for revision in active]


async def _with_find(service: Service) -> dict[str, ToolContract]:
    return {
        name: contract
        for plan in await _plans(service)
        for name, contract in plan.tools.items()
        if contract.find and contract.effect != "read"
    }


async def _tools_that_wrote(service: Service) -> set[str]:
    return {name for plan in await _plans(service) for name, one in plan.tools.items() if one.effect != "read"}


def _done(row: IntentRow) -> bool:
    return row.counts_as_done


def _shown(value: Any) -> Any:
    match value:
        case Money(amount, currency):
            return f"{amount} {currency}"
        case dict():
            return {name: _shown(part) for name, part in value.items()}
        case list():
            return [_shown(part) for part in value]
        case None | bool() | str():
            return value
    return str(value)
