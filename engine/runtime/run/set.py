"""`set`: names a value. Evaluated where contents are, in an activity."""

from engine.plan import Node
from engine.runtime.run.ticket import Ticket

__all__ = ["run"]


async def run(ticket: Ticket, node: Node) -> str:
    """Binds the value."""
    done = await ticket.act("set", node)
    ticket.bind(node.binds, done.value)
    return done.outcome
