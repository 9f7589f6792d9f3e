"""The same targets under our own fuzzer, everywhere and from a seed."""

import os
from importlib import import_module
from pathlib import Path

import pytest

from tests.fuzz import targets
from tests.fuzz.guided import Guided
from tests.fuzz.targets import CODE, TARGETS

TIMES = 200_000 if os.environ.get("ENGINE_PROVE") else 250
FOLDERS = [str(Path(import_module(name).__file__ or "").parent) for name in CODE]


@pytest.mark.parametrize("name", ["file", "expression", "template"])
def test_whatever_is_read_ends_with_a_tree_and_findings_in_it(name: str) -> None:
    target = TARGETS[name]
    run = Guided(target.run, FOLDERS, target.words)
    run.run(target.seeds, TIMES)
    assert len(run.corpus) > len(target.seeds)  # something was learned beyond the seeds


def test_what_was_learned_leads_on() -> None:
    target = TARGETS["locked"]
    run = Guided(target.run, [targets.__file__], target.words, seed=1)
    with pytest.raises(ZeroDivisionError, match="open"):
        run.run(target.seeds, 10_000)
    blind = Guided(target.run, ["/no/such/code"], target.words, seed=1)
    blind.run(target.seeds, 10_000)
