"""An amount or a number that a flow may write without an upper bound, or an amount that may be zero or less."""

from engine.diagnostics import Sink
from engine.rules.base import Case, Rule
from engine.rules.grants import Quantity, Written, amounts, bounds, is_broken, numbers, writes
from engine.rules.route import to_write

__all__ = ["RULE"]


def check(case: Case, sink: Sink) -> None:
    """Every amount has both bounds, those in lists by their sum. Any other number has an upper one, or a person who
    approves every call. A bound that whoever chooses the call chooses too is none."""
    for written in writes(case):
        if is_broken(written, "only_if"):
            continue
        for amount in amounts(written.tool):
            _amount(written, amount, sink)
        always = any(line.test is None for line in written.grant.approve or ())
        for number in numbers(written.tool) if not always else ():
            if not bounds(written, number).upper and not is_broken(written, "approve"):
                tip = f"write `{number.shown} <= ...` with a fact or a number, or an `approve` without `if`"
                _report(written, number, "bounds", "from above", tip, sink)


def _amount(written: Written, amount: Quantity, sink: Sink) -> None:
    found = bounds(written, amount)
    tip = f"write `0 < {amount.shown} <= ...` as a line of `only_if`, with a fact or a number as the bound"
    if not found.upper:
        _report(written, amount, "bounds", "from above", tip, sink)
    elif not found.above_zero:
        _report(written, amount, "keeps", "above zero", tip, sink)


def _report(written: Written, quantity: Quantity, does: str, where: str, tip: str, sink: Sink) -> None:
    said = f"no line of `only_if` {does} `{quantity.shown}` of `{written.tool.name}` {where}"
    if quantity.tree is None:
        said = f"`{quantity.shown}` of `{written.tool.name}` stands where no condition reaches it"
        tip = "let the tool take it as an argument, in a record, or in one list"
    sink.error("write-without-bound", written.spot("only_if"), said, tip=tip, path=to_write(written))


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
