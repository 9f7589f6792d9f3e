"""`repeat`: the same steps until something holds."""

from engine.project.scalars import EXPRESSION, Expr, Number
from engine.project.shape import key
from engine.project.step import OTHERWISE, STEPS, Otherwise, StepKind

__all__ = ["Repeat"]


class Repeat(StepKind):
    """The same steps until a condition holds after them, at most so many times. What they name stays known."""

    WORD = "repeat"
    WHAT = "the step `repeat`"
    CAN = ("exhausted",)

    most: int | None = key(
        "repeat", Number("1", "100", whole=True), doc="How many times at most.", example="5", required=True
    )
    until: Expr | None = key(
        "until", EXPRESSION, doc="What ends it, judged after each time.", example="parcel.status == 'delivered'",
        required=True,
    )  # fmt: skip
    body: list[StepKind] | None = key("do", STEPS, doc="What is done.", example="[{wait: [{time: 1d}]}]", required=True)
    otherwise: Otherwise | None = key(
        "otherwise", OTHERWISE, doc="What follows if it never holds.", example="{exhausted: escalate}"
    )
