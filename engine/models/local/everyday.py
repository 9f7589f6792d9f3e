"""What has nothing to do with a desk: things of everyday life and of other businesses.

"How do I close my gym membership?" is to encoders nearly what "How do I close my account?" is, and a desk's examples do
not say what it does not do. A text's words are compared with everyday.txt, about a thousand such things (written for
this; vectors of the multilingual encoder beside it, so that a German's "Hund" is a dog), and with the desk's own words.
A word that is plainly nearer to a thing than to all of these is strange. A group of things of which the desk speaks
itself is none: a bank's desk knows of loans.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.models.base import Choice
from engine.models.local import vectors
from engine.models.local.about import LOOSE
from engine.models.local.words import STOP, stem, words

__all__ = ["VECTORS", "Surroundings", "Thing", "things"]

Array = NDArray[np.float32]

FILE: Final = Path(__file__).with_name("everyday.txt")
VECTORS: Final = FILE.with_suffix(".npy")
"""A row a thing, as `python -m benchmarks.embed_everyday` writes it."""
GOODS: Final = 0.5
"""What a strange thing counts that is also sold and sent: "Where is my bicycle?" may be a shop's matter."""
LOOSELY: Final = 0.5
"""What a word counts that the desk uses and that means little, such as "order"."""
NEAR: Final = 0.73
"""The likeness from which on a word is a thing of the list."""
SAME: Final = 0.97
"""The same for a thing that other words are like, too."""
LEAD: Final = 0.1
"""How much nearer it has to be to it than to every word of the desk."""
KNOWN: Final = 0.85
"""The likeness to one of a group's things from which on a desk's word says that the desk knows the group."""
WEIGHT: Final = 1.9
"""The share of confidence that goes with each share of the words that is strange."""
LEAST: Final = 0.15
"""Of a text with a smaller share of strange words nothing is held against it."""
OWN: Final = 0.65
"""The likeness to a word of the desk from which on a word is the desk's own, whatever else it is like."""
ALL: Final = 0.2
NONE: Final = 0.4
"""Nothing is held against texts for a desk of whose examples this share names such things; up to `ALL`, all is."""
MAX_OWN: Final = 1_500
"""Words of a desk that are compared; the first ones of a larger desk."""
MAX_WORDS: Final = 40
"""Words of a text that are looked at."""


class Thing(NamedTuple):
    """A thing of the list, its group, and what it counts."""

    name: str
    group: int
    counts: float
    least: float
    """The likeness from which on a word is it."""
    beside: frozenset[str]
    """Stems of words beside which it is no stranger."""


@lru_cache(maxsize=1)
def things() -> tuple[Thing, ...]:
    """The list, in its order."""
    lines = [line for line in FILE.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    return tuple(
        Thing(
            name.rstrip("!").replace("-", " ").casefold(), group, GOODS if line.startswith("~") else 1.0,
            SAME if name.endswith("!") else NEAR, frozenset(map(stem, line.partition("|")[2].split())),
        )
        for group, line in enumerate(lines)
        for name in line.partition("|")[0].lstrip("~").split()
    )  # fmt: skip


@lru_cache(maxsize=1)
def _vectors() -> Array:
    rows: Array = np.load(VECTORS).astype(np.float32)
    return rows


@lru_cache(maxsize=1)
def _least() -> Array:
    return np.array([one.least for one in things()], dtype=np.float32)


class Surroundings:
    """A desk's own words, and the things that it does not know. Read-only but for the words it has looked at."""

    def __init__(self, choices: tuple[Choice, ...]) -> None:
        said = [text for one in choices for text in (one.name.replace("-", " "), one.about, *_spoken(one))]
        self._words = list(dict.fromkeys(word for text in said for word in _named(text)))[:MAX_OWN]
        self._stems = {stem(word) for word in self._words}
        self._examples = [text for one in choices for text in one.examples][:MAX_OWN]
        self._loose = {stem(word) for text in said for word in words(text)} & LOOSE
        self._looked: dict[str, Thing | None] = {}

    @cached_property
    def _own(self) -> Array:
        return vectors.multilingual(self._words or ["-"])

    @cached_property
    def _unknown(self) -> NDArray[np.bool_]:
        """Which things no word of the desk knows, nor one of their group."""
        near = (_vectors() @ self._own.T).max(axis=1) >= KNOWN
        known = {one.group for one, is_near in zip(things(), near, strict=True) if is_near}
        return np.array([one.group not in known for one in things()])

    @cached_property
    def _weight(self) -> float:
        """What strange words say here: nothing where the desk's own examples are full of everyday things."""
        near: NDArray[np.bool_] = _vectors() @ self._own.T >= _least()[:, None]
        plain = {word for place, word in enumerate(self._words) if near[:, place].any()}
        share = sum(not plain.isdisjoint(_named(text)) for text in self._examples) / max(1, len(self._examples))
        return min(1.0, max(0.0, (NONE - share) / (NONE - ALL)))

    def strange(self, text: str) -> float:
        """The share of the text's words that name things which have nothing to do with the desk, 0..1."""
        named = list(dict.fromkeys(_named(text)))[:MAX_WORDS]
        said = {stem(word) for word in words(text)}
        found = [self._thing(word) for word in named]
        counted = [one.counts if one and said.isdisjoint(one.beside) else 0.0 for one in found]
        foreign = sum(counted)
        own = counted.count(0.0) + LOOSELY * len(said & self._loose)
        return foreign / (foreign + own) if foreign else 0.0

    def share(self, text: str) -> float:
        """What of a confidence remains for a text with such words in it, 0..1."""
        strange = self.strange(text)
        return 1.0 if strange < LEAST else max(0.0, 1.0 - WEIGHT * self._weight * strange)

    def _thing(self, word: str) -> Thing | None:
        if stem(word) in self._stems:
            return None
        try:
            return self._looked[word]
        except KeyError:
            if len(self._looked) > MAX_OWN:
                self._looked.clear()
            found = self._looked[word] = self._like(word)
            return found

    def _like(self, word: str) -> Thing | None:
        vector = vectors.multilingual([word])[0]
        likeness, own = _vectors() @ vector, float((self._own @ vector).max())
        fits = self._unknown & (likeness >= np.maximum(_least(), own + LEAD))
        return things()[int(np.where(fits, likeness, -1.0).argmax())] if own < OWN and fits.any() else None


def _spoken(choice: Choice) -> Sequence[str]:
    return (*choice.examples, *choice.counter_examples)


def _named(text: str) -> Iterator[str]:
    """Words that may name something."""
    return (
        word for word in words(text)
        if len(word) > 2 and word not in STOP and not word.isdigit() and stem(word) not in LOOSE
    )  # fmt: skip
