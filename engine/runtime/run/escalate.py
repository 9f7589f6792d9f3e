"""`escalate`: hands off to people, with the handoff package."""

from datetime import datetime
from typing import NoReturn

from engine.plan import Node
from engine.runtime.run.ticket import Handoff, Moved, Ticket

__all__ = ["hand_off", "run"]


async def run(ticket: Ticket, node: Node) -> str:
    """Every `escalate` step, and every outcome that has no edge."""
    raise Handoff(node.data.get("reason") or "flow", node.data.get("to"))


async def hand_off(ticket: Ticket, node: Node, handoff: Handoff) -> NoReturn:
    """The handoff is a row in the store first, then a note and an assignment on the platform; the ticket goes on in
    the flow `human`."""
    ticket.note(node, "handed off", handoff.reason)
    ticket.tell("being handed to people")
    opened = await ticket.act("escalate", node, data={"reason": handoff.reason, "team": handoff.team})
    ticket.handed_to(opened.data["team"], datetime.fromisoformat(opened.data["due"]))
    await ticket.act("handoff.deliver", node, data={"handoff": opened.data["handoff"]})
    raise Moved("human", opened.data["plan"])
