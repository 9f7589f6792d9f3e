"""`agent`: asks a model for its next call, and goes the way of that call, gates and all, until it comes to an end.

What it said and was told so far is a value in the store; here stands its reference. So a run may hand over at any wait.
"""

from datetime import timedelta

from engine.plan import Node
from engine.runtime.run.ticket import Ticket

__all__ = ["run"]

_TIMEOUT = timedelta(minutes=5)


async def run(ticket: Ticket, node: Node) -> str:
    """`=tool`, `say`, `done`, `unsure` or `exhausted`."""
    before = ticket.loops.get(node.id, {})
    came = ticket.came if ticket.came.node.startswith(f"{node.id}/") else None
    data = {
        "memory": before.get("memory", ""),
        "came": {"outcome": came.outcome, "because": came.because} if came else {"outcome": "interrupted"},
    }
    done = await ticket.act("agent", node, data=data, timeout=_TIMEOUT)
    ticket.bind(f"{node.id}/result", None)
    ticket.because = done.because
    if done.outcome.startswith("=") or done.outcome == "say":
        ticket.loops[node.id] = {"at": 0, "memory": done.data["memory"]}
        ticket.bind(f"{node.id}/{'text' if done.outcome == 'say' else 'call'}", done.value)
    else:
        ticket.loops.pop(node.id, None)
        ticket.bind(node.binds, done.value)
    return done.outcome
