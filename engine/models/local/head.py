"""A classifier's head: kernel ridge regression over vectors of examples, solved at once, the same every time.

The kernel of two texts is exp(2 (s - 1)), s their similarity: the mean of the cosines of their vectors, and for desks
of ordinary size also of what they share to the letter. Examples of a class pull towards 1 for it and 0 for the others,
its counter-examples towards -1. A text far from every example gets values near 0 for all, which is what lets it be
rejected. Over `EXACT` examples the solution is sought among combinations of `LANDMARKS` of them (Nyström: Williams and
Seeger, 2000), evenly taken from all classes, and what these miss is made up for by a vote of the nearest examples,
which needs no training.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.models.local.tfidf import SHARES, TfIdf

__all__ = ["EXACT", "LANDMARKS", "Head"]

Array = NDArray[np.float32]

SHARPNESS: Final = 2.0
RIDGE: Final = 0.03
RIDGE_OF_MANY: Final = 0.01
EXACT: Final = 1_500
LANDMARKS: Final = 1_500
NEIGHBOURS: Final = 20
NEARNESS: Final = 40.0
"""A neighbour's vote counts exp(40 (s - 1))."""
VOTE: Final = 0.5
"""What the vote counts beside the regression."""


class Head:
    """Read-only once made. `vectors`: one unit row an example; `targets`: one row an example, one column a class;
    `letters`: the weight of what texts share to the letter, against 1 for their vectors."""

    def __init__(self, vectors: Array, texts: list[str], targets: Array, *, letters: float) -> None:
        self.vectors = vectors
        self._letters = letters
        self._lexical = TfIdf(texts) if letters and len(texts) <= EXACT else None
        self._chosen = _spread(targets) if len(texts) > EXACT else None
        self._weights = self._solved(targets)
        self._votes = (targets > 0).astype(np.float32) if self._chosen is not None else None

    def _solved(self, targets: Array) -> Array:
        if self._chosen is None:
            kernel = _kernel(self.similar(self.vectors, self._lexical.own if self._lexical else None))
            system = kernel.astype(np.float64) + RIDGE * np.eye(len(kernel))
            solved: Array = np.linalg.solve(system, targets).astype(np.float32)
            return solved
        marks = self.vectors[self._chosen]
        all_marks, marks_marks = _kernel(self.vectors @ marks.T), _kernel(marks @ marks.T)
        system = (all_marks.T @ all_marks).astype(np.float64) + RIDGE_OF_MANY * marks_marks
        system += 1e-5 * np.eye(len(marks))
        weights: Array = np.linalg.solve(system, all_marks.T @ targets).astype(np.float32)
        return weights

    def letters(self, texts: list[str]) -> Array | None:
        """What other texts share with the examples to the letter, for `similar`."""
        return self._lexical.shared(texts) if self._lexical else None

    def similar(self, vectors: Array, overlap: Array | None) -> Array:
        """Similarity of each text to each example, 1 for the same."""
        near: Array = vectors @ self.vectors.T
        if overlap is None:
            return near
        # A text in another language than the examples shares no words with them: vectors alone then.
        shares = overlap.max(axis=1, keepdims=True) > SHARES
        mixed: Array = np.where(shares, (near + self._letters * overlap) / (1 + self._letters), near)
        return mixed

    def values(self, similar: Array) -> Array:
        """The regression's value per text and class: about 1 where it is meant, 0 where nothing is alike."""
        if self._chosen is None or self._votes is None:
            values: Array = _kernel(similar) @ self._weights
            return values
        of_marks = _kernel(similar[:, self._chosen]) @ self._weights
        blended: Array = ((of_marks + VOTE * self._vote(similar, self._votes)) / (1 + VOTE)).astype(np.float32)
        return blended

    def _vote(self, similar: Array, votes: Array) -> Array:
        nearest = np.argpartition(-similar, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]
        weights = np.exp(NEARNESS * (np.take_along_axis(similar, nearest, axis=1) - 1))
        shares: Array = np.einsum("tn,tnc->tc", weights, votes[nearest]) / np.maximum(
            weights.sum(axis=1, keepdims=True), 1e-9
        )
        return shares


def _kernel(similar: Array) -> Array:
    kernel: Array = np.exp(SHARPNESS * (similar - 1)).astype(np.float32)
    return kernel


def _spread(targets: Array) -> NDArray[np.intp]:
    """Landmarks: of each class in turn one more, until there are enough; counter-examples are not among them."""
    order: list[tuple[int, int, int]] = []
    for place in range(targets.shape[1]):
        own = np.flatnonzero(targets[:, place] > 0)
        order += [(rank, place, int(row)) for rank, row in enumerate(own)]
    return np.array(sorted(row for _, _, row in sorted(order)[:LANDMARKS]), dtype=np.intp)
