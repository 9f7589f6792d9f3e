"""Fit the confidence of the embedded model: the constants of engine/models/local/classify.py and answer.py.

    python -m benchmarks.fit_local_confidence classify [--vectors DIR]
    python -m benchmarks.fit_local_confidence answer tests/knowledge/articles tests/models/questions.csv

Fitted on draws from the training texts of banking77 (benchmarks/banking77.py), checked on draws from its test texts:
the table shows, by confidence, how often the best class was right. The questions (`question,answered_by`) are fitted in
a few rounds, since the constants also pick the best sentence; `answered_by` is a part of the right sentence, empty
where there is none.
"""

import argparse
import csv
import random
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.banking77 import load_vectors, read
from engine.knowledge.library import Library
from engine.models.base import Choice
from engine.models.local import answer
from engine.models.local.classify import Classifier, Seen
from engine.models.local.embedding import PackagedEmbedder

Floats = NDArray[np.float64]
Rows = dict[bool, list[tuple[list[float], bool]]]
"""By head: evidence, and whether the best class was right."""


def desk(texts: dict[str, list[str]], asked: dict[str, list[str]], rng: random.Random, *, large: bool) -> Rows:
    """One made-up desk for each head: some classes with few examples, asked texts of theirs and, a quarter of all, of
    others. For each asked text the evidence and whether the best class was right."""
    names = rng.sample(sorted(texts), rng.randint(40, 70) if large else rng.randint(3, 12))
    many = rng.choice((3, 5, 10)) if large else rng.randint(2, 10)
    choices, said, truth = [], [], []
    for name in names:
        pool = rng.sample(texts[name], many + 4)
        choices.append(Choice(name, examples=tuple(pool[:many])))
        own = pool[many:] if texts is asked else rng.sample(asked[name], 4)
        said += own
        truth += [name] * len(own)
    strangers = [name for name in sorted(texts) if name not in names]
    for _ in range(len(said) // 3):
        said.append(rng.choice(asked[rng.choice(strangers)]))
        truth.append("")
    classifier = Classifier(tuple(choices))
    found: Rows = {}
    for english in (True, False):
        seen = classifier.values(said, english=english)
        for values, nearest, right in zip(seen.values, seen.nearest, truth, strict=True):
            best = int(values.argmax())
            evidence = classifier.evidence(Seen(values, nearest))[best].tolist()
            found.setdefault(english, []).append((evidence, names[best] == right))
    return found


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


def fit_classifier(draws: int, vectors: Path | None) -> None:
    """Print the constants of classify.py, and how well calibrated they are on other texts."""
    load_vectors(vectors)
    train, test = read("train"), read("test")
    rng = random.Random(77)
    fitted = [desk(train, train, rng, large=number % 8 == 7) for number in range(draws)]
    checked = [desk(train, test, rng, large=number % 8 == 7) for number in range(draws // 4)]
    for english, name in ((True, "CONFIDENCE_ENGLISH"), (False, "CONFIDENCE_ANY")):
        x, y = _arrays(fitted, english=english)
        weights = logistic_regression(x, y)
        print(name, "=", tuple(round(float(one), 2) for one in weights), f"from {len(y)} texts")
        x, y = _arrays(checked, english=english)
        table(1 / (1 + np.exp(-x @ weights)), y)


def _arrays(desks: list[Rows], *, english: bool) -> tuple[Floats, Floats]:
    rows = [row for one in desks for row in one[english]]
    return np.array([row for row, _ in rows]), np.array([right for _, right in rows], dtype=float)


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
    classifier.add_argument("--vectors", type=Path, help="a folder for what was embedded")
    classifier.add_argument("--draws", type=int, default=120)
    answers = jobs.add_parser("answer")
    answers.add_argument("articles", type=Path)
    answers.add_argument("questions", type=Path)
    options = parser.parse_args()
    if options.job == "classify":
        fit_classifier(options.draws, options.vectors)
    else:
        fit_answers(options.articles, options.questions)


if __name__ == "__main__":
    main()
