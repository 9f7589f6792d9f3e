"""`judge`: a closed question to the model."""

from engine.plan import Node
from engine.runtime.run.ticket import Ticket

__all__ = ["run"]


async def run(ticket: Ticket, node: Node) -> str:
    """Binds the answer; `unsure` binds nothing."""
    judged = await ticket.act("judge", node)
    if judged.outcome == "done":
        ticket.bind(node.binds, judged.value)
    return judged.outcome
