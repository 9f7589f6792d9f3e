"""A write of which nobody said whether the customer is asked first."""

from engine.diagnostics import Sink
from engine.rules.base import Case, Rule
from engine.rules.grants import writes
from engine.rules.route import to_write

__all__ = ["RULE"]


def check(case: Case, sink: Sink) -> None:
    """`confirm` is a text, or `no`; it is never left out."""
    for written in writes(case):
        if "confirm" not in {*written.grant.at, *written.grant.broken}:
            message = f"`{written.tool.name}` changes the world: say how the customer consents"
            tip = 'write `confirm: "..."`, the question that the customer must say yes to, or `confirm: no`'
            sink.error("write-without-confirm", written.place, message, tip=tip, path=to_write(written))


RULE = Rule(
    "write-without-confirm",
    check,
    floor=True,
    why="Customers are not to be surprised by what is done in their name.",
    mend="Write the question that they must say yes to, or `confirm: no` if they need not be asked.",
)
