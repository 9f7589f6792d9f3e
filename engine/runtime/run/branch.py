"""`if` and `switch`: decided in the workflow on the scalars at hand, or in an activity where contents are read."""

from typing import Any

from temporalio import workflow

from engine.expressions.evaluate import EvaluationError, condition
from engine.expressions.values import decode
from engine.plan import Node
from engine.runtime.run.ticket import Handoff, Ticket

__all__ = ["holds", "run", "run_switch"]


async def run(ticket: Ticket, node: Node) -> str:
    """`yes` or `no`."""
    if node.data.get("where") == "activity":
        return (await ticket.act("if", node)).outcome
    return "yes" if holds(ticket, node.data["test"]) else "no"


async def run_switch(ticket: Ticket, node: Node) -> str:
    """`=word` of the first case that holds, or `else`."""
    if node.data.get("where") == "activity":
        return (await ticket.act("switch", node)).outcome
    found = next((case["is"] for case in node.data["cases"] if holds(ticket, case["test"])), None)
    return "else" if found is None else f"={found}"


def holds(ticket: Ticket, test: Any) -> bool:
    """A condition over scalars. One that can't be decided (a missing value, mixed units) goes to a person, never to a
    branch."""
    try:
        return condition(test, _decoded(ticket.scalars()), now=workflow.now())
    except EvaluationError as error:
        raise Handoff(f"undecidable_condition:{error.code}") from None


def _decoded(names: Any) -> Any:
    """Scalars are encoded in the history; the evaluator works on values. Tagged objects (`$...`) are one scalar."""
    if isinstance(names, dict) and not any(key.startswith("$") for key in names):
        return {key: _decoded(value) for key, value in names.items()}
    return decode(names)
