"""A grant that is looser than what engine.yaml fixes for its tool."""

from collections.abc import Iterator
from itertools import combinations
from typing import Any

from engine.compile.flow import subject_json
from engine.compile.typing import expect, gate_names
from engine.diagnostics import Label, Place, Sink
from engine.expressions import infer
from engine.project.contract import json_of
from engine.project.grant import Approval, Limit
from engine.project.settings import WriteFloor
from engine.rules.base import Case, Rule
from engine.rules.grants import Written, as_narrow, grants, is_broken, text_of
from engine.rules.logic import contradict, implies
from engine.rules.route import to_write
from engine.syntax import Broken
from engine.types import BOOL

__all__ = ["RULE"]


def check(case: Case, sink: Sink) -> None:
    """For every flow that is granted the tool: its gates imply the floor, or that can't be shown. A read has `only_if`
    alone."""
    floors = case.project.settings.floors if case.project.settings else None
    for floor in (floors.writes if floors else None) or ():
        for written in grants(case):
            if floor.tool is not None and floor.tool.value == written.tool.name:
                sound = _typed(written, floor, sink)
                if sound and not floor.broken and not is_broken(written, "only_if", "limit", "confirm", "approve"):
                    for place, message, tip in _lacking(written, floor):
                        _report(written, floor, place, message, tip, sink)


def _typed(written: Written, floor: WriteFloor, sink: Sink) -> bool:
    """Whether the floor says something of this tool's calls: a grant that lacks what is misspelt lacks nothing."""
    own = Sink()
    names = gate_names(written.flow, written.tool)
    for expr in (*([floor.when] if floor.when else []), *(floor.only_if or ())):
        if not isinstance(expr.tree, Broken):
            expect(expr, infer(expr.tree, names, own, expr.text), BOOL, "condition", own)
    for found in own.ordered():
        sink.add(found)
    return len(own) == 0


def _report(written: Written, floor: WriteFloor, place: Place, message: str, tip: str, sink: Sink) -> None:
    which = f" where `{text_of(floor.when)}`" if floor.when else ""
    said = f"this project wants {message} for every `{written.tool.name}`{which}, and that cannot be shown here"
    labels = (Label(floor.place, "engine.yaml fixes it here"),)
    sink.error("below-floor", place, said, tip=tip, labels=labels, path=to_write(written))


def _lacking(written: Written, floor: WriteFloor) -> Iterator[tuple[Place, str, str]]:
    """(where, what the floor wants, what would mend it)"""
    given = [json_of(expr) for expr in written.grant.only_if or ()]
    given += [json_of(floor.when)] if floor.when else []
    if contradict([(tree, True) for tree in given]):
        return  # the grant lets no such call through
    spot = written.grant.spot
    for expr in floor.only_if or ():
        if not implies(given, json_of(expr)):
            line = text_of(expr)
            yield spot("only_if") if written.grant.at else written.place, f"`{line}`", f"add `{line}` to `only_if`"
    if not written.tool.writes:
        return  # what else the floor wants is found where it stands
    if floor.approvers and not _approved(given, written.grant.approve or [], floor.approvers):
        people = "a person's approval" if floor.approvers == 1 else f"the approval of {floor.approvers} people"
        condition = f", if: {text_of(floor.when)}" if floor.when else ""
        tip = f"add a line to `approve`: `{{by: TEAM{condition}, within: 2 business days, otherwise: escalate}}`"
        yield _place(written, "approve"), people, tip
    if floor.confirm and not written.grant.asks_customer:
        yield _place(written, "confirm"), "the customer's yes", "write `confirm:` with the question"
    for limit in floor.limit or ():
        if not any(_meets(own, limit) for own in written.grant.limit or ()):
            yield _place(written, "limit"), f"the limit `{limit.text.value}`", f"add `{limit.text.value}` to `limit`"


def _place(written: Written, key: str) -> Place:
    return written.spot(key)


def _approved(given: list[Any], lines: list[Approval], people: int) -> bool:
    """Fewer than `people` lines apply only where all of some `len(lines) - people + 1` of them do not."""
    tests = [["lit", True] if line.test is None else json_of(line.test) for line in lines]
    known = [(tree, True) for tree in given]
    return len(tests) >= people and all(
        contradict([*known, *((test, False) for test in idle)]) for idle in combinations(tests, len(tests) - people + 1)
    )


def _meets(own: Limit, floor: Limit) -> bool:
    return subject_json(own) == subject_json(floor) and as_narrow(own, floor)


RULE = Rule(
    "below-floor",
    check,
    floor=True,
    why="The project has fixed how such a call is gated, and this flow would let it through with less.",
    mend="Add the line that the tip names to the grant, or have the floor in `engine.yaml` changed by whoever set it.",
)
