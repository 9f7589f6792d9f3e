"""Vectors of examples and texts, each text embedded once a process: a new example costs its own milliseconds."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.models.local import embedding, minilm

__all__ = ["MAX_KEPT", "both", "english", "multilingual"]

Array = NDArray[np.float32]
MAX_KEPT: Final = 16_000
"""Texts whose vectors are kept: 57 MB for both encoders. The oldest go first."""


class _Kept:
    def __init__(self, encode: Callable[[Sequence[str]], Array]) -> None:
        self._encode = encode
        self._rows: OrderedDict[str, Array] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, rows: Mapping[str, Array]) -> None:
        """Vectors that were made before, of these texts: what a benchmark does not want to make again."""
        with self._lock:
            self._rows.update(rows)

    def kept(self) -> dict[str, Array]:
        """The vectors at hand."""
        with self._lock:
            return dict(self._rows)

    def __call__(self, texts: Sequence[str]) -> Array:
        with self._lock:  # one at a time: the encoders use all cores anyway
            fresh = list(dict.fromkeys(text for text in texts if text not in self._rows))
            made = dict(zip(fresh, self._encode(fresh), strict=True)) if fresh else {}
            rows = [made[text] if text in made else self._rows[text] for text in texts]
            self._rows.update(made)
            while len(self._rows) > MAX_KEPT:
                self._rows.popitem(last=False)
        return np.stack(rows).astype(np.float32)


multilingual: Final = _Kept(embedding.encode)
"""Unit rows of the multilingual encoder, of at least one text."""
english: Final = _Kept(minilm.encode)
"""Unit rows of the English encoder, where it is available."""


def both(texts: Sequence[str]) -> Array:
    """Unit rows whose products are the means of the cosines of both encoders."""
    half = np.float32(np.sqrt(0.5))
    rows: Array = np.hstack([half * multilingual(texts), half * english(texts)])
    return rows
