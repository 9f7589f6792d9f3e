"""One mistake is one finding: whatever depends on it stays quiet."""

import re
from pathlib import Path
from random import Random

import pytest

from engine.check import check
from engine.project.flow import Flow
from engine.steps import STEPS
from tests.golden.test_golden import HERE, laid_out

CASES = sorted((HERE / "right").glob("*.yaml"))
WORDS = {*STEPS, *Flow.KEYS, *(name for kind in STEPS.values() for name in kind.KEYS), "fields", "one_of", "then", "by"}
NAMES = {"customers.match", "orders.get", "payments.refund", "customer", "ticket"}


def misspelt(word: str, chance: Random) -> str:
    """Two neighbours swapped, or a letter lost."""
    at = chance.randrange(len(word) - 1)
    swapped = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return swapped if swapped != word else word[:at] + word[at + 1 :]


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_a_misspelt_word_is_one_finding(case: Path, tmp_path: Path) -> None:
    """Keys, step words, tools and the engine's own names, each in every place where it stands."""
    root = laid_out(case, tmp_path / "project")
    path = root / "flows" / case.name
    right = path.read_text(encoding="utf-8")
    steps = right.index("\nsteps:")
    chance = Random(case.name)
    keys = [(found.start(), found[0]) for found in re.finditer(r"[a-z_]{4,}(?=:)", right) if found[0] in WORDS]
    names = [(at, name) for name in sorted(NAMES) for at in range(steps, len(right)) if right.startswith(name, at)]
    for at, word in chance.sample([*keys, *names], min(40, len(keys) + len(names))):
        new = misspelt(word, chance)
        path.write_text(right[:at] + new + right[at + len(word) :], encoding="utf-8")
        # what an `each` collects from a branch that is lost may be missing in its list, which is typed as such
        found = [one for one in check([root]).diagnostics if not one.message.endswith("or missing")]
        assert len(found) <= 1, (
            f"{word} -> {new} at {right.count(chr(10), 0, at) + 1}: {[str(one[:4]) for one in found]}"
        )
