"""`engine validate` and `engine compile`."""

import json
import os
import pty
import subprocess
import sys
import termios
from collections.abc import Mapping
from pathlib import Path

import pytest

from engine.check import check
from engine.cli import validate  # noqa: F401
from engine.diagnostics import Diagnostic, Place, Severity
from engine.diagnostics.outcome import Outcome
from engine.plan.revision import canonical
from tests.cli.conftest import Engine, write_flow

WRONG = "steps:\n  - reply: Hello\n"
"""Falls off its end."""


def test_a_sound_project(engine: Engine, project: Path) -> None:
    assert engine("validate") == (0, "", "1 flow, 8 tools: no findings\n")


def test_findings(engine: Engine, project: Path) -> None:
    write_flow(project, "wrong", WRONG)
    ran = engine("validate")
    assert ran.status == 1
    assert ran.out.startswith("flows/wrong.yaml:")
    assert "[falls-off-end]" in ran.out
    assert "\x1b" not in ran.out
    assert ran.err == "2 flows, 8 tools: 1 error. `engine explain falls-off-end` says more\n"


def test_what_could_be_mended_is_counted(engine: Engine, project: Path) -> None:
    write_flow(project, "wrong", "steps:\n  - rpely: Hello\n  - clse: solved\n  - closed: solved\n")
    ran = engine("validate")
    assert ran.err == (
        "2 flows, 8 tools: 3 errors. `engine validate --fix` mends 3; `engine explain unknown-step` says more\n"
    )
    assert engine("validate", "--format", "json").err == "2 flows, 8 tools: 3 errors\n"


def test_findings_as_json(engine: Engine, project: Path) -> None:
    write_flow(project, "wrong", WRONG)
    ran = engine("validate", "--format", "json")
    assert ran.status == 1
    (found,) = json.loads(ran.out)["findings"]
    assert (found["rule"], found["place"]["path"]) == ("falls-off-end", "flows/wrong.yaml")


def test_no_findings_as_json(engine: Engine, project: Path) -> None:
    ran = engine("validate", "--format", "json")
    assert (ran.status, json.loads(ran.out)["findings"]) == (0, [])


def test_what_has_no_lines_is_shown_without(engine: Engine, project: Path) -> None:
    os.mkfifo(project / "flows" / "pipe.yaml")
    said = "flows/pipe.yaml:1:1: this cannot be read: it is no file [unreadable-file]\n"
    assert engine("validate")[:2] == (1, said)


def test_a_folder_of_articles_that_goes_is_missed(engine: Engine, project: Path) -> None:
    assert engine("validate").out == ""
    (project / "knowledge").rename(project / "articles")
    assert "[unreadable-knowledge]" in engine("validate").out
    (project / "articles").rename(project / "knowledge")
    assert engine("validate").out == ""


def test_a_single_flow_is_said_to_be_one_of_several(engine: Engine, project: Path) -> None:
    write_flow(project, "wrong", WRONG)
    assert engine("validate", "flows/hello.yaml") == (0, "", "1 of 2 flows, 8 tools: no findings\n")
    assert engine("validate", "flows/hello.yaml", "flows/wrong.yaml").status == 1


def test_from_below_the_project(engine: Engine, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project / "tools")
    assert engine("validate").status == 0


