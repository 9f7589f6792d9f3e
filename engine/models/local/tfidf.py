"""TF-IDF over words, pairs of words and pieces of words: what two texts share to the letter."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.models.local.words import features

__all__ = ["TfIdf"]

Array = NDArray[np.float32]
SHARES: Final = 0.05
"""Below this two texts have nothing in common worth the name."""


class TfIdf:
    """Weights fitted to some texts; rows of length 1. Dense: made for hundreds of texts, not for thousands."""

    def __init__(self, texts: list[str]) -> None:
        counted = [features(text) for text in texts]
        seen: dict[str, int] = {}
        for one in counted:
            for feature in set(one):
                seen[feature] = seen.get(feature, 0) + 1
        self._place = {feature: place for place, feature in enumerate(sorted(seen))}
        often = np.array([seen[feature] for feature in self._place], dtype=np.float32)
        self._rarity = np.log((1 + len(texts)) / (1 + often)) + 1
        self.rows = self._rows(counted)

    def vectors(self, texts: list[str]) -> Array:
        """One row a text; a text without any known feature gives zeros."""
        return self._rows([features(text) for text in texts])

    def _rows(self, counted: list[list[str]]) -> Array:
        rows: Any = np.zeros((len(counted), len(self._place)), dtype=np.float32)
        for row, found in enumerate(counted):
            places = [place for feature in found if (place := self._place.get(feature)) is not None]
            np.add.at(rows[row], places, 1.0)
        rows = np.log1p(rows) * self._rarity
        length = np.linalg.norm(rows, axis=1, keepdims=True)
        unit: Array = (rows / np.where(length == 0, 1, length)).astype(np.float32)
        return unit
