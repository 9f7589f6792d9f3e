"""A write above the project's amount that no person has to approve."""

from engine.diagnostics import Sink
from engine.project.contract import json_of
from engine.project.grant import Approval
from engine.project.scalars import Amount
from engine.rules.base import Case, Rule
from engine.rules.grants import Written, bounds, is_broken, money_arguments, number, writes

__all__ = ["RULE"]


def check(case: Case, sink: Sink) -> None:
    """`floors.approval_above` of engine.yaml, for every write with an amount."""
    floors = case.project.settings.floors if case.project.settings else None
    if floors is None or floors.approval_above is None:
        return
    for written in writes(case):
        if not is_broken(written, "approve", "only_if"):
            for argument in money_arguments(written.tool):
                _argument(written, argument, floors.approval_above, sink)


def _argument(written: Written, argument: str, floor: Amount, sink: Sink) -> None:
    upper = number(bounds(written, argument).upper or [])
    small = upper is not None and upper <= floor.value
    if small or any(_covers(line, argument, floor) for line in written.grant.approve or ()):
        return
    message = (
        f"a `{written.tool.name}` of more than {floor.value} {floor.currency} needs a person's approval in this "
        f"project, and that cannot be shown here"
    )
    tip = f"add a line to `approve` whose `if` is `{argument} > {floor.value}` or wider, or none"
    sink.error("write-without-approval", written.grant.at.get("approve", written.place), message, tip=tip)


def _covers(line: Approval, argument: str, floor: Amount) -> bool:
    """Whether the line applies to every amount above the floor."""
    if line.test is None:
        return "if" not in line.broken
    tree = json_of(line.test)
    if tree[:1] != ["cmp"] or len(tree) != 3 or tree[1] != ["name", argument]:
        return False
    operator, other = tree[2]
    value = number(other)
    return value is not None and operator in (">", ">=") and value <= floor.value


RULE = Rule(
    "write-without-approval",
    check,
    floor=True,
    why="Above this amount the project wants a person to look before money moves, whatever a flow says.",
    mend="Add a line to `approve` that covers every amount above the project's.",
)
