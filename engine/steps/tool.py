"""`tool`: one call, through all its gates."""

from typing import Any

from engine.project.binding import VALUES
from engine.project.grant import Silence
from engine.project.scalars import NAME, Ref
from engine.project.shape import Section, key
from engine.project.step import OTHERWISE, Otherwise, StepKind
from engine.syntax import Text

__all__ = ["Call"]


class Call(StepKind):
    """One call of a tool, through all gates of the flow's grant."""

    WORD = "tool"
    WHAT = "the step `tool`"
    CAN = ("refused", "declined", "silent", "rejected", "late")

    tool: Text | None = key("tool", Ref("tool"), doc="The tool.", example="orders.get", required=True)
    arguments: dict[str, tuple[Text, Any]] | None = key(
        "with",
        VALUES,
        doc="The arguments, by name; an amount of money with its currency, a record as a mapping.",
        example='{order_id: "{{ details.order.id }}", amount: 10 EUR}',
    )
    name: Text | None = key("as", NAME, doc="The name of the result.", example="order")
    silence: Silence | None = key(
        "silence", Section(Silence), doc="How long to wait for the customer's yes.",
        example="{within: 2d, otherwise: close}",
    )  # fmt: skip
    otherwise: Otherwise | None = key(
        "otherwise", OTHERWISE, doc="What follows if it does not work, by cause.", example="{refused: escalate}"
    )
