"""Fit the confidence of the embedded model: the constants of engine/models/local/classify.py and answer.py.

    python benchmarks/fit_local_confidence.py classify PATH/TO/banking77
    python benchmarks/fit_local_confidence.py answer tests/knowledge/articles tests/models/questions.csv

banking77 holds train.csv and test.csv (`text,category`), from github.com/PolyAI-LDN/task-specific-datasets
(CC BY 4.0). Fitted on draws from train.csv, checked on draws from test.csv: the table shows, by confidence,
how often the best class was right. The questions (`question,answered_by`) are fitted in a few rounds, since the
constants also pick the best sentence; `answered_by` is a part of the right sentence, empty where there is none.
"""

import argparse
import csv
import random
import tempfile
from collections import defaultdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.knowledge.library import Library
from engine.models.base import Choice
from engine.models.local import answer
from engine.models.local.classify import Classifier
from engine.models.local.embedding import PackagedEmbedder

Floats = NDArray[np.float64]


def read(path: Path) -> dict[str, list[str]]:
    """Texts by category."""
    texts: dict[str, list[str]] = defaultdict(list)
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            texts[row["category"]].append(row["text"])
    return dict(texts)


def draw(
    examples: dict[str, list[str]], asked: dict[str, list[str]], rng: random.Random
) -> list[tuple[list[float], bool]]:
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


def fit_classifier(folder: Path, draws: int) -> None:
    """Print the constants of classify.py, and how well calibrated they are on other texts."""
    train, test = read(folder / "train.csv"), read(folder / "test.csv")
    rng = random.Random(77)
    fitted = [row for _ in range(draws) for row in draw(train, train, rng)]
    x, y = np.array([row for row, _ in fitted]), np.array([right for _, right in fitted], dtype=float)
    weights = logistic_regression(x, y)
    print("CONFIDENCE =", tuple(round(float(one), 2) for one in weights), f"from {len(y)} texts")
    checked = [row for _ in range(draws // 4) for row in draw(train, test, rng)]
    x, y = np.array([row for row, _ in checked]), np.array([right for _, right in checked], dtype=float)
    table(1 / (1 + np.exp(-x @ weights)), y)


def fit_answers(articles: Path, questions: Path) -> None:
    """Print the constants of answer.py and what they do on the same questions."""
    with questions.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with tempfile.TemporaryDirectory() as folder:
        library = Library(Path(folder), PackagedEmbedder())
        library.index(articles)
        found = [(row, answer.candidates(row["question"], library.search(row["question"]))) for row in rows]
    weights = np.array(answer.SUPPORT)
    sums = np.zeros_like(weights)
    for turn in range(12):
        best = [(row, max(some, key=lambda one: weights[1:] @ one.features)) for row, some in found if some]
        x = np.array([(1.0, *one.features) for _, one in best])
        y = np.array([bool(row["answered_by"]) and row["answered_by"] in one.text for row, one in best], dtype=float)
        weights = logistic_regression(x, y)
        sums += weights if turn >= 6 else 0
    weights = sums / 6  # two sentences may take turns at being the best of a question
    p = 1 / (1 + np.exp(-x @ weights))
    print("SUPPORT =", tuple(round(float(one), 1) for one in weights))
    print(f"said {int((p >= 0.5).sum())} of {len(y)}, {int(((p >= 0.5) & (y == 0)).sum())} of them wrong or short")


def main() -> None:
    """Fit, check, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    jobs = parser.add_subparsers(dest="job", required=True)
    classifier = jobs.add_parser("classify")
    classifier.add_argument("folder", type=Path)
    classifier.add_argument("--draws", type=int, default=400)
    answers = jobs.add_parser("answer")
    answers.add_argument("articles", type=Path)
    answers.add_argument("questions", type=Path)
    options = parser.parse_args()
    if options.job == "classify":
        fit_classifier(options.folder, options.draws)
    else:
        fit_answers(options.articles, options.questions)


if __name__ == "__main__":
    main()
