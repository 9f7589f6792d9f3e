"""The name that an author probably meant."""

from collections.abc import Iterable

__all__ = ["nearest"]

_LONGEST = 64


def nearest(word: str, words: Iterable[str]) -> str | None:
    """The closest of `words` by optimal string alignment distance, if it is close: a third of the word, at least one.

    Ties go to the first in alphabetical order, so that the answer is stable.
    """
    if len(word) > _LONGEST:
        return None
    allowed = max(1, len(word) // 3)
    best: tuple[int, str] | None = None
    for other in sorted(set(words)):
        if abs(len(other) - len(word)) > allowed or other == word:
            continue
        found = _distance(word.lower(), other.lower(), allowed)
        if found is not None and (best is None or (found, other) < best):
            best = (found, other)
    return best[1] if best else None


def _distance(left: str, right: str, allowed: int) -> int | None:
    """Insertions, deletions, changes and swaps of neighbours; None above `allowed`."""
    before, previous, current = [0] * 0, list(range(len(right) + 1)), [0] * 0
    for row, a in enumerate(left, 1):
        current = [row]
        for column, b in enumerate(right, 1):
            cost = min(previous[column] + 1, current[-1] + 1, previous[column - 1] + (a != b))
            if row > 1 and column > 1 and a == right[column - 2] and left[row - 2] == b:
                cost = min(cost, before[column - 2] + 1)
            current.append(cost)
        if min(current) > allowed:
            return None
        before, previous = previous, current
    return previous[-1] if previous[-1] <= allowed else None
