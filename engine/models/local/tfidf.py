"""TF-IDF over words, pairs of words and pieces of words: what two texts share to the letter."""

from collections import Counter
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.models.local.words import features

__all__ = ["SHARES", "TfIdf"]

Array = NDArray[np.float32]
SHARES: Final = 0.05
"""Below this two texts have nothing in common worth the name."""


class TfIdf:
    """Weights fitted to some texts. Dense: made for hundreds of texts, not for thousands."""

    def __init__(self, texts: list[str]) -> None:
        counted = [Counter(features(text)) for text in texts]
        seen = Counter(feature for one in counted for feature in one)
        self._place = {feature: place for place, feature in enumerate(sorted(seen))}
        often = np.array([seen[feature] for feature in self._place], dtype=np.float32)
        self._rarity = np.log((1 + len(texts)) / (1 + often)) + 1
        self._columns: Array = np.zeros((len(self._place), len(texts)), dtype=np.float32)
        for row, one in enumerate(counted):
            places, weights = self._weighed(one)
            self._columns[places, row] = weights
        self.own: Array = self._columns.T @ self._columns

    def shared(self, texts: list[str]) -> Array:
        """One row a text, one column a text that it was made of: 0 where they have nothing in common, 1 for the same.
        Reads only the columns of what stands in the text."""
        rows = np.zeros((len(texts), self._columns.shape[1]), dtype=np.float32)
        for row, text in enumerate(texts):
            places, weights = self._weighed(Counter(features(text)))
            rows[row] = weights @ self._columns[places]
        return rows

    def _weighed(self, counted: Counter[str]) -> tuple[NDArray[np.intp], Array]:
        known = sorted(
            (place, count) for feature, count in counted.items() if (place := self._place.get(feature)) is not None
        )
        places = np.array([place for place, _ in known], dtype=np.intp)
        weights = np.log1p(np.array([count for _, count in known], dtype=np.float32)) * self._rarity[places]
        length = float(np.linalg.norm(weights))
        unit: Array = (weights / (length or 1.0)).astype(np.float32)
        return places, unit
