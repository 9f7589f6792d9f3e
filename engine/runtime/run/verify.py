"""`verify`: proves who the customer is, by a sign-in or by matching facts through a read tool."""

from temporalio import workflow

from engine.plan import Node
from engine.runtime.run.ask import gather
from engine.runtime.run.listen import silence
from engine.runtime.run.ticket import Ticket

__all__ = ["run"]


async def run(ticket: Ticket, node: Node) -> str:
    """Tries until it holds or the ticket's attempts are used up: they count per ticket, over transfers. Of several ways
    that ask for facts each has its turn."""
    known = await ticket.act("verify.known", node)
    ways = [way["with"] for way in node.data["ways"] if way["with"]]
    several = known.outcome == "unknown" and len(ways) > 1 and workflow.patched("verify-ways")
    anew = 0
    while known.outcome == "unknown":
        gathered = await gather(ticket, node, anew=anew, ways=ways if several else None)
        if several and gathered.outcome in ("invalid", "cannot") and anew + 1 < len(ways):
            anew += 1
            continue
        if gathered.outcome != "done" or gathered.value is None:
            return await silence(ticket, node, "failed" if gathered.outcome == "invalid" else gathered.outcome)
        known = await ticket.act("verify", node, data={"given": gathered.value.id})
        anew += 1
    if known.outcome == "done":
        ticket.bind("customer", known.value)
    return known.outcome
