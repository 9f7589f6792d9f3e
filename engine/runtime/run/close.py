"""`close`: solved, denied or withdrawn; silence is its own outcome."""

from typing import NoReturn

from engine.plan import Node
from engine.runtime.run.listen import hear
from engine.runtime.run.ticket import Ended, Handoff, Moved, Ticket

__all__ = ["close", "run"]


async def run(ticket: Ticket, node: Node) -> str:
    """Closes with the flow's outcome, unless a message came in: then that is heard first."""
    await close(ticket, node, node.data["outcome"])


async def close(ticket: Ticket, node: Node, outcome: str) -> NoReturn:
    """Closing is one compare-and-set on (epoch, last message): a message that it did not see makes it fail, and is
    heard before the next try. Queued wishes are taken up before the ticket closes."""
    while True:
        ticket.note(node, outcome)
        closed = await ticket.act("close", node, data={"outcome": outcome})
        if closed.outcome == "closed":
            await ticket.act("closed", node, data={"outcome": outcome})
            raise Ended(outcome)
        if closed.outcome == "wish":
            routed = await ticket.act("route", node, data={**closed.data, "threshold": "0.6"})
            if routed.outcome == "routed":
                raise Moved(routed.data["flow"], routed.data["plan"])
            raise Handoff("unclear_wish")
        await hear(ticket, node, "close", {})
