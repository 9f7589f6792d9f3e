"""What an ignore silences, what it can't, and what is wrong with one."""

from pathlib import Path

import pytest

from engine.check import Checked
from engine.rules import BELOW, RULES
from tests.golden.case import checked, rules

STEPS = "steps:\n  - close: solved\n"
DEAD = "  - reply: Nobody reads this."


def said(found: Checked) -> list[str]:
    return [f"{one.place.line}:{one.place.column} {one.message} | {one.tip}" for one in found.diagnostics]


@pytest.mark.parametrize(
    "flow",
    [
        STEPS + DEAD + " # engine: ignore[unreachable-step] for June\n",
        STEPS + "  # engine: ignore[unreachable-step] for June\n" + DEAD + "\n",
        STEPS + "  # engine: ignore[unreachable-step] for June\n\n  # more\n" + DEAD + "\n",
        STEPS + '  - reply: "{{ ticket.nme }}" # engine: ignore[unreachable-step] for June\n',
        'steps:\n  - reply: "{{ ticket.nme + 1 | round }}" # engine: ignore[unknown-field, filter-binds-tighter] why\n'
        "  - close: solved\n",
    ],
)
def test_silenced(tmp_path: Path, flow: str) -> None:
    assert said(checked(tmp_path, flow)) == []


def test_an_ignore_inside_a_text_is_none(tmp_path: Path) -> None:
    flow = STEPS + "  - reply: |\n      # engine: ignore[unreachable-step] why\n"
    assert rules(checked(tmp_path, flow)) == ["unreachable-step"]
    flow = STEPS + "  - reply: 'Hi # engine: ignore[unreachable-step] why'\n"
    assert rules(checked(tmp_path, flow)) == ["unreachable-step"]


def test_only_findings_of_its_line_and_its_rule(tmp_path: Path) -> None:
    wrong = '  - reply: "{{ ticket.nme }}"'
    found = checked(tmp_path, f"steps:\n{wrong}\n{wrong}  # engine: ignore[unknown-field] why\n  - close: solved\n")
    assert [(one.rule, one.place.line) for one in found.diagnostics] == [("unknown-field", 6)]


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("# engine: ignore[unreachable-step]",
         ["7:31 an ignore needs a reason: `# engine: ignore[unreachable-step] why` | ", "7:5 no ticket"]),
        ("# engine: ignore[unreachable-stp] why",
         ["7:5 no ticket", "7:48 there is no rule `unreachable-stp` | did you mean `unreachable-step`?"]),
        ("# engine: ignore[nonsense] why",
         ["7:5 no ticket", "7:48 there is no rule `nonsense` | `engine explain` lists all rules"]),
        ("# engine: ignore unreachable-step", ["in brackets | write `# engine: ignore[rule] why`", "7:5 no ticket"]),
        ("# engine: ignroe[unreachable-step] why", ["`ignroe` means nothing here | write", "7:5 no ticket"]),
        ("# engine: ignore[unreachable-step, wrong-type] why",
         ["7:66 no finding of `wrong-type` stands on line 7 to be ignored | "]),
        ("# engine: ignore[unreachable-step, tool-not-granted] why", ["`tool-not-granted` is a floor"]),
        ("# engine: ignore[unreachable-step, yaml] why", ["what `yaml` finds is not read or not there at all"]),
        ("# engine: see the handbook", ["7:5 no ticket"]),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_ignore(tmp_path: Path, comment: str, expected: list[str]) -> None:
    found = said(checked(tmp_path, f"{STEPS}{DEAD} {comment}\n"))
    assert len(found) == len(expected), found
    assert all(any(part in one for one in found) for part in expected), found


def test_an_ignore_that_nothing_follows(tmp_path: Path) -> None:
    [found] = said(checked(tmp_path, STEPS + "# engine: ignore[wrong-type] why\n"))
    assert "no finding of `wrong-type` stands on the lines below" in found


@pytest.mark.parametrize("rule", sorted(name for name, rule in {**RULES, **BELOW}.items() if not rule.ignorable))
def test_floors_and_what_was_not_read_stay(tmp_path: Path, rule: str) -> None:
    found = rules(checked(tmp_path, f"{STEPS}# engine: ignore[{rule}] in a hurry\n"))
    assert found == ["unused-ignore"]


def test_a_misspelt_step_can_not_be_ignored_away(tmp_path: Path) -> None:
    """Else a `verify` that nobody reads would be left out of the plan."""
    flow = "steps:\n  - verfy: []  # engine: ignore[unknown-step] we know\n  - close: solved\n"
    assert rules(checked(tmp_path, flow)) == ["unknown-step", "unused-ignore"]


def test_what_could_not_be_read_makes_no_ignore_unused(tmp_path: Path) -> None:
    flow = f"{STEPS}{DEAD} # engine: ignore[unreachable-step] for June\n"
    assert rules(checked(tmp_path, flow.replace("close: solved", "clse: solved"))) == ["unknown-step"]
    assert rules(checked(tmp_path, flow + "  - [\n")) == ["yaml"]
    tools = "- tool: a.b\n  effect: reed\n"
    assert "unused-ignore" not in rules(checked(tmp_path, flow, tools__more=tools))


def test_ignores_of_engine_yaml_and_tools(tmp_path: Path) -> None:
    from tests.golden.case import BASE

    text = (BASE / "engine.yaml").read_text(encoding="utf-8")
    late = text + "silence: {remind: [9d], within: 5d, otherwise: close}  # engine: ignore[late-reminder] tried out\n"
    assert rules(checked(tmp_path, STEPS, engine=late)) == []
    assert rules(checked(tmp_path, STEPS, engine=text + "# engine: ignore[late-reminder] tried out\n")) == [
        "unused-ignore"
    ]
