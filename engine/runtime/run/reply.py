"""`reply`: a text to the customer, through the flow's guardrails, once."""

from engine.plan import Node
from engine.runtime.run.ticket import Ticket

__all__ = ["run"]


async def run(ticket: Ticket, node: Node) -> str:
    """Rendered, checked and sent in one activity; the row is what makes it once."""
    sent = await ticket.act("reply", node)
    ticket.because = sent.because
    return sent.outcome
