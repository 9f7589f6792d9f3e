"""A team that has to decide or to take over, and has nobody in it."""

from engine.diagnostics import Label, Sink
from engine.rules.base import Case, Rule
from engine.rules.references import used

__all__ = ["RULE"]


def check(case: Case, sink: Sink) -> None:
    """Reported where the team is relied on."""
    teams = (case.project.settings.teams if case.project.settings else None) or {}
    for _, text in used(case, "team"):
        name, team = teams.get(text.value, (None, None))
        if team is not None and name is not None and not team.people and "people" not in team.broken:
            labels = (Label(name.place, "it is declared here"),)
            sink.error("empty-team", text.place, f"nobody belongs to the team `{text.value}`", labels=labels)


RULE = Rule(
    "empty-team",
    check,
    why=(
        "Nobody could decide the approval or take the ticket over, so it would wait until its deadline and the "
        "customer with it."
    ),
    mend="Add people to the team in engine.yaml, or name a team that has some.",
)
