"""`set`: names a value."""

from engine.project.scalars import NAME, TEMPLATE, Expr
from engine.project.shape import key
from engine.project.step import StepKind
from engine.syntax import Text

__all__ = ["Set"]


class Set(StepKind):
    """Names a value. A text that is exactly one `{{ }}` keeps its type."""

    WORD = "set"
    WHAT = "the step `set`"
    name: Text | None = key("set", NAME, doc="The name.", example="open_amount", required=True)
    value: Expr | None = key(
        "to", TEMPLATE, doc="The value.", example='"{{ order.total - order.refunded }}"', required=True
    )
