"""`transfer`: the flows that a ticket can come into, with their rights."""

from collections.abc import Iterator

from engine.compile import Compiled
from engine.diff.difference import Loosening, Spot
from engine.plan import Node

__all__ = ["looser"]


def looser(strict: Compiled, loose: Compiled) -> Iterator[Loosening]:
    """A flow that a ticket could not come into from here."""
    before = _targets(strict)
    for target, node in _targets(loose).items():
        if target not in before:
            name = f"`{target}`" if target else "any flow"
            yield Loosening(
                "transfer", Spot(strict.flow.spot("steps")), Spot(loose.graph.places[node.id], target),
                f"a ticket can come into {name} now", f"a ticket can no longer come into {name}",
            )  # fmt: skip


def _targets(flow: Compiled) -> dict[str, Node]:
    """Empty for the one that chooses among all flows."""
    return {node.data["to"] or "": node for node in flow.plan.nodes.values() if node.kind == "transfer"}
