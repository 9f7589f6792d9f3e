"""The command line as a whole: help, unknown words, how failures end."""

import os
import subprocess
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

import pytest

import engine.cli
from engine import __version__
from engine.cli import COMMANDS, SUMMARIES
from engine.errors import EngineError, ProjectInvalid
from tests.cli.conftest import Engine

HEAVY = {"temporalio", "lancedb", "guardrails", "openai", "sqlalchemy", "httpx", "jsonschema", "rich", "numpy"}


def command(monkeypatch: pytest.MonkeyPatch, run: Callable[[Namespace], int]) -> None:
    """Makes `engine probe` a command that does this."""
    module = ModuleType("probe")
    module.add_arguments = lambda parser: None  # type: ignore[attr-defined]
    module.run = run  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "probe", module)
    monkeypatch.setitem(COMMANDS, "probe", "probe")
    monkeypatch.setitem(SUMMARIES, "probe", "fail in some way")


def raising(error: BaseException) -> Callable[[Namespace], int]:
    def run(args: Namespace) -> int:
        raise error

    return run


def python(*argv: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *argv], capture_output=True, text=True, timeout=60, check=False)


def test_every_command_has_a_summary_and_a_module() -> None:
    assert set(COMMANDS) == set(SUMMARIES)
    for name, module in COMMANDS.items():
        assert find_spec(module) is not None, f"{name} has no module"


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_explains_itself(name: str, engine: Engine) -> None:
    ran = engine(name, "--help")
    assert ran.status == 0
    assert SUMMARIES[name][1:] in " ".join(ran.out.split())


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_argument_has_help(name: str) -> None:
    parser = ArgumentParser()
    import_module(COMMANDS[name]).add_arguments(parser)
    assert all(action.help or action.metavar for action in parser._actions)


def test_help_of_the_whole_as_a_process() -> None:
    ran = python("-m", "engine.cli", "--help")
    assert ran.returncode == 0
    assert all(f"  {name} " in ran.stdout and summary in ran.stdout for name, summary in SUMMARIES.items())
    assert ran.stderr == ""


STATEMENTS = (
    "import engine.cli",
    "import engine.cli.validate, engine.cli.compile",
    "from engine.cli import main; main(['--help'])",
    "from engine.cli import main; main(['validate', 'tests/golden/base'])",
)


@pytest.mark.parametrize("statement", STATEMENTS)
def test_nothing_heavy_is_loaded(statement: str) -> None:
    ran = python("-c", f"{statement}\nimport sys\nprint(*sorted(sys.modules), file=sys.stderr)")
    loaded = set(ran.stderr.split())
    assert "engine.cli" in loaded
    assert not HEAVY & loaded


def test_without_a_command(engine: Engine) -> None:
    ran = engine()
    assert (ran.status, ran.out) == (2, "")
    assert "commands:" in ran.err


def test_version(engine: Engine) -> None:
    assert engine("--version")[:2] == (0, f"engine {__version__}\n")


@pytest.mark.parametrize(
    ("word", "said"),
    [("valdate", "did you mean `validate`?"), ("xyzzy", "expected one of init, validate"), ("", "expected one of")],
)
def test_an_unknown_command(word: str, said: str, engine: Engine) -> None:
    ran = engine(word)
    assert ran.status == 2
    assert said in ran.err


def test_an_unknown_option(engine: Engine) -> None:
    assert engine("--nope").status == 2
    assert engine("validate", "--nope").status == 2
    assert (
        engine("validate", "--stric").status == 2
    )  # a script's abbreviation would change its meaning with a new option


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (RuntimeError("over\nthere"), 3, "engine: RuntimeError: over there (ENGINE_DEBUG=1 shows where)\n"),
        (EngineError("the desk is shut"), 3, "engine: the desk is shut\n"),
        (AssertionError(), 3, "engine: AssertionError: AssertionError (ENGINE_DEBUG=1 shows where)\n"),
        (ProjectInvalid("it does not validate", ("flows/a.yaml:1:1: no",)), 1,
         "flows/a.yaml:1:1: no\nengine: it does not validate\n"),
        (KeyboardInterrupt(), 130, "engine: interrupted\n"),
        (RuntimeError("\x1b[2Jwiped"), 3, "engine: RuntimeError:  [2Jwiped (ENGINE_DEBUG=1 shows where)\n"),
        (RuntimeError("half \ud800"), 3, "engine: RuntimeError: half   (ENGINE_DEBUG=1 shows where)\n"),
    ],
)  # fmt: skip
def test_a_failure_is_one_line(
    error: BaseException, status: int, said: str, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    command(monkeypatch, raising(error))
    assert engine("probe") == (status, "", said)


def test_a_failure_with_its_trace(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    command(monkeypatch, raising(RuntimeError("over there")))
    monkeypatch.setenv("ENGINE_DEBUG", "1")
    ran = engine("probe")
    assert ran.status == 3
    assert "Traceback" in ran.err
    assert "over there" in ran.err


def test_a_command_that_is_gone_breaks_without_a_trace(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(COMMANDS, "probe", "engine.cli.no_such_module")
    monkeypatch.setitem(SUMMARIES, "probe", "is gone")
    ran = engine("probe")
    assert ran.status == 3
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("argv", [["compile", "faq"], ["compile", "--help"], ["--help"]])
def test_a_reader_that_has_enough(argv: list[str], unbuffered: str) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    ran = subprocess.run(
        [sys.executable, "-m", "engine.cli", *argv], stdout=writer, stderr=subprocess.PIPE, timeout=60, check=False,
        env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
    )  # fmt: skip
    os.close(writer)
    assert (ran.returncode, ran.stderr) == (0, b"")


@pytest.mark.parametrize("encoding", ["ascii", "utf-8"])
def test_any_text_can_be_printed(encoding: str) -> None:
    code = "from engine.cli import main\nmain([])\nprint('\\u20ac \\ud800')"
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, timeout=60, check=False,
        env={"PYTHONIOENCODING": encoding, "PYTHONPATH": "."},
    )  # fmt: skip
    assert ran.returncode == 0
    assert ran.stdout.endswith(b"\\ud800\n")


def test_the_public_names() -> None:
    assert {"COMMANDS", "main"} <= set(engine.cli.__all__)
