"""`ask`: reads what the conversation already says, then asks for what is missing, one question at a time."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from engine.plan import Node
from engine.runtime.input import Result
from engine.runtime.run.listen import DEADLINE, hear, listen, silence
from engine.runtime.run.ticket import Handoff, Ticket

__all__ = ["gather", "run"]

_TRIES = 3
"""How often one field is asked for before the answer counts as invalid."""


async def run(ticket: Ticket, node: Node) -> str:
    """Asks the customer, or (with `of`) a team."""
    if node.data.get("of"):
        return await _team(ticket, node)
    ticket.last_ask = node.id
    gathered = await gather(ticket, node)
    if gathered.outcome == "done":
        ticket.bind(node.binds, gathered.value)
        return "done"
    return await silence(ticket, node, gathered.outcome)


async def gather(ticket: Ticket, node: Node, *, anew: int = 0, ways: Sequence[Sequence[str]] | None = None) -> Result:
    """Fills the node's fields: `done` with the record, `silent`, or `invalid` after three tries at one field.

    `anew` counts the times that what was said before did not help: then it is asked for, not read again. Nor is it
    where a loop goes round: what was said then was said of something else. With `ways`, each of which is enough, the
    one whose turn it is is asked for; `cannot` where the customer's answer is none, and another way is left.
    """
    turn = {} if ways is None else {"way": anew % len(ways), "more": anew + 1 < len(ways)}
    first = next(iter(node.data["fields"])) if ways is None else ways[anew % len(ways)][0]
    reads = not anew and not ticket.goes_round(node)
    found = await _said_already(ticket, node, turn) if reads else Result("missing", data={"missing": first})
    base = anew if ways is None else anew * _TRIES
    asked: dict[str, int] = dict.fromkeys(node.data["fields"], base)
    while found.outcome == "missing":
        field = found.data["missing"]
        asked[field] += 1
        if asked[field] > _TRIES + base:
            return Result("invalid")
        heard = await _question(ticket, node, field, asked[field], found, turn)
        if heard.outcome == DEADLINE:
            return Result("silent")
        found = heard
    return found


async def _said_already(ticket: Ticket, node: Node, turn: Mapping[str, Any]) -> Result:
    """What the conversation already says; what came in just now is taken up here first, each message once."""
    found = await ticket.act("ask.read", node, data=turn)
    while found.outcome == "pending":
        heard = await hear(ticket, node, "ask", {"so_far": found.value.id if found.value else "", **turn})
        settled = heard.outcome in ("done", "missing", "cannot")
        found = heard if settled else await ticket.act("ask.read", node, data=turn)
    return found


async def _question(
    ticket: Ticket, node: Node, field: str, attempt: int, found: Result, turn: Mapping[str, Any]
) -> Result:
    """Sends the question and its reminders, and waits for what the customer says. The deadlines are absolute, and are
    those of the question's row: asking again after a set-back finds the row and moves nothing."""
    so_far = found.value.id if found.value else ""
    path = f"{ticket.iteration}/{field}.{attempt}"
    sent = await ticket.act("ask.question", node, iteration=path, data={"field": field, "attempt": attempt})
    if sent.outcome == "blocked":
        raise Handoff(f"blocked:{sent.because}")
    if sent.outcome != "done":
        return Result("invalid")
    ticket.tell("waits for the customer")
    instants = [(f"remind.{n}", at) for n, at in enumerate(sent.data["remind"], 1)] + [("", sent.data["until"])]
    for reminder, at in instants:
        heard = await listen(
            ticket, node, "ask", until=datetime.fromisoformat(at), data={"field": field, "so_far": so_far, **turn}
        )
        if heard.outcome != DEADLINE:
            return heard
        if reminder:
            await ticket.act("ask.remind", node, iteration=f"{path}/{reminder}", data={"field": field})
    return Result(DEADLINE)


async def _team(ticket: Ticket, node: Node) -> str:
    """Waits for people. The row decides: this only looks at it. Their answer authorises no write."""
    while True:
        await hear(ticket, node, "team", {})
        seen = await ticket.act("ask.team", node)
        if seen.outcome == "answered":
            ticket.bind(node.binds, seen.value)
            return "done"
        if seen.outcome != "open":
            return "late" if seen.outcome == "expired" else seen.outcome
        ticket.tell(f"waits for {node.data['of']} to answer")
        ticket.awaits(node.data["of"])
        if not ticket.rung:
            await ticket.ring_or(datetime.fromisoformat(seen.data["next"]))
