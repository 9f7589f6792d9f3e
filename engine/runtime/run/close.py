"""`close`: solved, denied or withdrawn; silence is its own outcome."""

from engine.plan import Node
from engine.runtime.run.listen import close
from engine.runtime.run.ticket import Ticket

__all__ = ["run"]


async def run(ticket: Ticket, node: Node) -> str:
    """Closes with the flow's outcome, unless a message came in: then that is heard first."""
    await close(ticket, node, node.data["outcome"])
