"""The commands of docs/proofs.md name tests that are there."""

import re
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COMMANDS = sorted(set(re.findall(r"`([^`]*\bpytest [^`]*)`", (ROOT / "docs/proofs.md").read_text(encoding="utf-8"))))


def test_there_are_commands() -> None:
    assert len(COMMANDS) > 40


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_names_tests_that_are_there(command: str) -> None:
    paths = [ROOT / word for word in command.split() if word.startswith("tests/")]
    assert paths, command
    assert [path for path in paths if not path.exists()] == []
    files = chain.from_iterable([path] if path.is_file() else path.rglob("test_*.py") for path in paths)
    names = [
        name for file in files for name in re.findall(r"def (test_\w+)|ids=(.*)", file.read_text(encoding="utf-8"))
    ]
    known = " ".join(chain.from_iterable(names)) + " ".join(path.name for path in paths)
    chosen = re.search(r"-k (?:\"([^\"]+)\"|'([^']+)'|(\S+))", command)
    words = re.findall(r"\w+", next(filter(None, chosen.groups()))) if chosen else []
    assert [word for word in words if word not in ("and", "or", "not") and word not in known] == []
