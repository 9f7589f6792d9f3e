"""`parallel`: its branches run at once up to where they meet. None waits, so none is ever handed to another run."""

import asyncio

from engine.plan import Node
from engine.runtime.run.ticket import Ticket

__all__ = ["run", "run_join"]


async def run(ticket: Ticket, node: Node) -> str:
    """All branches, or what the first of them raises, once the others have stopped."""
    join = node.on["done"]
    entries = [first for outcome, first in node.on.items() if outcome != "done"]
    branches = [asyncio.ensure_future(_branch(ticket.beside(), first, join)) for first in entries]
    try:
        await asyncio.gather(*branches)
    finally:
        for branch in branches:
            branch.cancel()
        await asyncio.gather(*branches, return_exceptions=True)
    return "done"


async def _branch(ticket: Ticket, name: str, join: str) -> None:
    while name != join:
        node = ticket.plan.nodes[name]
        ticket.enter(node)
        name = await ticket.step(ticket, node)


async def run_join(ticket: Ticket, node: Node) -> str:
    """Where they met."""
    return "done"
