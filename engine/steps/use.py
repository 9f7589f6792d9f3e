"""`use`: the steps of a shared piece, in place."""

from typing import Any

from engine.project.containers import MapOf
from engine.project.scalars import NAME, TEMPLATE, Ref
from engine.project.shape import key
from engine.project.step import StepKind
from engine.syntax import Text

__all__ = ["Use"]


class Use(StepKind):
    """The steps of a shared piece, put in place: a file of `flows/` with `gives`. This flow grants the tools, and its
    silence, knowledge and guardrails hold. What the piece names is its own; what it gives is known under `as`."""

    WORD = "use"
    WHAT = "the step `use`"

    piece: Text | None = key("use", Ref("piece"), doc="The shared piece.", example="find-order", required=True)
    arguments: dict[str, tuple[Text, Any]] | None = key(
        "with", MapOf(TEMPLATE, names=NAME, what="a name that the piece takes"), doc="What the piece takes, by name.",
        example='{days: "{{ rules.days }}"}',
    )  # fmt: skip
    name: Text | None = key("as", NAME, doc="The name of what the piece gives.", example="found")
