"""An amount or a number that a flow may write without an upper bound, or an amount that may be zero or less."""

from engine.diagnostics import Sink
from engine.rules.base import Case, Rule
from engine.rules.grants import Written, bounds, is_broken, money_arguments, number_arguments, writes
from engine.rules.route import to_write

__all__ = ["RULE"]


def check(case: Case, sink: Sink) -> None:
    """Every argument that is money has both bounds. Any other number has an upper one, or a person who approves every
    call. A bound that the call's own arguments choose is none."""
    for written in writes(case):
        if is_broken(written, "only_if"):
            continue
        for argument in money_arguments(written.tool):
            _amount(written, argument, sink)
        always = any(line.test is None for line in written.grant.approve or ())
        for argument in number_arguments(written.tool) if not always else ():
            if not bounds(written, argument).upper and not is_broken(written, "approve"):
                message = f"no line of `only_if` bounds `{argument}` of `{written.tool.name}` from above"
                tip = f"write `{argument} <= ...` with a fact or a number, or an `approve` without `if`"
                _report(written, message, tip, sink)


def _amount(written: Written, argument: str, sink: Sink) -> None:
    found = bounds(written, argument)
    tip = f"write `0 < {argument} <= ...` as a line of `only_if`, with a fact or a number as the bound"
    if not found.upper:
        message = f"no line of `only_if` bounds `{argument}` of `{written.tool.name}` from above"
        _report(written, message, tip, sink)
    elif not found.above_zero:
        message = f"no line of `only_if` keeps `{argument}` of `{written.tool.name}` above zero"
        _report(written, message, tip, sink)


def _report(written: Written, message: str, tip: str, sink: Sink) -> None:
    place = written.spot("only_if")
    sink.error("write-without-bound", place, message, tip=tip, path=to_write(written))


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
