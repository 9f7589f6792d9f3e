"""`search`: passages from the flow's knowledge."""

from engine.plan import Node
from engine.runtime.run.ticket import Ticket

__all__ = ["run"]


async def run(ticket: Ticket, node: Node) -> str:
    """Binds the list of passages, which may be empty."""
    found = await ticket.act("knowledge.search", node)
    ticket.bind(node.binds, found.value)
    return found.outcome
