"""Lines of `approve` that too few people could decide: each needs a person of its own."""

from collections.abc import Mapping, Sequence
from itertools import combinations, islice, product

from engine.diagnostics import Label, Sink
from engine.project.contract import json_of
from engine.project.grant import Approval, Fallback
from engine.project.settings import Team
from engine.rules.base import Case, Rule
from engine.rules.grants import Written, is_broken, writes
from engine.rules.logic import contradict
from engine.syntax import Text

__all__ = ["RULE"]

_MOST = 6
"""Lines that are looked at together."""
_MOST_TURNS = 500
"""Combinations of the teams that these lines may stand at."""
Teams = Mapping[str, tuple[Text, Team | None]]


def check(case: Case, sink: Sink) -> None:
    """The smallest group of lines that may apply to one call and whose teams have fewer people than lines."""
    teams = (case.project.settings.teams if case.project.settings else None) or {}
    for written in writes(case):
        lines = [line for line in written.grant.approve or () if line.by is not None and _people(line, teams)]
        if not is_broken(written, "approve", "only_if"):
            _grant(written, lines[:_MOST], teams, sink)


def _people(line: Approval | Fallback, teams: Teams) -> set[str]:
    """Each once, however the address is written: by that the store tells who decided (`engine.store.beginning`)."""
    _, team = teams.get(line.by.value if line.by else "", (None, None))
    return {person.value.strip().casefold() for person in (team.people if team else None) or ()}


def _turns(line: Approval, teams: Teams) -> list[set[str]]:
    """Whoever may have to decide it: each team that it passes on to has its turn alone."""
    found = [_people(asked, teams) for asked in line.asked]
    return [people for people in found if people]


def _grant(written: Written, lines: list[Approval], teams: Teams, sink: Sink) -> None:
    given = [(json_of(expr), True) for expr in written.grant.only_if or ()]
    for size in range(2, len(lines) + 1):
        for group in combinations(lines, size):
            tests = [(json_of(line.test), True) for line in group if line.test is not None]
            turns = islice(product(*(_turns(line, teams) for line in group)), _MOST_TURNS)
            short = next((turn for turn in turns if not _enough(turn)), None)
            if short is not None and not contradict([*given, *tests]):
                _report(group, set.union(*short), sink)
                return


def _enough(candidates: Sequence[set[str]]) -> bool:
    """Whether each line finds a person who decides no other one (Hall: any group of lines has as many people)."""
    return all(
        len(set.union(*group)) >= size
        for size in range(1, len(candidates) + 1)
        for group in combinations(candidates, size)
    )


def _report(group: Sequence[Approval], people: set[str], sink: Sink) -> None:
    *others, last = group
    labels = [Label(line.by.place, "and so does this line") for line in others if line.by is not None]
    have = f"only {sorted(people)[0]} belongs" if len(people) == 1 else f"only {len(people)} people belong"
    message = f"{len(group)} lines of `approve` may apply to one call, each needs another person, and {have} to them"
    if last.by is not None:
        sink.error("same-approver", last.by.place, message, labels=labels, tip="name another team, or add people to it")


RULE = Rule(
    "same-approver",
    check,
    why="Lines are decided by different people; with too few of them, nobody could ever let the call through.",
    mend="Name another team in one of the lines, or add people to the team.",
)
