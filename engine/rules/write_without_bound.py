"""An amount that a flow may write without an upper bound, or one that admits zero or less."""

from engine.diagnostics import Sink
from engine.rules.base import Case, Rule
from engine.rules.grants import Written, bounds, is_broken, money_arguments, writes

__all__ = ["RULE"]


def check(case: Case, sink: Sink) -> None:
    """For every argument that is money. A bound that the call's own arguments choose is none."""
    for written in writes(case):
        if not is_broken(written, "only_if"):
            for argument in money_arguments(written.tool):
                _argument(written, argument, sink)


def _argument(written: Written, argument: str, sink: Sink) -> None:
    found = bounds(written, argument)
    place = written.grant.at.get("only_if", written.place)
    tip = f"write `0 < {argument} <= ...` as a line of `only_if`, with a fact or a number as the bound"
    if found.upper is None:
        message = f"no line of `only_if` bounds `{argument}` of `{written.tool.name}` from above"
        sink.error("write-without-bound", place, message, tip=tip)
    elif not found.above_zero:
        message = f"no line of `only_if` keeps `{argument}` of `{written.tool.name}` above zero"
        sink.error("write-without-bound", place, message, tip=tip)


RULE = Rule(
    "write-without-bound",
    check,
    floor=True,
    why=(
        "An amount without an upper bound may be anything that a customer claims or a model writes. Zero or less "
        "would be as wrong."
    ),
    mend="Add `0 < amount <= ...` under `only_if`, bounded by a number or by a fact such as `order.total`.",
)
