"""`each`: the same steps for each element of a list."""

from engine.project.scalars import EXPRESSION, NAME, TEMPLATE, Expr, Number
from engine.project.shape import Reader, Schema, key
from engine.project.step import OTHERWISE, STEPS, Otherwise, StepKind
from engine.syntax import Text

__all__ = ["Each"]


class Each(StepKind):
    """The same steps for each element of a list, one after the other. What they name is known inside alone; `gives`
    is collected in a list. A list that is longer than `most` is not begun."""

    WORD = "each"
    WHAT = "the step `each`"
    CAN = ("too_many",)

    item: Text | None = key("each", NAME, doc="The name of the element.", example="item", required=True)
    items: Expr | None = key("in", EXPRESSION, doc="The list.", example="order.items", required=True)
    most: int | None = key("most", Number("1", "100", whole=True), doc="How many at most.", example="20", required=True)
    body: list[StepKind] | None = key(
        "do", STEPS, doc="What is done for each.", example="[{tool: labels.make, with: {sku: item.sku}, as: label}]",
        required=True,
    )  # fmt: skip
    gives: Expr | None = key("gives", TEMPLATE, doc="What is kept of each.", example='"{{ label.url }}"')
    name: Text | None = key("as", NAME, doc="The name of the list of these.", example="labels")
    otherwise: Otherwise | None = key(
        "otherwise", OTHERWISE, doc="What follows a list that is too long.", example="{too_many: escalate}"
    )

    def finish(self, reader: Reader) -> None:
        """What is kept has a name, and what has a name is kept."""
        for one, other in (("gives", "as"), ("as", "gives")):
            if one in self.at and other not in {*self.at, *self.broken}:
                reader.error("missing-key", self.at[one].place, f"`{one}` needs `{other}`: {self.KEYS[other].doc}")

    @classmethod
    def demands(cls) -> Schema:
        """The same as `finish`."""
        return {**super().demands(), "dependencies": {"gives": ["as"], "as": ["gives"]}}
