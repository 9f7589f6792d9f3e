"""`agent`: asks a model for its next call, and goes the way of that call, gates and all, until it comes to an end.

What it said and was told so far is a value in the store; here stands its reference. So a run may hand over at any wait,
and after any answer of the model. Calls that only read, of one answer, run at once: each through the node that a single
one takes, in the order in which the model asked for them, so that a replay makes the same commands.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from temporalio import workflow

from engine.plan import Node
from engine.runtime.input import Value
from engine.runtime.run.ticket import Moved, Ticket
from engine.runtime.run.tool import run_read

__all__ = ["run"]

_TIMEOUT = timedelta(minutes=5)


async def run(ticket: Ticket, node: Node) -> str:
    """`=tool`, `say`, `done`, `unsure` or `exhausted`."""
    came = ticket.came if ticket.came.node.startswith(f"{node.id}/") else None
    news: dict[str, Any] = {
        "came": {"outcome": came.outcome, "because": came.because} if came else {"outcome": "interrupted"}
    }
    while True:
        memory = ticket.loops.get(node.id, {}).get("memory", "")
        done = await ticket.act("agent", node, data={"memory": memory, **news}, timeout=_TIMEOUT)
        ticket.bind(f"{node.id}/result", None)
        if "memory" in done.data:
            ticket.loops[node.id] = {"at": 0, "memory": done.data["memory"]}
        if done.outcome == "reads":
            news = {"reads": await _reads(ticket, node, done.data["calls"])}
        elif done.outcome == "think":
            news = {}
            if workflow.info().is_continue_as_new_suggested():
                raise Moved(ticket.plan.flow, ticket.plan_json, resume=True)
        else:
            break
    ticket.because = done.because
    if done.outcome.startswith("=") or done.outcome == "say":
        ticket.bind(f"{node.id}/{'text' if done.outcome == 'say' else 'call'}", done.value)
    else:
        ticket.loops.pop(node.id, None)
        ticket.bind(node.binds, done.value)
    return done.outcome


async def _reads(ticket: Ticket, node: Node, calls: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """Several reads at once. Each stands beside the ticket, with values of its own; none of them waits."""
    begun = [(_beside(ticket, node, call), ticket.plan.nodes[node.on[f"={call['tool']}"]]) for call in calls]
    for branch, read in begun:
        branch.enter(read)
    reads = [asyncio.ensure_future(_read(branch, node, read)) for branch, read in begun]
    try:
        return await asyncio.gather(*reads)
    finally:
        for one in reads:
            one.cancel()
        await asyncio.gather(*reads, return_exceptions=True)


def _beside(ticket: Ticket, node: Node, call: Mapping[str, str]) -> Ticket:
    branch = ticket.beside()
    branch.values = {**ticket.values, f"{node.id}/call": Value(call["value"])}
    return branch


async def _read(ticket: Ticket, node: Node, read: Node) -> dict[str, str]:
    ticket.bind("refused", None)
    outcome = await run_read(ticket, read)
    ticket.note(read, outcome)
    found = ticket.values.get("refused" if outcome == "refused" else f"{node.id}/result")
    return {"outcome": outcome, "value": found.id if found else ""}
