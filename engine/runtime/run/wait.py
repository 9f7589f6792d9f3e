"""`wait`: for a reply, a named event, or a time; the first match wins."""

from datetime import datetime

from engine.plan import Node
from engine.runtime.run.listen import DEADLINE, listen
from engine.runtime.run.ticket import Handoff, Ticket

__all__ = ["run"]


async def run(ticket: Ticket, node: Node) -> str:
    """The number of the branch that matched, from 1. An event counts if it came earlier in the ticket."""
    opened = await ticket.act("wait", node)
    ticket.tell("is with people" if ticket.plan.flow == "human" else "waits for a reply, an event or a time")
    until = datetime.fromisoformat(opened.data["until"])
    heard = await listen(ticket, node, "wait", until=until)
    if heard.outcome != DEADLINE:
        return heard.outcome
    branch = opened.data.get("time")
    if branch is None:
        raise Handoff("wait_without_end")
    return str(branch)
