"""`if`: one way or the other."""

from engine.project.scalars import EXPRESSION, Expr
from engine.project.shape import key
from engine.project.step import STEPS, StepKind

__all__ = ["If"]


class If(StepKind):
    """One way or the other. The condition is a bool; a value that may be missing is guarded first."""

    WORD = "if"
    WHAT = "the step `if`"
    test: Expr | None = key("if", EXPRESSION, doc="The condition.", example="order.total > 50", required=True)
    then: list[StepKind] | None = key("then", STEPS, doc="Where it holds.", example="[{close: solved}]", required=True)
    other: list[StepKind] | None = key("else", STEPS, doc="Where it does not.", example="[{close: denied}]")
