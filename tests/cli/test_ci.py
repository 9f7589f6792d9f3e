"""What other systems start: the pre-commit hook, and the examples of docs/ci.md."""

import re
import shlex
from argparse import ArgumentParser
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml

from engine.cli import COMMANDS

ROOT = Path(__file__).parent.parent.parent
EXAMPLES = [
    yaml.load(block, Loader=yaml.BaseLoader)  # YAML 1.1 would read `on` as a boolean
    for block in re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "ci.md").read_text(encoding="utf-8"), re.S)
]
[HOOK] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))


def accepted(command: str) -> bool:
    """Whether a command line is one of ours, with arguments that it takes."""
    program, name, *rest = shlex.split(command)
    parser = ArgumentParser(exit_on_error=False, allow_abbrev=False)
    import_module(COMMANDS[name]).add_arguments(parser)
    return program == "engine" and not parser.parse_known_args(rest)[1]


def test_the_hook_is_one_that_pre_commit_takes() -> None:
    assert {"id", "name", "entry", "language"} <= set(HOOK)
    assert set(HOOK) <= {"id", "name", "description", "entry", "language", "files", "pass_filenames"}
    assert (HOOK["language"], HOOK["pass_filenames"]) == ("python", False)
    assert accepted(HOOK["entry"])


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("engine.yaml", True), ("flows/refund.yaml", True), ("tools/orders.yaml", True), ("shop/flows/a.yaml", True),
        ("engine.yaml.txt", False), ("flows/notes.md", False), ("my-flows/a.yaml", False), ("docs/engine.yamlx", False),
        ("flows/refund.test.yaml", True),
    ],
)  # fmt: skip
def test_the_hook_starts_for_what_is_checked(path: str, meant: bool) -> None:
    assert bool(re.search(HOOK["files"], path)) is meant


def test_the_examples_start_what_there_is() -> None:
    workflow, config = EXAMPLES
    steps: list[dict[str, Any]] = workflow["jobs"]["validate"]["steps"]
    ours = [step["run"] for step in steps if step.get("run", "").startswith("engine ")]
    assert ours == ["engine validate flows/ --strict --no-keys --format github"]
    assert all(map(accepted, ours))
    assert set(workflow) == {"name", "on", "permissions", "jobs"}
    [repo] = config["repos"]
    assert [hook["id"] for hook in repo["hooks"]] == [HOOK["id"]]


def test_a_wrong_command_would_be_found() -> None:
    assert not accepted("engine validate --nothing")
    with pytest.raises(KeyError):
        accepted("engine valdate")
