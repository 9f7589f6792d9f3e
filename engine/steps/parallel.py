"""`parallel`: branches at once."""

from engine.project.containers import MapOf
from engine.project.scalars import NAME
from engine.project.shape import key
from engine.project.step import STEPS, StepKind
from engine.syntax import Text

__all__ = ["Parallel"]


class Parallel(StepKind):
    """Branches at once, each a list of steps that only look things up. What they name is known behind; none sees what
    another names. Nothing inside waits, writes, speaks or ends the ticket; where one goes to people, all do."""

    WORD = "parallel"
    WHAT = "the step `parallel`"

    branches: dict[str, tuple[Text, list[StepKind] | None]] | None = key(
        "parallel", MapOf(STEPS, names=NAME, what="the name of a branch", least=2), doc="The branches, by name.",
        example="{order: [{tool: orders.get, with: {...}, as: order}], rules: [{search: returns, as: rules}]}",
        required=True,
    )  # fmt: skip

    def told_apart(self) -> list[str]:
        """By the names of the branches: what stands in them changes no id."""
        return sorted(self.branches or {})
