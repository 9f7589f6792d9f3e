"""`engine validate` and `engine compile`."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from engine.check import check
from engine.cli import validate  # noqa: F401
from engine.diagnostics import Diagnostic, Place, Severity
from engine.plan.revision import canonical
from tests.cli.conftest import Engine, write_flow

WRONG = "steps:\n  - reply: Hello\n"
"""Falls off its end."""


def test_a_sound_project(engine: Engine, project: Path) -> None:
    assert engine("validate") == (0, "", "1 flow, 3 tools: no findings\n")


def test_findings(engine: Engine, project: Path) -> None:
    write_flow(project, "wrong", WRONG)
    ran = engine("validate")
    assert ran.status == 1
    assert ran.out.startswith("flows/wrong.yaml:")
    assert "[falls-off-end]" in ran.out
    assert "\x1b" not in ran.out
    assert ran.err == "2 flows, 3 tools: 1 error\n"


def test_findings_as_json(engine: Engine, project: Path) -> None:
    write_flow(project, "wrong", WRONG)
    ran = engine("validate", "--format", "json")
    assert ran.status == 1
    (found,) = json.loads(ran.out)["findings"]
    assert (found["rule"], found["place"]["path"]) == ("falls-off-end", "flows/wrong.yaml")


def test_no_findings_as_json(engine: Engine, project: Path) -> None:
    ran = engine("validate", "--format", "json")
    assert (ran.status, json.loads(ran.out)["findings"]) == (0, [])


def test_a_single_flow_is_said_to_be_one_of_several(engine: Engine, project: Path) -> None:
    write_flow(project, "wrong", WRONG)
    assert engine("validate", "flows/hello.yaml") == (0, "", "1 of 2 flows, 3 tools: no findings\n")
    assert engine("validate", "flows/hello.yaml", "flows/wrong.yaml").status == 1


def test_from_below_the_project(engine: Engine, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project / "tools")
    assert engine("validate").status == 0


def test_strict_counts_warnings(engine: Engine, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    warning = Diagnostic("odd", Severity.WARNING, "this is odd", Place("flows/hello.yaml", 1, 1, 1, 5))
    sound = check([project])
    odd = type(sound)(sound.project, sound.plans, (warning,))
    monkeypatch.setattr("engine.check.check", lambda paths, root: odd)
    ran = engine("validate")
    assert (ran.status, ran.err) == (0, "1 flow, 3 tools: 1 warning\n")
    assert "this is odd" in ran.out
    assert engine("validate", "--strict").status == 1


@pytest.mark.parametrize("argv", [["nowhere"], ["flows/nope.yaml"], ["--format", "xml"]])
def test_wrong_usage(argv: list[str], engine: Engine, project: Path) -> None:
    ran = engine("validate", *argv)
    assert (ran.status, ran.out) == (2, "")


def test_no_project(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ran = engine("validate")
    assert ran.status == 2
    assert "no engine.yaml" in ran.err


def test_two_projects(engine: Engine, project: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "engine.yaml").write_text("")
    ran = engine("validate", project, tmp_path / "other")
    assert ran.status == 2
    assert "2 projects" in ran.err


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"[" * 200_000, b"a: \xf0\x9f\x92\xa9\x00", b"\n" * 10])
def test_hostile_files_are_findings(content: bytes, engine: Engine, project: Path) -> None:
    (project / "flows" / "odd.yaml").write_bytes(content)
    (project / "engine.yaml").write_bytes(content)
    ran = engine("validate")
    assert ran.status == 1
    assert "engine.yaml:" in ran.out


@pytest.mark.parametrize(("no_color", "tinted"), [("", True), ("1", False)])
def test_colour_on_a_terminal(no_color: str, tinted: bool, project: Path) -> None:
    write_flow(project, "wrong", WRONG)
    ours, theirs = pty.openpty()
    environment = {**os.environ, "NO_COLOR": no_color, "PYTHONPATH": str(Path(__file__).parents[2])}
    ran = subprocess.run(
        [sys.executable, "-m", "engine.cli", "validate"],
        stdout=theirs, stderr=subprocess.PIPE, env=environment, timeout=60, check=False,
    )  # fmt: skip
    os.close(theirs)
    shown = os.read(ours, 100_000)
    os.close(ours)
    assert ran.returncode == 1
    assert (b"\x1b[31m" in shown) is tinted


def test_compile_gives_the_canonical_plan(engine: Engine, project: Path) -> None:
    ran = engine("compile", "hello")
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.encode() == canonical(check([project]).plans["hello"].to_json()) + b"\n"
    assert engine("compile", "flows/hello.yaml") == ran
    assert engine("compile", "hello", "--project", project / "flows") == ran


def test_compile_keeps_its_bytes_in_any_encoding(project: Path) -> None:
    write_flow(project, "hello", "steps:\n  - reply: Grüße €\n  - close: solved\n")
    environment = {"PYTHONIOENCODING": "ascii", "PYTHONPATH": str(Path(__file__).parents[2])}
    ran = subprocess.run(
        [sys.executable, "-m", "engine.cli", "compile", "hello"], capture_output=True, env=environment, check=False
    )
    assert "Grüße €".encode() in ran.stdout


def test_compile_refuses_what_does_not_validate(engine: Engine, project: Path) -> None:
    write_flow(project, "wrong", WRONG)
    ran = engine("compile", "hello")  # flows depend on each other
    assert ran.status == 1
    assert ran.out.startswith("flows/wrong.yaml:")


def test_compile_of_what_is_not_there(engine: Engine, project: Path) -> None:
    ran = engine("compile", "helo")
    assert (ran.status, ran.out) == (2, "")
    assert "did you mean `hello`?" in ran.err
