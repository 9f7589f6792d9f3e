"""`search`: passages from the flow's knowledge."""

from engine.project.containers import ListOf
from engine.project.scalars import NAME, TEMPLATE, Expr, Number, Ref
from engine.project.shape import key
from engine.project.step import StepKind
from engine.syntax import Text

__all__ = ["Search"]


class Search(StepKind):
    """Passages from the flow's knowledge, with scores; those in the customer's language come before others. Finding
    none is an empty list."""

    WORD = "search"
    WHAT = "the step `search`"

    query: Expr | None = key("search", TEMPLATE, doc="What to look for.", example="refund after 30 days", required=True)
    name: Text | None = key("as", NAME, doc="The name of the passages.", example="rules", required=True)
    collections: list[Text] | None = key(
        "in", ListOf(Ref("collection"), least=1), doc="Some of the flow's collections.", example="[policies]"
    )
    limit: int | None = key("limit", Number("1", "20", whole=True), doc="How many.", example="5", default=5)
