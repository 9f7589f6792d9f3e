"""`switch`: one way for each word."""

from engine.project.containers import MapOf
from engine.project.scalars import EXPRESSION, STRING, Expr
from engine.project.shape import key
from engine.project.step import STEPS, StepKind
from engine.syntax import Text

__all__ = ["Switch"]


class Switch(StepKind):
    """One way for each word that a value may be. Words of a list that have no case need an `else`."""

    WORD = "switch"
    WHAT = "the step `switch`"
    value: Expr | None = key(
        "switch", EXPRESSION, doc="The value: a word or a text.", example="details.reason", required=True
    )
    cases: dict[str, tuple[Text, list[StepKind] | None]] | None = key(
        "cases", MapOf(STEPS, names=STRING, what="a word", least=1), doc="What follows each word.",
        example="{damaged: [{close: solved}]}", required=True,
    )  # fmt: skip
    other: list[StepKind] | None = key(
        "else", STEPS, doc="What follows any other word; without it, the next step.", example="[escalate]"
    )
