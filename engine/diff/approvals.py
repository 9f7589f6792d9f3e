"""`approve`: every call that people decided before is decided by as many of the same teams."""

from collections.abc import Iterator
from typing import Any

from engine.diff.difference import Loosening, Spot
from engine.diff.pair import Granted, Pair
from engine.project.grant import Approval, Fallback
from engine.rules.grants import text_of
from engine.rules.logic import contradict, implies

__all__ = ["changed", "looser"]


def looser(pair: Pair) -> Iterator[Loosening]:
    """Lines are matched one to one: two people are not one, even where one line covers what both decided."""
    matched = _matched(pair)
    for number, line in enumerate(pair.strict.grant.approve or ()):
        team = _team(line)
        if number not in matched:
            said = f"not all that `{team}` had to approve needs their approval, or that cannot be shown"
            mirrored = f"`{team}` have to approve now"
            yield pair.lost("approve", Spot(line.place, _words(line)), said, mirrored)
            continue
        own = matched[number]
        more = {text.value for text in own.edit or ()} - {text.value for text in line.edit or ()}
        asked = {_team(one) for one in line.asked}
        later = [_team(one) for one in own.fallbacks if _team(one) not in asked]
        for team in later:
            said, mirrored = f"`{team}` may approve now where `{_team(line)}` do not in time", f"`{team}` are not asked"
            yield pair.lost("approve", Spot(line.place, _words(line)), said, mirrored, _words(own))
        for name in sorted(more):
            said, mirrored = f"`{team}` may change `{name}` now", f"`{team}` may no longer change `{name}`"
            yield pair.lost("approve", Spot(line.place, _words(line)), said, mirrored, _words(own))
    yield from _people(pair)


def changed(pair: Pair) -> Iterator[Loosening]:
    """Another deadline. What follows it is a way of the flow, and is compared with these."""
    lines = pair.strict.grant.approve or []
    for number, own in _matched(pair).items():
        line = lines[number]
        if line.within and own.within and line.within.to_json() != own.within.to_json():
            said = f"`{_team(line)}` have {own.within.text.value} to decide, not {line.within.text.value}"
            yield pair.lost("approve", Spot(line.place, _words(line)), said, "", _words(own))


def _matched(pair: Pair) -> dict[int, Approval]:
    """Lines of the strict grant by number -> a line of the loose one that covers it, each of these once (Kuhn's
    matching). A line that no call can come to any more is covered by whatever stands there."""
    before = pair.strict.grant.approve or []
    after = pair.loose.grant.approve or []
    covered = [[n for n, own in enumerate(after) if _covers(pair, line, own)] for line in before]
    taken: dict[int, int] = {}

    def place(line: int, seen: set[int]) -> bool:
        for own in covered[line]:
            if own not in seen:
                seen.add(own)
                if own not in taken or place(taken[own], seen):
                    taken[own] = line
                    return True
        return False

    for line in range(len(before)):
        place(line, set())
    found = {line: after[own] for own, line in taken.items()}
    idle = (number for number, line in enumerate(before) if number not in found and _never(pair, line))
    return {**found, **{number: before[number] for number in idle}}


def _covers(pair: Pair, line: Approval, own: Approval) -> bool:
    given = [*pair.loose.lines, _test(pair.strict, line)]
    return _team(line) == _team(own) and implies(given, _test(pair.loose, own))


def _never(pair: Pair, line: Approval) -> bool:
    return contradict([(tree, True) for tree in (*pair.loose.lines, _test(pair.strict, line))])


def _test(granted: Granted, line: Approval) -> Any:
    return ["lit", True] if line.test is None else granted.tree(line.test)


def _people(pair: Pair) -> Iterator[Loosening]:
    """Somebody more may approve."""
    asked = (one for line in pair.strict.grant.approve or () for one in line.asked)
    for team in sorted({_team(one) for one in asked}):
        before, after = _members(pair.strict, team), _members(pair.loose, team)
        for person in sorted(set(after) - set(before)):
            said, mirrored = f"{person} of `{team}` may approve now", f"{person} of `{team}` may no longer approve"
            yield Loosening(
                "people", Spot(_team_place(pair.strict, team)), Spot(after[person].place, person), said, mirrored,
                pair.loose.tool.name,
            )  # fmt: skip


def _members(granted: Granted, team: str) -> dict[str, Any]:
    settings = granted.flow.project.settings
    _, found = ((settings.teams or {}) if settings else {}).get(team, (None, None))
    people = {text.value: text for text in (found.people if found else None) or ()}
    instead = [one.by for one in (found.substitutes if found else None) or () if one.by is not None]
    return {**{text.value: text for text in instead}, **people}


def _team_place(granted: Granted, team: str) -> Any:
    settings = granted.flow.project.settings
    text, _ = ((settings.teams or {}) if settings else {}).get(team, (None, None))
    return text.place if text else granted.spot("approve")


def _team(line: Approval | Fallback) -> str:
    return line.by.value if line.by else ""


def _words(line: Approval) -> str:
    condition = f", if: {text_of(line.test)}" if line.test else ""
    then = "".join(f", then: {_team(one)}" for one in line.fallbacks)
    return f"by: {_team(line)}{condition}{then}"
