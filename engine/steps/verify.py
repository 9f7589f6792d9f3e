"""`verify`: proves who the customer is."""

from engine.project.containers import ListOf
from engine.project.grant import Silence
from engine.project.scalars import NAME, Number, Ref
from engine.project.shape import Declaration, Section, key
from engine.project.step import OTHERWISE, Otherwise, StepKind
from engine.syntax import Text

__all__ = ["Verify", "Way"]


class Way(Declaration):
    """One way to prove it: facts that a read tool matches."""

    WHAT = "a way of `verify`"
    by: Text | None = key(
        "by", Ref("tool"), doc="The read tool that matches the facts.", example="customers.match", required=True
    )
    facts: list[Text] | None = key(
        "with", ListOf(NAME, least=1), doc="What the customer is asked for: arguments of the tool.",
        example="[email, postcode]", required=True,
    )  # fmt: skip


class Verify(StepKind):
    """Proves who the customer is, by matching facts through a read tool; several ways, in the order in which the
    customer can answer. The tool's result becomes `customer`."""

    WORD = "verify"
    WHAT = "the step `verify`"
    CAN = ("failed", "silent")

    ways: list[Way] | None = key(
        "verify", ListOf(Section(Way), least=1), doc="The ways, in order.",
        example="[{by: customers.match, with: [email, postcode]}]", required=True,
    )  # fmt: skip
    attempts: int | None = key(
        "attempts", Number("1", "10", whole=True), doc="Tries per ticket, over transfers.", example="3", default=3
    )
    silence: Silence | None = key(
        "silence", Section(Silence), doc="How long to wait for the customer.", example="{within: 2d, otherwise: close}"
    )
    otherwise: Otherwise | None = key(
        "otherwise", OTHERWISE, doc="What follows if it does not work.", example="escalate"
    )
