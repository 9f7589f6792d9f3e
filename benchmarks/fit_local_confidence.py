"""Fit the confidence of the embedded model's classifier; prints the constants of engine/models/local/classify.py.

    python benchmarks/fit_local_confidence.py PATH/TO/banking77

The folder holds train.csv and test.csv (`text,category`), from github.com/PolyAI-LDN/task-specific-datasets
(CC BY 4.0). Fitted on draws from train.csv, checked on draws from test.csv: the table shows, by confidence,
how often the best class was right.
"""

import argparse
import csv
import random
from collections import defaultdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.models.base import Choice
from engine.models.local.classify import Classifier

Floats = NDArray[np.float64]


def read(path: Path) -> dict[str, list[str]]:
    """Texts by category."""
    texts: dict[str, list[str]] = defaultdict(list)
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            texts[row["category"]].append(row["text"])
    return dict(texts)


def draw(examples: dict[str, list[str]], asked: dict[str, list[str]], rng: random.Random) -> list[tuple[list[float], bool]]:
    """One made-up desk: some classes with few examples, asked texts of theirs and, a quarter of all, of others."""
    names = rng.sample(sorted(examples), rng.randint(3, 12))
    many = rng.randint(2, 10)
    choices, texts, truth = [], [], []
    for name in names:
        pool = rng.sample(examples[name], min(len(examples[name]), many + 4))
        choices.append(Choice(name, examples=tuple(pool[:many])))
        own = pool[many:] if examples is asked else rng.sample(asked[name], 4)
        texts += own
        truth += [name] * len(own)
    strangers = [name for name in sorted(examples) if name not in names]
    for _ in range(len(texts) // 3):
        texts.append(rng.choice(asked[rng.choice(strangers)]))
        truth.append("")
    classifier = Classifier(tuple(choices))
    rows = []
    for values, right in zip(classifier.values(texts), truth, strict=True):
        best = int(values.argmax())
        rows.append((list(classifier.evidence(values, best)), names[best] == right))
    return rows


def logistic_regression(x: Floats, y: Floats) -> Floats:
    """Newton's method with a little L2."""
    weights = np.zeros(x.shape[1])
    for _ in range(30):
        p = 1 / (1 + np.exp(-x @ weights))
        slope = x.T @ (y - p) - 0.01 * weights
        curve = (x * (p * (1 - p))[:, None]).T @ x + 0.01 * np.eye(x.shape[1])
        weights += np.linalg.solve(curve, slope)
    return weights


def table(p: Floats, y: Floats) -> None:
    """Print, by confidence, how many texts there were and how many were right."""
    for low in (0.0, 0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95):
        high = {0.0: 0.2, 0.2: 0.4, 0.9: 0.95, 0.95: 1.01}.get(low, low + 0.1)
        inside = (p >= low) & (p < high)
        if inside.any():
            print(f"{low:.2f}-{min(high, 1):.2f}  {inside.sum():6d} texts  {y[inside].mean():.3f} right")
    for least in (0.5, 0.75, 0.9):
        kept = p >= least
        print(f"at {least}: {kept.mean():.2f} of all kept, {1 - y[kept].mean():.3f} wrong among them")


def main() -> None:
    """Fit, check, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--draws", type=int, default=400)
    options = parser.parse_args()
    train, test = read(options.folder / "train.csv"), read(options.folder / "test.csv")
    rng = random.Random(77)
    fitted = [row for _ in range(options.draws) for row in draw(train, train, rng)]
    x, y = np.array([row for row, _ in fitted]), np.array([right for _, right in fitted], dtype=float)
    weights = logistic_regression(x, y)
    print("CONFIDENCE =", tuple(round(float(one), 2) for one in weights), f"from {len(y)} texts")
    checked = [row for _ in range(options.draws // 4) for row in draw(train, test, rng)]
    x, y = np.array([row for row, _ in checked]), np.array([right for _, right in checked], dtype=float)
    table(1 / (1 + np.exp(-x @ weights)), y)


if __name__ == "__main__":
    main()
