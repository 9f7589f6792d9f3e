"""Agent steps: the tools that a model may ask for, and how far it may go."""

from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from engine.compile import Compiled
from engine.diff.difference import Loosening, Spot
from engine.plan import Node

__all__ = ["looser"]

_BOUNDS = ("model_calls", "customer_turns", "cost", "time")


def looser(strict: Compiled, loose: Compiled) -> Iterator[Loosening]:
    """More agents that hold a write; an agent of the same name with wider bounds."""
    before, after = _holding(strict), _holding(loose)
    for tool, count in after.items():
        if count > before[tool]:
            holder = next(node for node in _agents(loose) if tool in node.data["tools"])
            yield Loosening(
                "agent", Spot(strict.flow.spot("steps")), Spot(loose.graph.places[holder.id], holder.data["goal"]),
                "an agent may ask for it now, where none did or fewer", "fewer agents may ask for it", tool,
            )  # fmt: skip
    yield from _bounds(strict, loose)


def _holding(flow: Compiled) -> Counter[str]:
    """Write -> how many agents may ask for it."""
    tools = flow.project.tools
    return Counter(tool for node in _agents(flow) for tool in node.data["tools"] if tools[tool].writes)


def _bounds(strict: Compiled, loose: Compiled) -> Iterator[Loosening]:
    known = {node.id: node for node in _agents(strict)}
    for node in _agents(loose):
        before = known.get(node.id)
        for bound in _BOUNDS if before else ():
            was, now = before.data["max"].get(bound) if before else None, node.data["max"].get(bound)
            if was is not None and (now is None or _size(now) > _size(was)):
                yield Loosening(
                    "max", Spot(strict.graph.places[node.id], f"{bound}: {_shown(was)}"),
                    Spot(loose.graph.places[node.id], "" if now is None else f"{bound}: {_shown(now)}"),
                    f"the agent `{node.id}` has more of `{bound}`: {_shown(now or 'any')}, not {_shown(was)}",
                    f"the agent `{node.id}` has less of `{bound}`: {_shown(was)}, not {_shown(now or 'any')}",
                )  # fmt: skip


def _size(bound: Any) -> Decimal:
    """How much it allows; of times in seconds, a business day counting as a day."""
    if isinstance(bound, Mapping):
        return Decimal(bound.get("seconds", 0)) + Decimal(bound.get("business_days", 0)) * 86400
    return Decimal(bound)


def _shown(bound: Any) -> str:
    if isinstance(bound, Mapping):
        return f"{bound['seconds']} s" if "seconds" in bound else f"{bound['business_days']} business days"
    return str(bound)


def _agents(flow: Compiled) -> list[Node]:
    return [node for node in flow.plan.nodes.values() if node.kind == "agent"]
