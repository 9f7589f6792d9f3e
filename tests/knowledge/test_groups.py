"""Texts of one matter, together."""

import csv
import time
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from engine.knowledge.groups import compared, groups
from engine.models.local.letter import matter

MATTERS = Path(__file__).parent / "matters"


@pytest.mark.parametrize(("name", "many", "right"), [("desks", 12, 10), ("bikes", 23, 23), ("hotel", 20, 11)])
def test_questions_about_one_matter_stand_together_and_no_others(name: str, many: int, right: int) -> None:
    """docs/knowledge.md has the figures. The first was there before, the others were written before their first run."""
    with (MATTERS / f"{name}.csv").open(encoding="utf-8") as file:
        rows = [(row["matter"], row["question"]) for row in csv.DictReader(file)]
    found = groups(compared([matter(question) for _, question in rows]))
    pairs = [(rows[a], rows[b]) for group in found for a, b in combinations(group, 2)]
    assert [(a[1], b[1]) for a, b in pairs if a[0] != b[0]] == []
    assert len(pairs) >= right
    assert len(found) <= many


@pytest.mark.parametrize("least", [0.1, 0.3, 0.6])
@pytest.mark.parametrize("size", range(1, 13))
def test_groups_are_those_of_joining_the_most_alike_again_and_again(size: int, least: float) -> None:
    near = np.random.default_rng(size).uniform(-1, 1, (size, size))
    near = (near + near.T) / 2
    joined = [{place} for place in range(size)]
    while len(joined) > 1:
        mean = {
            (a, b): np.mean([near[x, y] for x in joined[a] for y in joined[b]], dtype=np.float64)
            for a, b in combinations(range(len(joined)), 2)
        }
        a, b = max(mean, key=lambda pair: float(mean[pair]))
        if mean[a, b] < least:
            break
        joined[a] |= joined.pop(b)
    assert sorted(map(sorted, groups(near, least))) == sorted(map(sorted, joined))


@pytest.mark.parametrize("spread", [0.0, 0.3, 100.0])
def test_thousands_take_a_moment(spread: float) -> None:
    """Two thousand took a minute of the processor: all alike, in groups, and each for itself."""
    rng = np.random.default_rng(1)
    rows = rng.normal(size=(40, 64))[rng.integers(0, 40, 2_000)] + spread * rng.normal(size=(2_000, 64))
    rows = (np.ones_like(rows) if spread == 0 else rows).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    began = time.process_time()
    found = groups((rows @ rows.T).astype(np.float16), 0.5)
    assert time.process_time() - began < 10
    assert sorted(place for group in found for place in group) == list(range(2_000))
    assert len(found) in {0.0: (1,), 0.3: range(35, 41), 100.0: range(500, 2_001)}[spread]
