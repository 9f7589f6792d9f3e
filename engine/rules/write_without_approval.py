"""A write above the project's amount that no person has to approve."""

from engine.diagnostics import Sink
from engine.project.contract import json_of
from engine.project.scalars import Amount
from engine.rules.base import Case, Rule
from engine.rules.grants import Written, is_broken, money_arguments, writes
from engine.rules.logic import contradict
from engine.rules.route import to_write

__all__ = ["RULE"]


def check(case: Case, sink: Sink) -> None:
    """`floors.approval_above` of engine.yaml, for every write with an amount: where the lines of `only_if` hold and
    the amount is above the floor, some line of `approve` applies."""
    floors = case.project.settings.floors if case.project.settings else None
    if floors is None or floors.approval_above is None:
        return
    for written in writes(case):
        if not is_broken(written, "approve", "only_if"):
            for argument in money_arguments(written.tool):
                _argument(written, argument, floors.approval_above, sink)


def _argument(written: Written, argument: str, floor: Amount, sink: Sink) -> None:
    lines = written.grant.approve or []
    conditions = [(json_of(expr), True) for expr in written.grant.only_if or ()]
    conditions.append((["cmp", ["name", argument], [">", ["num", str(floor.value)]]], True))
    conditions += [(["lit", True] if line.test is None else json_of(line.test), False) for line in lines]
    if contradict(conditions):
        return
    message = (
        f"a `{written.tool.name}` of more than {floor.value} {floor.currency} needs a person's approval in this "
        f"project, and that cannot be shown here"
    )
    tip = f"add a line to `approve` whose `if` is `{argument} > {floor.value}` or wider, or none"
    place = written.spot("approve")
    sink.error("write-without-approval", place, message, tip=tip, path=to_write(written))


RULE = Rule(
    "write-without-approval",
    check,
    floor=True,
    why="Above this amount the project wants a person to look before money moves, whatever a flow says.",
    mend="Add a line to `approve` that covers every amount above the project's.",
)
