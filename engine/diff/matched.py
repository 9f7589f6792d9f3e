"""Steps of both sides that are the same one, by the nodes that they came to."""

from collections.abc import Iterator

from engine.compile import Compiled
from engine.plan import Node
from engine.project.step import StepKind

__all__ = ["matched", "nodes", "step_of"]


def nodes(flow: Compiled, kind: str) -> list[Node]:
    """Those of a kind, in the plan's order."""
    return [node for node in flow.plan.nodes.values() if node.kind == kind]


def matched(strict: Compiled, loose: Compiled, kind: str) -> Iterator[tuple[Node, Node]]:
    """Nodes of the same name, then the others in their order: a name may be changed."""
    before, after = ({node.id: node for node in nodes(flow, kind)} for flow in (strict, loose))
    yield from ((before[name], after[name]) for name in before.keys() & after.keys())
    yield from zip(
        [node for name, node in before.items() if name not in after],
        [node for name, node in after.items() if name not in before], strict=False,
    )  # fmt: skip


def step_of(flow: Compiled, node: Node) -> StepKind:
    """The step that the node is the entry of."""
    return next(record.step for record in flow.graph.steps if record.entry == node.id)
