"""`transfer`: goes on in another flow, with the conversation and the facts so far."""

from engine.plan import Node
from engine.runtime.run.ticket import CAP, Handoff, Moved, Ticket

__all__ = ["run"]


async def run(ticket: Ticket, node: Node) -> str:
    """To the flow that is named, or to the one whose `start` fits best; `unsure` below the threshold."""
    if ticket.transfers >= CAP:
        raise Handoff("too_many_transfers")
    routed = await ticket.act("route", node)
    ticket.cursor = max(ticket.cursor, routed.cursor)
    if routed.outcome == "person":
        raise Handoff("customer_wish")
    if routed.outcome == "escalate":
        raise Handoff(routed.because)
    if routed.outcome == "routed":
        ticket.note(node, f"to {routed.data['flow']}")
        await ticket.flush(node)
        raise Moved(routed.data["flow"], routed.data["plan"])
    return routed.outcome
