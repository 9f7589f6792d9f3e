"""Real tasks: what is right is done, and the shop's database is what the right actions make of it.

A sample in `make test`, all 115 with ENGINE_PROVE=1. The model and the customer are scripted; everything between them
and the shop is real. `ENGINE_PROVE_SEED` draws another sample, `ENGINE_PROVE_PART=12:13` plays the tasks from 12 to 12.
"""

import os
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest

from engine.check import check
from engine.runtime.server import TemporalServer
from tests.tau.script import FORBIDDEN, Task, load, right_writes
from tests.tau.shop import DATA, TauShop
from tests.tau.world import PROJECT, TauBench, waves

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the data of tau-bench are not beside the checkout")
PROVE = bool(os.environ.get("ENGINE_PROVE"))
SEED = int(os.environ.get("ENGINE_PROVE_SEED", "4"))
PART = [int(at) for at in os.environ.get("ENGINE_PROVE_PART", "").split(":") if at]
SAMPLE = 8


def sample(found: Sequence[Task]) -> list[Task]:
    """Always one with a forbidden try, the rest by the seed; each of another customer."""
    chance = Random(SEED)
    first = chance.choice([task for task in found if task.number in FORBIDDEN])
    others = [task for task in found if task.number != first.number]
    return waves([first, *chance.sample(others, len(others))])[0][:SAMPLE]


def test_the_project_is_sound() -> None:
    assert check([PROJECT], root=PROJECT).diagnostics == ()


def test_every_forbidden_try_is_forbidden_by_a_sentence_of_the_policy() -> None:
    policy = " ".join((DATA / "policy.md").read_text("utf-8").split())
    flow = (PROJECT / "flows" / "orders.yaml").read_text("utf-8")
    for one in FORBIDDEN.values():
        assert one.sentence in policy
        assert f"- {one.line}\n" in flow


async def played(tasks: Sequence[Task], folder: Path, temporal: TemporalServer) -> None:
    """One group of tasks, all at once."""
    async with TauBench(folder, temporal.address, f"q-{folder.parent.name}-{folder.name}") as bench:
        model = bench.scripted(tasks)
        numbers = {bench.open(task): task for task in tasks}

        def ended() -> bool:
            return all(bench.closed(n) or bench.with_people(n) for n in numbers)

        async with bench.worker(model):
            await bench.until(ended, "the end of every ticket", patience=300)
        for number, task in numbers.items():
            row = bench.row(number)
            assert row.escalated == ("unsure" if task.handed_over else None), f"task {task.number}: {row}"
            assert row.outcome == (None if task.handed_over else "solved"), f"task {task.number}: {row}"
            assert model.refusals(task.number) == _expected(task), f"task {task.number}"
        assert bench.shop.world == right_writes(tasks).world
        done = sorted((action, sorted(given)) for action, given in bench.shop.writes)
        assert done == sorted((action, sorted(given)) for task in tasks for action, given in task.right)


def _expected(task: Task) -> list[str]:
    return [FORBIDDEN[task.number].line] if task.number in FORBIDDEN else []


@pytest.mark.timeout(1800)
async def test_the_right_actions_make_the_right_database(temporal: TemporalServer, tmp_path: Path) -> None:
    found = load(TauShop())
    assert len(found) == 115
    some = found[slice(*PART)] if PART else found
    groups = waves(some) if PROVE or PART else [sample(found)]
    begun = time.monotonic()
    for number, group in enumerate(groups):
        folder = tmp_path / str(number)
        folder.mkdir()
        await played(group, folder, temporal)
    count = sum(map(len, groups))
    print(f"\n{count} tasks in {len(groups)} groups at once, {time.monotonic() - begun:.0f} s: all as they must be")
