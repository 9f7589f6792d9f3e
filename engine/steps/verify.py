"""`verify`: proves who the customer is."""

from engine.project.containers import ListOf, MapOf
from engine.project.grant import Silence
from engine.project.scalars import NAME, Number, Ref, Right
from engine.project.shape import Declaration, Reader, Schema, Section, key
from engine.project.step import OTHERWISE, Otherwise, StepKind
from engine.syntax import Text

__all__ = ["Verify", "Way"]


_PROVED = Right(
    email="An address that the platform itself has verified.",
    external_id="The id under which your own system signs the customer in.",
)


class Way(Declaration):
    """One way to prove it: facts that the customer is asked for, or what the channel's own sign-in has proved. A read
    tool finds the customer by them."""

    WHAT = "a way of `verify`"
    by: Text | None = key(
        "by",
        Ref("tool", right=True),
        doc="The read tool that matches the facts.",
        example="customers.match",
        required=True,
    )
    facts: list[Text] | None = key(
        "with", ListOf(NAME, least=1), doc="What the customer is asked for: arguments of the tool.",
        example="[email, postcode]",
    )  # fmt: skip
    proved: dict[str, tuple[Text, Text | None]] | None = key(
        "signed_in", MapOf(_PROVED, names=NAME, what="an argument of the tool", least=1),
        doc="In place of `with`: what the channel's own sign-in proves. Nobody is asked, and no claim counts.",
        example="{customer_id: external_id}",
    )  # fmt: skip

    def finish(self, reader: Reader) -> None:
        """One of the two."""
        there = {"with", "signed_in"} & {*self.at, *self.broken}
        if not there:
            self.broken.add("with")
            message = "a way of `verify` needs `with` or `signed_in`: what the tool finds the customer by"
            reader.error("missing-key", self.place, message, tip="for example `with: [email, postcode]`")
        elif {"with", "signed_in"} <= set(self.at):
            self.broken.add("signed_in")
            message = "a way is by what the customer is asked, or by a sign-in: make two ways of `with` and `signed_in`"
            reader.error("wrong-shape", self.at["signed_in"].place, message)

    @classmethod
    def demands(cls) -> Schema:
        """The same as `finish`."""
        return {**super().demands(), "oneOf": [{"required": ["with"]}, {"required": ["signed_in"]}]}


class Verify(StepKind):
    """Proves who the customer is, by matching facts through a read tool or by the channel's own sign-in. Of several
    ways, a sign-in comes first, then the first whose facts were said already; the others are asked for in their order,
    each once the customer could not answer the one before. The tool's result becomes `customer`."""

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
