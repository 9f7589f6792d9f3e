"""A write above the project's amount that no person has to approve."""

from engine.diagnostics import Sink
from engine.project.contract import json_of
from engine.project.scalars import Amount
from engine.rules.base import Case, Rule
from engine.rules.grants import Quantity, Written, amounts, is_broken, writes
from engine.rules.logic import contradict
from engine.rules.route import to_write

__all__ = ["RULE"]


def check(case: Case, sink: Sink) -> None:
    """`floors.approval_above` of engine.yaml, for every write with an amount: where the lines of `only_if` hold and
    the amount is above the floor, some line of `approve` applies. Of another currency nothing can be shown."""
    floors = case.project.settings.floors if case.project.settings else None
    if floors is None or floors.approval_above is None:
        return
    for written in writes(case):
        if not is_broken(written, "approve", "only_if"):
            for amount in amounts(written.tool):
                if not _approved(written, amount, floors.approval_above):
                    _report(written, amount, floors.approval_above, sink)


def _approved(written: Written, amount: Quantity, floor: Amount) -> bool:
    lines = written.grant.approve or []
    if any(line.test is None for line in lines):
        return True
    if amount.tree is None or amount.currency not in (floor.currency, None):
        return False
    conditions = [(json_of(expr), True) for expr in written.grant.only_if or ()]
    conditions.append((["cmp", amount.tree, [">", ["num", str(floor.value)]]], True))
    return contradict([*conditions, *((json_of(line.test), False) for line in lines)])


def _report(written: Written, amount: Quantity, floor: Amount, sink: Sink) -> None:
    foreign = amount.currency not in (floor.currency, None)
    message = (
        f"a `{written.tool.name}` of more than {floor.value} {floor.currency} needs a person's approval in this "
        f"project, and that cannot be shown here" + (f": it is in {amount.currency}" if foreign else "")
    )
    tip = f"add a line to `approve` whose `if` is `{amount.shown} > {floor.value}` or wider, or none"
    if foreign or amount.tree is None:
        tip = "add a line to `approve` without `if`"
    sink.error("write-without-approval", written.spot("approve"), message, tip=tip, path=to_write(written))


RULE = Rule(
    "write-without-approval",
    check,
    floor=True,
    why="Above this amount the project wants a person to look before money moves, whatever a flow says.",
    mend="Add a line to `approve` that covers every amount above the project's.",
)
