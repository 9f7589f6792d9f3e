"""What a flow begins with that no customer begins."""

from engine.plan import Node
from engine.runtime.run.ticket import Ticket

__all__ = ["run"]


async def run(ticket: Ticket, node: Node) -> str:
    """Binds what came with the event. A ticket that came here by another way goes to people."""
    begun = await ticket.act("start", node)
    ticket.cursor = max(ticket.cursor, begun.cursor)
    ticket.bind(node.binds, begun.value)
    return begun.outcome
