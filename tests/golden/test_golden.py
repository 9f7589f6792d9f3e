"""Golden files: every wrong project with exactly the findings it gets, every right one with its plan.

`sound/` has more right ones, which are checked and nothing more.

For the page of each rule, `mended/` holds what is right in place of its first wrong case.

`pytest tests/golden --update-golden` rewrites what is expected. A case is `wrong/<rule>[-n].yaml`, one flow in the
project of `base/`, or a folder `wrong/<rule>[-n]/` whose files are laid over it. To one without flows, `least.yaml` is
added: a project has one.
"""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.check import Checked, check
from engine.diagnostics.render import renderer
from engine.rules import BELOW, RULES

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
WRONG = sorted(path for path in (HERE / "wrong").iterdir() if path.suffix != ".out")
RIGHT = sorted(path for path in (HERE / "right").iterdir() if path.suffix != ".json")
SOUND = sorted((HERE / "sound").iterdir())
MENDED = sorted((HERE / "mended").iterdir())


def laid_out(case: Path, folder: Path) -> Path:
    """The case as a project of its own."""
    shutil.copytree(HERE / "base", folder, dirs_exist_ok=True)
    if case.is_dir():
        shutil.copytree(case, folder, dirs_exist_ok=True)
    else:
        (folder / "flows").mkdir(exist_ok=True)
        shutil.copy(case, folder / "flows" / case.name)
    if not (folder / "flows").is_dir() and case.name != "no-flow":
        (folder / "flows").mkdir()
        shutil.copy(HERE / "least.yaml", folder / "flows")
    return folder


def compare(expected: Path, text: str, update: bool) -> None:
    if update:
        expected.write_text(text, encoding="utf-8")
    assert expected.is_file(), f"{expected.name} is missing: run with --update-golden and read what it says"
    assert text == expected.read_text(encoding="utf-8")


def found(checked: Checked) -> str:
    return renderer("text")(checked.diagnostics, checked.project.sources, False)


@pytest.mark.parametrize("case", WRONG, ids=lambda path: path.stem)
def test_wrong(case: Path, tmp_path: Path, update_golden: bool) -> None:
    checked = check([laid_out(case, tmp_path / "project")])
    rules = {diagnostic.rule for diagnostic in checked.diagnostics}
    assert checked.diagnostics
    assert rule_of(case) in rules, f"{case.name} is named for a rule that it does not break: {rules}"
    compare(case.with_name(f"{case.stem}.out"), found(checked), update_golden)


def rule_of(case: Path) -> str:
    """The case's name without its number."""
    head, _, number = case.stem.rpartition("-")
    return head if number.isdigit() else case.stem


def plans(checked: Checked) -> Iterator[tuple[str, str]]:
    for name, plan in checked.plans.items():
        yield name, json.dumps(plan.to_json(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def test_the_sample_shop_is_right(update_golden: bool) -> None:
    checked = check([ROOT / "flows"])
    assert found(checked) == ""
    assert set(checked.plans) >= {"triage", "faq", "order-status", "refund", "human"}
    for name, text in plans(checked):
        compare(HERE / "right" / f"{name}.shop.json", text, update_golden)


@pytest.mark.parametrize("case", RIGHT, ids=lambda path: path.stem)
def test_right(case: Path, tmp_path: Path, update_golden: bool) -> None:
    checked = check([laid_out(case, tmp_path / "project")])
    assert found(checked) == ""
    for name, text in plans(checked):
        expected = f"{case.name}.{name}.json" if case.is_dir() else f"{case.stem}.json"
        compare(case.with_name(expected), text, update_golden)


@pytest.mark.parametrize("case", SOUND, ids=lambda path: path.stem)
def test_sound(case: Path, tmp_path: Path) -> None:
    """Flows as support leads write them: not even a warning."""
    assert found(check([laid_out(case, tmp_path / "project")])) == ""


@pytest.mark.parametrize("case", MENDED, ids=lambda path: path.stem)
def test_mended(case: Path, tmp_path: Path) -> None:
    """What docs/rules.md says would be right in place of a wrong file."""
    assert found(check([laid_out(case, tmp_path / "project")])) == ""


def test_every_rule_has_a_golden_pair_and_what_would_be_right() -> None:
    covered = {rule_of(case) for case in WRONG}
    assert {*RULES, *BELOW} <= covered
    shown = {*RULES, *BELOW} - {"encoding", "too-large", "flow-without-test"}
    assert {case.stem for case in MENDED} == shown, "each rule has its first wrong case mended"
    lines = [line for out in (HERE / "wrong").glob("*.out") for line in out.read_text(encoding="utf-8").splitlines()]
    said = {line.rpartition("[")[2].rstrip("]") for line in lines if line.endswith("]") and ".yaml:" in line}
    assert said <= {*RULES, *BELOW}, "a finding of a rule that is not listed"
