"""libFuzzer over the tree and the expressions, by atheris where there is a wheel of it. `ENGINE_PROVE=1`: half an hour
for each.

What broke is told with its input: `python -m tests.fuzz.libfuzzer` runs it again, and it belongs among the tests then.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.reference import ROOT

pytest.importorskip(
    "atheris", reason="no wheel of it for this Python or this machine: tests/fuzz/guided.py goes on alone"
)

SECONDS = 1_800 if os.environ.get("ENGINE_PROVE") else 7
MEMORY = 1_500
"""MB."""
SLOWEST = 10
"""Seconds for one input."""


def fuzzed(name: str, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    bounds = [f"-max_total_time={SECONDS}", f"-rss_limit_mb={MEMORY}", f"-timeout={SLOWEST}", "-max_len=4000"]
    command = [sys.executable, "-m", "tests.fuzz.libfuzzer", name, str(folder / "run"), *bounds, *options]
    around = {**os.environ, "PYTHONHASHSEED": "0"}
    limit = SECONDS + SLOWEST + 60
    return subprocess.run(
        command, cwd=ROOT, env=around, capture_output=True, text=True, timeout=limit, errors="replace"
    )


@pytest.mark.timeout(SECONDS + SLOWEST + 90)
@pytest.mark.parametrize("name", ["file", "expression", "template"])
def test_whatever_is_read_ends_with_a_tree_and_findings_in_it(name: str, tmp_path: Path) -> None:
    ran = fuzzed(name, tmp_path)
    broke = [
        path.read_bytes()
        for path in (tmp_path / "run").iterdir()
        if path.name.startswith(("crash-", "timeout-", "oom-"))
    ]
    assert ran.returncode == 0, f"{broke}\n{ran.stdout[-2_000:]}\n{ran.stderr[-2_000:]}"
    assert re.search(r"\bNEW\b.*\bcov: [0-9]{3}", ran.stderr), "nothing was learned beyond the seeds"


@pytest.mark.timeout(SECONDS + SLOWEST + 90)
def test_what_was_learned_leads_on(tmp_path: Path) -> None:
    ran = fuzzed("locked", tmp_path, "-seed=1")
    assert ran.returncode != 0
    assert "ZeroDivisionError: open" in ran.stdout + ran.stderr
    assert [path.read_bytes()[:4] for path in (tmp_path / "run").glob("crash-*")] == [b"LOCK"]
