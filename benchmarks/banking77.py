"""banking77: 13,083 questions of bank customers in 77 categories (PolyAI, CC BY 4.0), and its vectors.

It stands beside the checkout, in ../shared/data/banking77 (train.csv and test.csv, `text,category`).
"""

import csv
import random
from collections import defaultdict
from pathlib import Path
from typing import Final

import numpy as np

from engine.models.base import Choice
from engine.models.local import vectors

__all__ = ["FOLDER", "draw", "load_vectors", "read", "save_vectors"]

FOLDER: Final = Path(__file__).parents[2] / "shared" / "data" / "banking77"
Texts = dict[str, list[str]]


def read(name: str) -> Texts:
    """Texts by category, in the order of the file."""
    texts: Texts = defaultdict(list)
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            texts[row["category"]].append(row["text"])
    return dict(sorted(texts.items()))


def draw(texts: Texts, count: int | None, rng: random.Random) -> tuple[Choice, ...]:
    """A choice a category, with so many of its texts, or all."""
    return tuple(
        Choice(name, examples=tuple(own if count is None else rng.sample(own, min(count, len(own)))))
        for name, own in texts.items()
    )


def load_vectors(folder: Path | None) -> None:
    """What an earlier run has embedded."""
    for name, kept in (("multilingual", vectors.multilingual), ("english", vectors.english)):
        file = folder / f"{name}.npz" if folder else None
        if file and file.exists():
            with np.load(file) as found:
                kept.keep(dict(zip(found["texts"].tolist(), found["rows"], strict=True)))


def save_vectors(folder: Path | None) -> None:
    """For the next run: embedding all takes some minutes."""
    if folder is None:
        return
    folder.mkdir(parents=True, exist_ok=True)
    for name, kept in (("multilingual", vectors.multilingual), ("english", vectors.english)):
        rows = kept.kept()
        if rows:
            np.savez(folder / f"{name}.npz", texts=np.array(list(rows)), rows=np.stack(list(rows.values())))