def test_strict_counts_warnings(engine: Engine, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    warning = Diagnostic("odd", Severity.WARNING, "this is odd", Place("flows/hello.yaml", 1, 1, 1, 5))
    monkeypatch.setattr("engine.check.outcome", lambda root, **others: Outcome(1, 8, (warning,)))
    ran = engine("validate")
    assert (ran.status, ran.err) == (0, "1 flow, 8 tools: 1 warning. `engine explain odd` says more\n")
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


def on_a_terminal(*argv: str, columns: int = 80, environment: Mapping[str, str] | None = None) -> str:
    """What `engine validate` shows on a terminal of so many columns."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, columns))
    outside = {"NO_COLOR": "", "FORCE_COLOR": "", "TERM": "xterm", "PYTHONPATH": str(Path(__file__).parents[2])}
    kept = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    ran = subprocess.run(
        [sys.executable, "-m", "engine.cli", "validate", *argv],
        stdout=theirs, stderr=subprocess.PIPE, env={**kept, **outside, **(environment or {})}, timeout=60, check=False,
    )  # fmt: skip
    os.close(theirs)
    shown = os.read(ours, 100_000)
    os.close(ours)
    assert ran.returncode == 1
    return shown.decode()


@pytest.mark.parametrize(
    ("argv", "environment", "tinted"),
    [
        ((), {}, True),
        ((), {"NO_COLOR": "1"}, False),
        ((), {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        ((), {"TERM": "dumb"}, False),
        (("--color", "never"), {"FORCE_COLOR": "1"}, False),
        (("--color", "always"), {"NO_COLOR": "1"}, True),
        (("--format", "json"), {}, False),
        (("--format", "github", "--color", "always"), {}, False),
    ],
)
def test_colour_on_a_terminal(argv: tuple[str, ...], environment: dict[str, str], tinted: bool, project: Path) -> None:
    write_flow(project, "wrong", WRONG)
    assert ("\x1b[31m" in on_a_terminal(*argv, environment=environment)) is tinted


@pytest.mark.parametrize(
    ("argv", "environment", "tinted"),
    [
        ((), {}, False),
        ((), {"FORCE_COLOR": "1"}, True),
        ((), {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        (("--color", "always"), {}, True),
        (("--color", "auto"), {}, False),
    ],
)
def test_colour_elsewhere(
    argv: tuple[str, ...], environment: dict[str, str], tinted: bool, engine: Engine, project: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.setenv(name, environment.get(name, ""))
    write_flow(project, "wrong", WRONG)
    assert ("\x1b[31m" in engine("validate", *argv).out) is tinted


@pytest.mark.parametrize("columns", [50, 80, 120])
def test_carets_stand_under_the_word_on_a_narrow_terminal(columns: int, project: Path) -> None:
    write_flow(
        project, "wrong", f"steps:\n  - reply: '{'word ' * 30}{{{{ tickt.id }}}} {'word ' * 30}'\n  - close: solved\n"
    )
    _, line, carets, *_ = on_a_terminal("--color", "never", columns=columns).splitlines()
    assert len(line) <= columns
    assert line[carets.index("^") :].startswith("tickt")
    assert carets.count("^") == len("tickt")


def test_paths_of_a_repository(engine: Engine, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """GitHub counts paths from the checked-out repository, wherever the command runs."""
    write_flow(project, "wrong", WRONG)
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    assert engine("validate", "--format", "github").out.startswith("::error file=flows/wrong.yaml,")
    monkeypatch.chdir(project.parent)
    assert engine("validate", project.name, "--format", "github").out.startswith("::error file=shop/flows/wrong.yaml,")
    monkeypatch.chdir(project / "flows")
    assert engine("validate", ".", "--format", "github").out.startswith("::error file=flows/wrong.yaml,")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(project.parent))
    assert engine("validate", ".", "--format", "github").out.startswith("::error file=shop/flows/wrong.yaml,")
    [result] = json.loads(engine("validate", ".", "--format", "sarif").out)["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "shop/flows/wrong.yaml"


def test_sarif_has_the_page_of_every_rule(engine: Engine, project: Path) -> None:
    ran = engine("validate", "--format", "sarif")
    assert ran.status == 0
    rules = json.loads(ran.out)["runs"][0]["tool"]["driver"]["rules"]
    assert {"unknown-key", "yaml", "write-without-identity"} <= {
        rule["id"] for rule in rules if rule["help"]["markdown"]
    }


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


def test_a_missing_key_is_an_error_and_a_note_where_nothing_runs(
    engine: Engine, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_flow(project, "hello", "steps: [{close: solved}]\n")
    file = project / "engine.yaml"
    house = "models:\n  house: {use: openai, model: m, base_url: 'http://10.0.0.5/v1'}\n"
    file.write_text(file.read_text("utf-8").replace("models:\n", house, 1), "utf-8")
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    line = "the model `sonnet` needs the environment variable ANTHROPIC_API_KEY"
    for more, status, kind in (
        ([], 1, "error"), ([], 1, "error"), (["--no-cache"], 1, "error"), (["--no-keys"], 0, "note"),
    ):  # fmt: skip
        ran = engine("validate", "flows", *more)
        assert (ran.status, [said for said in ran.err.splitlines() if "variable" in said]) == (
            status,
            [f"{kind}: {line}"],
        )
    for key, status in (("x", 0), (" ", 1), ("\t\n", 1)):
        monkeypatch.setenv("ANTHROPIC_API_KEY", key)
        ran = engine("validate", "flows")
        assert (ran.status, "variable" in ran.err) == (status, status == 1)
