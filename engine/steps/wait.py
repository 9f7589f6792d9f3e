"""`wait`: for a reply, an event, or a time."""

from engine.project.containers import ListOf, MapOf
from engine.project.durations import Span
from engine.project.scalars import DURATION, TEMPLATE, Choice, Expr
from engine.project.shape import Declaration, Reader, Schema, Section, key
from engine.project.start import EVENT
from engine.project.step import STEPS, StepKind
from engine.syntax import Text

__all__ = ["Branch", "Wait"]


class Branch(Declaration):
    """What to wait for: exactly one of `event`, `reply` and `time`."""

    WHAT = "a branch of `wait`"
    event: Text | None = key(
        "event", EVENT, doc="A named event of this ticket.", example="parcel.delivered",
    )  # fmt: skip
    where: dict[str, tuple[Text, Expr | None]] | None = key(
        "where", MapOf(TEMPLATE, what="a field of the event"), doc="Fields of the event that must match.",
        example='{order_id: "{{ order.id }}"}',
    )  # fmt: skip
    reply: Text | None = key(
        "reply", Choice(any="Whatever the customer writes."), doc="Any message of the customer.", example="any"
    )
    time: Span | None = key("time", DURATION, doc="So long.", example="3d")
    then: list[StepKind] | None = key("then", STEPS, doc="What follows; without it, the next step.", example="[...]")

    @property
    def kind(self) -> str | None:
        """The key that says what is waited for."""
        return next((word for word in ("event", "reply", "time") if word in self.at), None)

    def finish(self, reader: Reader) -> None:
        """Exactly one thing to wait for."""
        kinds = [word for word in ("event", "reply", "time") if word in self.at]
        if not kinds and self.broken.isdisjoint(("event", "reply", "time")):
            reader.error("missing-key", self.place, "a branch of `wait` needs `event`, `reply` or `time`")
        for second in kinds[1:]:
            message = f"a branch waits for one thing: `{kinds[0]}` stands here already, beside `{second}`"
            reader.error("wrong-shape", self.at[second].place, message)

    @classmethod
    def demands(cls) -> Schema:
        """The same as `finish`."""
        return {"oneOf": [{"required": [word]} for word in ("event", "reply", "time")]}


class Wait(StepKind):
    """Waits for the customer's reply, a named event, or a time; the first match wins. An event counts if it came
    earlier in the ticket."""

    WORD = "wait"
    WHAT = "the step `wait`"
    branches: list[Branch] | None = key(
        "wait", ListOf(Section(Branch), least=1), doc="What to wait for.",
        example="[{reply: any}, {time: 3d, then: [{close: withdrawn}]}]", required=True,
    )  # fmt: skip
