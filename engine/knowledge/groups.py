"""Texts of one matter, together: average linkage, cut where two groups are less alike than `LIKE`.

A group is as like another as their members are on the mean, so that no chain of neighbours leads from one matter to the
next. Found by chains of nearest neighbours (Murtagh, The Computer Journal 26(4), 1983), in time that grows with the
square of the number of texts.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]
    Likeness = NDArray[np.floating]

__all__ = ["LIKE", "Comparing", "compared", "groups"]

LIKE: Final = 0.3
"""The least mean likeness of two groups that are one. docs/knowledge.md has the figures."""
FEW: Final = 10
"""Texts that count as about nothing, besides: of a few texts nobody can tell what all have in common."""
ROWS: Final = 1_000
"""Texts that are compared with all others at a time."""
BATCH: Final = 256
"""Texts that are embedded at a time."""

Comparing = Callable[[Sequence[str], Callable[[int], None]], "Likeness"]
"""Texts -> how like each is to each other, up to 1, with half the digits of a float: of 10,000 texts there are 100
million. The function is told how many texts are embedded."""


def compared(texts: Sequence[str], progress: Callable[[int], None] = lambda _: None) -> "Likeness":
    """By the packaged encoders, whoever embeds the articles: what is compared stays on this machine. Two English texts
    are compared by both, others by the multilingual one."""
    import numpy as np

    from engine.models.local import minilm, vectors
    from engine.models.local.language import detect_language

    english = [place for place, text in enumerate(texts) if minilm.available() and detect_language(text) == "en"]
    every: list[Vectors] = []
    own: list[Vectors] = []
    for start in range(0, len(texts), BATCH):
        every.append(vectors.multilingual(texts[start : start + BATCH]))
        some = [texts[place] for place in english if start <= place < start + BATCH]
        own += [vectors.english(some)] if some else []
        progress(min(start + BATCH, len(texts)))
    found = _cosines(every)
    if own:
        where, also = np.array(english), _cosines(own)
        for start in range(0, len(where), ROWS):
            block = np.ix_(where[start : start + ROWS], where)
            found[block] = (found[block] + also[start : start + ROWS]) / 2
    return found


def _cosines(parts: Sequence["Vectors"]) -> "Likeness":
    """Of all to all, without what all have in common: what a shop's customers write is alike by being about a shop."""
    import numpy as np

    whole = np.vstack(parts)
    whole -= whole.sum(axis=0) / (len(whole) + FEW)
    whole /= np.maximum(np.linalg.norm(whole, axis=1, keepdims=True), 1e-6)
    found = np.empty((len(whole), len(whole)), dtype=np.float16)
    for start in range(0, len(whole), ROWS):  # above the diagonal alone: a pair has one likeness, to the last digit
        found[start : start + ROWS, start:] = whole[start : start + ROWS] @ whole[start:].T
        found[start:, start : start + ROWS] = found[start : start + ROWS, start:].T
    return found


def groups(likeness: "Likeness", least: float = LIKE) -> list[list[int]]:
    """The places of the texts of each group."""
    import numpy as np

    likeness = likeness.copy()
    members = {place: [place] for place in range(len(likeness))}
    np.fill_diagonal(likeness, -np.inf)
    gone = np.zeros(len(likeness), dtype=bool)
    found: list[list[int]] = []
    chain: list[int] = []
    while members:
        if not chain:
            chain.append(next(iter(members)))
        at, before = chain[-1], chain[-2] if len(chain) > 1 else -1
        row = _row(likeness, at, gone)
        near = int(row.argmax())
        if row[near] < least:  # nothing becomes more like it by being joined
            found.append(members.pop(at))
            gone[chain.pop()] = True
        elif before >= 0 and row[before] >= row[near]:
            many, others = len(members[at]), len(members[before])
            mean = (many * row + others * _row(likeness, before, gone)) / (many + others)
            members[at] += members.pop(before)
            gone[before] = True
            likeness[at] = likeness[:, at] = mean
            likeness[at, at] = -np.inf
            del chain[-2:]
        else:
            chain.append(near)
    return found


def _row(likeness: "Likeness", at: int, gone: "NDArray[np.bool_]") -> "Vectors":
    import numpy as np

    row: Vectors = likeness[at].astype(np.float32)
    row[gone] = -np.inf
    return row
