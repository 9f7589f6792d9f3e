"""`transfer`: goes on in another flow."""

from decimal import Decimal

from engine.project.containers import Either
from engine.project.scalars import Choice, Number, Ref
from engine.project.shape import Declaration, Section, key
from engine.project.step import OTHERWISE, Otherwise, StepKind
from engine.syntax import Text

__all__ = ["Routing", "Transfer"]


class Routing(Declaration):
    """To the flow whose `start` fits best."""

    WHAT = "a transfer by `start`"
    by: Text | None = key(
        "by",
        Choice(start="The flow whose examples fit best."),
        doc="By the examples of all flows.",
        example="start",
        required=True,
    )
    threshold: Decimal | None = key(
        "threshold", Number("0", "1"), doc="Below this, `unsure`.", example="0.6", required=True
    )


class Transfer(StepKind):
    """Goes on in another flow, with the conversation and the facts so far."""

    WORD = "transfer"
    WHAT = "the step `transfer`"
    CAN = ("unsure",)
    to: Text | Routing | None = key(
        "transfer", Either("the name of a flow, or `{by: start, threshold: 0.6}`", text=Ref("flow"),
                           entries=Section(Routing)), doc="The flow.", example="order-status", required=True,
    )  # fmt: skip
    otherwise: Otherwise | None = key(
        "otherwise", OTHERWISE, doc="What follows if no flow fits well enough.", example="{unsure: escalate}"
    )
