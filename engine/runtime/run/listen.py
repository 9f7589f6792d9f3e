"""Hearing what came in while a ticket waits, what a message means that no step waits for, and closing, which hears
what came in first."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NoReturn

from engine.plan import Node
from engine.runtime.input import Result
from engine.runtime.run.ticket import CAP, Ended, Handoff, Jump, Moved, Ticket

__all__ = ["DEADLINE", "close", "hear", "listen", "silence"]

DEADLINE = "deadline"
"""The outcome of `listen` when the time came and nobody had written."""


async def hear(ticket: Ticket, node: Node, purpose: str, data: Mapping[str, Any]) -> Result:
    """Pulls what came in once and acts on what the step does not wait for. `nothing` means: go on waiting."""
    ticket.rung = False
    heard = await ticket.act("listen", node, data={"purpose": purpose, **data})
    ticket.cursor = max(ticket.cursor, heard.cursor)
    if heard.data.get("more"):
        ticket.rung = True
    if heard.outcome == "person":
        raise Handoff("customer_wish")
    if heard.outcome == "escalate":
        raise Handoff(heard.because)
    if heard.outcome == "meanwhile":
        await _meanwhile(ticket, node, heard)
        return Result("again" if heard.data.get("again") else "nothing", cursor=heard.cursor)
    return heard


async def listen(
    ticket: Ticket, node: Node, purpose: str, *, until: datetime | None, data: Mapping[str, Any] | None = None
) -> Result:
    """Waits until a message is taken up by this step. A message that came before the deadline counts even if no worker
    ran when the deadline passed: the last look comes after the timer."""
    late = False
    while True:
        heard = await hear(ticket, node, purpose, data or {})
        if heard.outcome != "nothing":
            return heard
        if late:
            return Result(DEADLINE)
        late = not (ticket.rung or await ticket.ring_or(until))


async def silence(ticket: Ticket, node: Node, outcome: str) -> str:
    """What follows a customer's silence: an edge of the node, or the flow's own word for it."""
    if outcome in node.on:
        return outcome
    if node.data.get("silence", {}).get("otherwise") == "close":
        await close(ticket, node, "silent")  # an outcome of its own, which never counts as solved
    return outcome


async def close(ticket: Ticket, node: Node, outcome: str) -> NoReturn:
    """Closing is one compare-and-set on (epoch, last message): a message that it did not see makes it fail, and is
    heard before the next try. Queued wishes are taken up before the ticket closes."""
    while True:
        ticket.note(node, outcome)
        closed = await ticket.act("close", node, data={"outcome": outcome})
        if closed.outcome == "closed":
            await ticket.act("closed", node, data={"outcome": outcome})
            raise Ended(outcome)
        if closed.outcome == "wish":
            routed = await ticket.act("route", node, data={**closed.data, "threshold": "0.6"})
            if routed.outcome == "routed":
                raise Moved(routed.data["flow"], routed.data["plan"])
            raise Handoff("unclear_wish")
        await hear(ticket, node, "close", {})


async def _meanwhile(ticket: Ticket, node: Node, heard: Result) -> None:
    """`meanwhile` of the flow: stop, ask_again, update, answer, queue or escalate."""
    match heard.data.get("do"):
        case "stop":
            left = await ticket.act("stop", node, data={"meaning": heard.data.get("meaning", "")})
            if left.outcome == "person":
                raise Handoff("withdrawn_after_write")
            await close(ticket, node, "withdrawn")
        case "ask_again":
            left = await ticket.act("void", node, data={"meaning": "corrects"})
            if left.outcome == "person":
                raise Handoff("corrected_after_write")
            raise Jump(ticket.entrance(ticket.last_ask) if ticket.last_ask else ticket.plan.entry)
        case "update":
            voided = await ticket.act("void", node, data={"meaning": "adds", "keep": True})
            intent = node.data.get("intent")
            if intent and voided.data.get("voided"):
                raise Jump(intent, same=True)
        case "answer":
            answered = await ticket.act(
                "answer", node, iteration=f"{ticket.iteration}/asks.{heard.cursor}", data={"message": heard.cursor}
            )
            if answered.outcome == "blocked":
                raise Handoff(f"blocked:{answered.because}")
            if answered.outcome != "done":
                raise Handoff("question_without_answer")
        case "reroute":
            await reroute(ticket, node, heard.data["wish"])
        case "queue" | "ignore":
            pass
        case _:
            meaning = heard.data.get("meaning", "unclear")
            raise Handoff("unclear_message" if meaning == "unclear" else f"meanwhile:{meaning}")


async def reroute(ticket: Ticket, node: Node, wish: int) -> NoReturn:
    """The customer wants something else in place of this: nothing open remains of it, and the ticket goes on in the
    flow that fits. After a write, with no flow that fits, or after too many transfers, a person takes it."""
    left = await ticket.act("stop", node, data={"meaning": "instead"})
    if left.outcome == "person":
        raise Handoff("changed_after_write")
    if ticket.transfers >= CAP:
        raise Handoff("too_many_transfers")
    routed = await ticket.act("route", node, data={"wish": wish, "instead": True, "threshold": "0.6"})
    if routed.outcome != "routed":
        raise Handoff("unclear_wish")
    ticket.note(node, f"to {routed.data['flow']}")
    await ticket.flush(node)
    raise Moved(routed.data["flow"], routed.data["plan"])
