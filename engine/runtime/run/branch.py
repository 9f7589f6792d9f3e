"""`if`: decided in the workflow on the scalars at hand, or in an activity where the condition reads contents."""

from typing import Any

from temporalio import workflow

from engine.expressions.evaluate import EvaluationError, condition
from engine.expressions.values import decode
from engine.plan import Node
from engine.runtime.run.ticket import Handoff, Ticket

__all__ = ["run"]


async def run(ticket: Ticket, node: Node) -> str:
    """A condition that can't be decided (a missing value, mixed units) goes to a person, never to a branch."""
    if node.data.get("where") == "activity":
        return (await ticket.act("if", node)).outcome
    try:
        return "yes" if condition(node.data["test"], _decoded(ticket.scalars()), now=workflow.now()) else "no"
    except EvaluationError as error:
        raise Handoff(f"undecidable_condition:{error.code}") from None


def _decoded(names: Any) -> Any:
    """Scalars are encoded in the history; the evaluator works on values. Tagged objects (`$...`) are one scalar."""
    if isinstance(names, dict) and not any(key.startswith("$") for key in names):
        return {key: _decoded(value) for key, value in names.items()}
    return decode(names)
