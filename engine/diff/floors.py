"""Floors of engine.yaml: what the project asked of every grant, it still asks."""

from collections.abc import Iterator
from typing import Any

from engine.compile.flow import subject_json
from engine.diff.difference import Loosening, Spot
from engine.diff.facts import Names, common, named
from engine.project import Project
from engine.project.contract import json_of
from engine.project.settings import Floors, WriteFloor
from engine.rules.grants import as_narrow, text_of
from engine.rules.logic import implies

__all__ = ["looser"]


def looser(strict: Project, loose: Project) -> Iterator[Loosening]:
    """The amount above which people approve, and each demand on single tools."""
    before, after = _floors(strict), _floors(loose)
    if before is None or loose.settings is None:
        return
    here = (after or loose.settings).spot("writes", "floors")
    yield from _amount(before, after, loose)
    for floor in before.writes or ():
        tool = floor.tool.value if floor.tool else ""
        names = _names(strict, loose, tool)
        same = [own for own in (after.writes if after else None) or () if own.tool and own.tool.value == tool]
        covering = [own for own in same if _covers(floor, own, names)]
        for demand in _lost(floor, covering, names):
            where = f" where `{text_of(floor.when)}`" if floor.when else ""
            yield Loosening(
                "floors", Spot(floor.place, demand), Spot(here),
                f"the project no longer asks for `{demand}`{where}",
                f"the project asks for `{demand}` now{where}", tool,
            )  # fmt: skip


def _floors(project: Project) -> Floors | None:
    return project.settings.floors if project.settings else None


def _amount(before: Floors, after: Floors | None, loose: Project) -> Iterator[Loosening]:
    was = before.approval_above
    now = after.approval_above if after else None
    if was is None or (now is not None and now.currency == was.currency and now.value <= was.value):
        return
    text, other = was.text.value, now.text.value if now else ""
    place = now.text.place if now else (after or loose.settings or before).spot("floors")
    said = f"people approve above {other or 'nothing'}, not above {text}"
    yield Loosening(
        "floors", Spot(was.text.place, text), Spot(place, other), said, f"people approve above {text} now"
    )  # fmt: skip


def _names(strict: Project, loose: Project, tool: str) -> tuple[Names, Names]:
    if tool in strict.tools and tool in loose.tools:
        return common(strict.tools[tool], loose.tools[tool])
    return {}, {}


def _covers(floor: WriteFloor, own: WriteFloor, names: tuple[Names, Names]) -> bool:
    """Whether every call that the floor was about is one that the other is about."""
    given = [named(json_of(floor.when), names[0])] if floor.when else []
    return own.when is None or implies(given, named(json_of(own.when), names[1]))


def _lost(floor: WriteFloor, covering: list[WriteFloor], names: tuple[Names, Names]) -> Iterator[str]:
    """What the floor asks and none of the others does."""
    if floor.approvers and not any((own.approvers or 0) >= floor.approvers for own in covering):
        yield f"approvers: {floor.approvers}"
    if floor.confirm and not any(own.confirm for own in covering):
        yield "confirm: required"
    limits = [limit for own in covering for limit in own.limit or ()]
    for limit in floor.limit or ():
        subject = named(subject_json(limit), names[0])
        if not any(named(subject_json(own), names[1]) == subject and as_narrow(own, limit) for own in limits):
            yield f"limit: {limit.text.value}"
    lines: list[Any] = [named(json_of(expr), names[1]) for own in covering for expr in own.only_if or ()]
    given = [*lines, *([named(json_of(floor.when), names[0])] if floor.when else [])]
    for expr in floor.only_if or ():
        if not implies(given, named(json_of(expr), names[0])):
            yield f"only_if: {text_of(expr)}"
