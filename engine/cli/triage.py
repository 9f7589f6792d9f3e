"""What a project does with a first message, for commands that show where it goes."""

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.plan import Node, Plan

__all__ = ["Triage", "triage"]


class Triage(NamedTuple):
    """What the flow `triage` does with a first message."""

    threshold: float
    unsure: str
    topics: tuple[str, ...]
    """Those that people must handle."""


def triage(plans: "Mapping[str, Plan]") -> Triage:
    """As the project's own flow says it, else as it is without one."""
    plan = plans.get("triage")
    topics = tuple(plan.settings.get("escalate", {}).get("when", {}).get("topics", ())) if plan else ()
    node = next((n for n in plan.nodes.values() if n.kind == "transfer" and not n.data["to"]), None) if plan else None
    if plan is None or node is None:
        return Triage(0.6, "a person takes it", topics)
    return Triage(float(node.data["threshold"]), _next(plan, plan.nodes.get(node.on.get("unsure", ""))), topics)


def _next(plan: "Plan", node: "Node | None") -> str:
    if node is not None and node.kind == "ask":
        asked = " ".join(str(field["ask"][1]) for field in node.data["fields"].values() if field.get("ask"))
        return f"the customer is asked: {asked}"
    team = plan.settings.get("escalate", {}).get("to") or "people"
    return f"a person takes it ({team})" if node is None or node.kind == "escalate" else f"goes on at `{node.kind}`"
