"""Agent steps: the tools that a model may ask for, how far it may go, and the policy that it is held to."""

from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from engine.compile import Compiled
from engine.diff.difference import Loosening, Spot
from engine.diff.matched import matched, nodes, step_of
from engine.diff.texts import apart
from engine.plan import Node
from engine.steps.agent import Agent

__all__ = ["looser"]

_BOUNDS = ("model_calls", "customer_turns", "cost", "time")


def looser(strict: Compiled, loose: Compiled) -> Iterator[Loosening]:
    """More agents that hold a write; an agent of the same name with wider bounds; one without its policy."""
    before, after = _holding(strict), _holding(loose)
    for tool, count in after.items():
        if count > before[tool]:
            holder = next(node for node in nodes(loose, "agent") if tool in node.data["tools"])
            yield Loosening(
                "agent", Spot(strict.flow.spot("steps")), Spot(loose.graph.places[holder.id], holder.data["goal"]),
                "an agent may ask for it now, where none did or fewer", "fewer agents may ask for it", tool,
            )  # fmt: skip
    yield from _bounds(strict, loose)
    yield from _policies(strict, loose)


def _holding(flow: Compiled) -> Counter[str]:
    """Write -> how many agents may ask for it."""
    tools = flow.project.tools
    return Counter(tool for node in nodes(flow, "agent") for tool in node.data["tools"] if tools[tool].writes)


def _bounds(strict: Compiled, loose: Compiled) -> Iterator[Loosening]:
    known = {node.id: node for node in nodes(strict, "agent")}
    for node in nodes(loose, "agent"):
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


def _policies(strict: Compiled, loose: Compiled) -> Iterator[Loosening]:
    """Whether a text is weaker than another is for people to say: what changed at all is told either way round."""
    for before, after in matched(strict, loose, "agent"):
        was, now = _text(strict, before), _text(loose, after)
        if was is None or was == now:
            continue
        name, there = after.id, _policy_spot(strict, before)
        if now is None:
            yield Loosening(
                "policy", there, Spot(loose.graph.places[name]), f"the agent `{name}` keeps to no policy any more",
                f"the agent `{name}` keeps to a policy now",
            )  # fmt: skip
        elif not was or not now:
            here, message = _policy_spot(loose, after), f"the policy of the agent `{name}` cannot be compared"
            yield Loosening("policy", there, here, message)
        else:
            path, other = before.data["policy"]["path"], after.data["policy"]["path"]
            message = f"the agent `{name}` keeps to another text, which cannot be compared"
            yield Loosening("policy", *apart(path, was, other, now), message)


def _text(flow: Compiled, agent: Node) -> str | None:
    """The policy; None where it has none, empty where that could not be read."""
    return flow.project.sources.get(agent.data["policy"]["path"], "") if "policy" in agent.data else None


def _policy_spot(flow: Compiled, agent: Node) -> Spot:
    step = step_of(flow, agent)
    assert isinstance(step, Agent), "an agent's node is its step's entry"
    return Spot(step.spot("policy"), agent.data["policy"]["path"])
