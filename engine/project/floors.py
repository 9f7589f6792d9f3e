"""engine.yaml: what no flow can be looser than."""

from engine.project.containers import ListOf
from engine.project.grant import LIMIT, Limit
from engine.project.scalars import AMOUNT, EXPRESSION, Amount, Choice, Expr, Number, Ref
from engine.project.shape import Declaration, Reader, Schema, Section, key
from engine.syntax import Text

__all__ = ["Floors", "WriteFloor"]


class WriteFloor(Declaration):
    """What the gates of a tool have to be at the least, in every flow that is granted it."""

    WHAT = "a floor"
    tool: Text | None = key(
        "tool", Ref("tool", right=True), doc="The write, or a read.", example="payments.refund", required=True
    )
    when: Expr | None = key(
        "when", EXPRESSION, doc="The calls that it is about, over what a grant sees; without it, all of them.",
        example="amount > 500",
    )  # fmt: skip
    approvers: int | None = key(
        "approvers", Number("1", "5", whole=True), doc="How many people approve such a call.", example="2"
    )
    confirm: Text | None = key(
        "confirm",
        Choice(required="There is always a question."),
        doc="The customer says yes to such a call first.",
        example="required",
    )
    limit: list[Limit] | None = key(
        "limit", ListOf(LIMIT, one=True), doc="Each is met by a limit that is as narrow.", example="[1 per order_id]"
    )
    only_if: list[Expr] | None = key(
        "only_if", ListOf(EXPRESSION, one=True), doc="Each follows from the lines of `only_if`.",
        example="[order.customer_id == customer.id]",
    )  # fmt: skip

    def finish(self, reader: Reader) -> None:
        """Something has to be asked for."""
        if not {"approvers", "confirm", "limit", "only_if"} & set(self.at):
            message = "a floor needs one of `approvers`, `confirm`, `limit` or `only_if`"
            reader.error("missing-key", self.place, message, tip="for example `approvers: 2`")

    @classmethod
    def demands(cls) -> Schema:
        """The same as `finish`."""
        words = ("approvers", "confirm", "limit", "only_if")
        return {**super().demands(), "anyOf": [{"required": [word]} for word in words]}


class Floors(Declaration):
    """What no flow can be looser than."""

    WHAT = "floors"
    approval_above: Amount | None = key(
        "approval_above", AMOUNT, doc="A write of more than this is always approved by a person.", example="500 EUR"
    )
    writes: list[WriteFloor] | None = key(
        "writes", ListOf(Section(WriteFloor)), doc="What the gates of single tools have to be at the least.",
        example="[{tool: payments.refund, when: amount > 500, approvers: 2}]",
    )  # fmt: skip
