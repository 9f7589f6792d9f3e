"""The name that an author probably meant, and the change that would write it."""

import re
from collections.abc import Collection, Iterable
from typing import NamedTuple

from engine.diagnostics.finding import Edit, Place

__all__ = ["Meant", "meant", "nearest"]

_LONGEST = 64
_SHORT = 2
"""Letters of a word that is no misspelling of another: any two of that length are near."""
_BARE = re.compile(r"[A-Za-z0-9_]+(?:[ ._-][A-Za-z0-9_]+)*")
"""What reads the same in every style of YAML, in a key, in brackets and in an expression."""
_NULLS = frozenset({"null", "Null", "NULL"})


def nearest(word: str, words: Iterable[str], *, within: int = _LONGEST) -> str | None:
    """The closest of `words` by optimal string alignment distance, if it is close: a third of the word, at least one,
    and at most `within`.

    Ties go to the first in alphabetical order, so that the answer is stable.
    """
    return next(iter(_closest(word, words, within)), None)


class Meant(NamedTuple):
    """For a finding about a name that is not there: the tip, and the fix where only one name can be meant."""

    tip: str = ""
    fix: Edit | None = None


def meant(word: str, words: Iterable[str], place: Place, *, taken: Collection[str] = ()) -> Meant:
    """What stands as `word` at `place` was probably meant to be.

    There is no fix where two names are equally near, where the name would need quotes, or where it is `taken`: a key
    that the mapping has already.
    """
    close = _closest(word, words)
    if not close:
        return Meant()
    name = close[0]
    bare = all(_BARE.fullmatch(text) and text not in _NULLS for text in (word, name))
    sure = len(close) == 1 and len(word) > _SHORT and name not in taken
    fix = Edit(place, word, name) if bare and sure else None
    return Meant(f"did you mean `{name}`?", fix)


def _closest(word: str, words: Iterable[str], within: int = _LONGEST) -> list[str]:
    """All words at the smallest distance, in alphabetical order; none where that is too far."""
    if len(word) > _LONGEST:
        return []
    best = min(max(1, len(word) // 3), within)
    lower = word.lower()
    letters = frozenset(lower)
    found: list[str] = []
    for other in sorted(set(words)):
        if abs(len(other) - len(word)) > best or other == word:
            continue
        others = frozenset(other.lower())
        if len(letters - others) > best or len(others - letters) > best:
            continue  # one change adds or removes one letter at most
        distance = _distance(lower, other.lower(), best)
        if distance is not None:
            found = [*found, other] if found and distance == best else [other]
            best = distance
    return found


def _distance(left: str, right: str, allowed: int) -> int | None:
    """Insertions, deletions, changes and swaps of neighbours; None above `allowed`. Only a band around the diagonal is
    looked at (Ukkonen 1985): what lies beyond takes more insertions than are allowed."""
    far = allowed + 1
    before, previous, current = [0] * 0, list(range(len(right) + 1)), [0] * 0
    for row, a in enumerate(left, 1):
        first, last = max(1, row - allowed), min(len(right), row + allowed)
        current = [row] + [far] * (first - 1)
        for column, b in enumerate(right[first - 1 : last], first):
            cost = min(previous[column] + 1, current[-1] + 1, previous[column - 1] + (a != b))
            if row > 1 and column > 1 and a == right[column - 2] and left[row - 2] == b:
                cost = min(cost, before[column - 2] + 1)
            current.append(cost)
        if min(current) > allowed:
            return None
        current += [far] * (len(right) - last)
        before, previous = previous, current
    return previous[-1] if previous[-1] <= allowed else None
