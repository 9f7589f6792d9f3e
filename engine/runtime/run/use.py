"""`use` and what it gives: the way into a shared piece costs nothing, the way out names a value."""

from engine.plan import Node
from engine.runtime.run.ticket import Ticket

__all__ = ["run", "run_give"]


async def run(ticket: Ticket, node: Node) -> str:
    """Into the piece."""
    return "done"


async def run_give(ticket: Ticket, node: Node) -> str:
    """Binds what the piece gives, where the flow gives it a name."""
    if node.binds is not None:
        done = await ticket.act("give", node)
        ticket.bind(node.binds, done.value)
    return "done"
