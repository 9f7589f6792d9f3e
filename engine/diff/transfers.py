"""`transfer`: the flows that a ticket can come into, with their rights, and how well they have to fit."""

from collections.abc import Iterator
from decimal import Decimal

from engine.compile import Compiled
from engine.diagnostics import Place
from engine.diff.difference import Loosening, Spot
from engine.diff.matched import nodes, step_of
from engine.plan import Node
from engine.steps.transfer import Routing, Transfer

__all__ = ["looser"]


def looser(strict: Compiled, loose: Compiled) -> Iterator[Loosening]:
    """A flow that a ticket could not come into from here, or that need not fit as well."""
    before = _targets(strict)
    for target, node in _targets(loose).items():
        if target not in before:
            name = f"`{target}`" if target else "any flow"
            yield Loosening(
                "transfer", Spot(strict.flow.spot("steps")), Spot(loose.graph.places[node.id], target),
                f"a ticket can come into {name} now", f"a ticket can no longer come into {name}",
            )  # fmt: skip
    for was, now in zip(_chosen(strict), _chosen(loose), strict=False):
        least, now_least = Decimal(was.data["threshold"]), Decimal(now.data["threshold"])
        if now_least < least:
            yield Loosening(
                "threshold", Spot(_spot(strict, was), str(least)), Spot(_spot(loose, now), str(now_least)),
                f"a ticket goes on in a flow that fits less well: {now_least}, not {least}",
                f"a flow that a ticket goes on in has to fit better: {least}, not {now_least}",
            )  # fmt: skip


def _chosen(flow: Compiled) -> list[Node]:
    """Where the flow is found by the examples of all."""
    return [node for node in nodes(flow, "transfer") if node.data["to"] is None]


def _spot(flow: Compiled, node: Node) -> Place:
    step = step_of(flow, node)
    assert isinstance(step, Transfer)
    return step.to.spot("threshold") if isinstance(step.to, Routing) else step.place


def _targets(flow: Compiled) -> dict[str, Node]:
    """Empty for the one that chooses among all flows."""
    return {node.data["to"] or "": node for node in nodes(flow, "transfer")}
