"""`escalate`: hands off to people."""

from typing import Any

from engine.project.containers import Either
from engine.project.scalars import SLUG, Ref
from engine.project.shape import Declaration, Outline, Reader, Schema, Section, Shape, key
from engine.project.step import StepKind
from engine.syntax import Node, Nothing, Text

__all__ = ["Escalate", "Target"]


class Target(Declaration):
    """To whom, and why."""

    WHAT = "`escalate`"
    to: Text | None = key("to", Ref("team"), doc="The team.", example="billing")
    because: Text | None = key("because", SLUG, doc="A word for reports.", example="missing-order")


class _Target(Shape):
    says = "a team, or `{to: TEAM, because: WORD}`"

    def read(self, node: Node, reader: Reader) -> Any:
        """A team's name, a `Target`, or None where nothing stands."""
        if isinstance(node, Nothing):
            return None
        return _NAMED.read(node, reader)

    def schema(self, outline: Outline) -> Schema:
        """Nothing, a name, or an object."""
        return {"anyOf": [{"type": "null"}, *_NAMED.schema(outline)["anyOf"]]}


_NAMED = Either(_Target.says, text=Ref("team"), entries=Section(Target))


class Escalate(StepKind):
    """Hands off to people, with the handoff package. The ticket stays open."""

    WORD = "escalate"
    WHAT = "the step `escalate`"
    target: Text | Target | None = key(
        "escalate", _Target(), doc="The team, where it is not the flow's own.", example="billing"
    )
