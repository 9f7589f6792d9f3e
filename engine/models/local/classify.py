"""Choosing a class by its examples, with a confidence that says how often such a choice is right.

Two heads (`engine.models.local.head`) are made of the same examples. English texts go to one that sees both packaged
encoders, whose mistakes differ; texts in any other language go to one that sees the multilingual encoder alone, and so
does everything where the second encoder is not installed or the examples themselves are not English.
"""

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import log
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.models.base import Choice, Request
from engine.models.local import minilm, vectors
from engine.models.local.denied import wished
from engine.models.local.everyday import Surroundings
from engine.models.local.head import Head
from engine.models.local.language import detect_language
from engine.models.local.words import latest, sentences, words

__all__ = ["REJECT", "Classifier", "Near", "Seen", "Verdict", "classifier", "classify", "parts", "scored", "wanted"]

Array = NDArray[np.float32]

MAX_SENTENCES: Final = 8
ENGLISH: Final = 0.5
"""The least share of English examples with which the second encoder is of use."""
LETTERS_ENGLISH: Final = 0.15
LETTERS_ANY: Final = 0.25

_LONG_NUMBER = re.compile(r"#?\b[0-9]{3,}\b")
_WORD = re.compile(r"\w")

# Logistic regression of "the best class is right" on (1, its value, its lead over the second in parts of its value,
# the similarity of its nearest example, log of the examples a class has, log of the classes). Fitted on the training
# texts of banking77, as benchmarks/fit_local_confidence.py does it: 40 draws of 3 to 12 of its 77 classes with 2 to 10
# examples each, every eighth of 40 to 70 with 3, 5 or 10, a quarter of the texts from classes that were not drawn, for
# which no class is right.
CONFIDENCE_ENGLISH: Final = (-4.01, 3.66, 3.70, 4.67, -0.60, -0.10)
CONFIDENCE_ANY: Final = (-3.32, 5.25, 3.35, 2.58, -0.60, -0.02)
REJECT: Final = 0.5
"""Below this the choice is None: more likely wrong than right."""

AGREES: Final = 0.3
"""From this on what remains of a text, without what it denies, says by itself where the text belongs."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`choice` is None when no class is likely; `confidence` is then how likely the best one still was."""

    choice: str | None
    scores: dict[str, float]
    confidence: float


class Near(NamedTuple):
    """An example that a text is like, and how much, 1 for the same."""

    choice: str
    example: str
    similarity: float


def classify(request: Request) -> Verdict:
    """The class of what the customer wrote last. Blocking."""
    text = latest(request.messages)
    scores = wanted(text, request.choices) if request.wished else scored(text, request.choices)
    if not scores:
        return Verdict(None, {}, 0.0)
    best = max(scores, key=lambda name: scores[name])
    return Verdict(best if scores[best] >= REJECT else None, scores, scores[best])


def scored(text: str, choices: tuple[Choice, ...]) -> dict[str, float]:
    """How likely each class is meant by one text, 0..1; nothing is, where it has no words."""
    return classifier(choices).scored(text) if choices else {}


def wanted(text: str, choices: tuple[Choice, ...]) -> dict[str, float]:
    """As `scored`, where a class is what a customer wants: what they do not want counts for none, and less does what
    speaks of things that none of the classes has to do with."""
    return classifier(choices).wanted(text) if choices else {}


def parts(text: str) -> list[str]:
    """The whole text and, of a longer one, its sentences: a wish may stand in one of them."""
    single = [one for one in sentences(text) if len(words(one)) >= 3][:MAX_SENTENCES]
    return [text, *single] if len(single) > 1 else [text]


@lru_cache(maxsize=64)
def classifier(choices: tuple[Choice, ...]) -> "Classifier":
    """The classifier of these choices, made once a process."""
    return Classifier(choices)


class Seen(NamedTuple):
    """What a head makes of some texts: a value per text and class, and the similarity to each class's nearest."""

    values: Array
    nearest: Array


class Classifier:
    """Examples of some classes with the heads that follow from them. Read-only once made."""

    def __init__(self, choices: tuple[Choice, ...]) -> None:
        self.choices = choices
        self.rows = [(text, place) for place, one in enumerate(choices) for text in _examples(one)]
        counter = [(text, place) for place, one in enumerate(choices) for text in one.counter_examples]
        self._logs = (log(len(self.rows) / len(choices)), log(len(choices)))
        texts = [_without_numbers(text) for text, _ in (*self.rows, *counter)]
        targets = np.zeros((len(texts), len(choices)), dtype=np.float32)
        for row, (_, place) in enumerate(self.rows):
            targets[row, place] = 1.0
        for row, (_, place) in enumerate(counter, start=len(self.rows)):
            targets[row, place] = -1.0
        english = sum(detect_language(text) == "en" for text in texts[:200]) >= ENGLISH * min(len(texts), 200)
        self._both = english and minilm.available()
        self._texts, self._targets = texts, targets
        self._places = np.array([place for _, place in self.rows])

    def values(self, texts: list[str], *, english: bool) -> Seen:
        """What the head for English, or that for any language, makes of the texts."""
        both = english and self._both
        head, plain = self._english if both else self._any, [_without_numbers(one) for one in texts]
        encode = vectors.both if both else vectors.multilingual
        similar = head.similar(encode(plain), head.letters(plain))
        nearest = np.full((len(texts), len(self.choices)), -1.0, dtype=np.float32)
        for row, own in enumerate(similar[:, : len(self.rows)]):
            np.maximum.at(nearest[row], self._places, own)
        return Seen(head.values(similar), nearest)

    def probabilities(self, texts: list[str]) -> list[float]:
        """Per class, how likely it is meant. The texts are parts of one message: the best part counts."""
        return self.all_probabilities([texts])[0]

    def all_probabilities(self, messages: list[list[str]]) -> list[list[float]]:
        """The same for many messages at once, which is faster."""
        found: dict[int, list[float]] = {}
        spoken = [detect_language(texts[0]) == "en" for texts in messages]
        for english in set(spoken):
            places = [place for place, one in enumerate(spoken) if one == english]
            seen = self.values([text for place in places for text in messages[place]], english=english)
            weights = np.array(CONFIDENCE_ENGLISH if english and self._both else CONFIDENCE_ANY)
            at = 0
            for place in places:
                part = slice(at, at := at + len(messages[place]))
                best = Seen(seen.values[part].max(axis=0), seen.nearest[part].max(axis=0))
                each = 1 / (1 + np.exp(-self.evidence(best) @ weights))
                # two wishes in one message: each is likely there, and neither is likely to be the one that is meant
                found[place] = (each / max(1.0, float(each.sum()))).tolist()
        return [found[place] for place in range(len(messages))]

    def scored(self, text: str) -> dict[str, float]:
        """See the function."""
        names = [one.name for one in self.choices]
        if not words(text):
            return dict.fromkeys(names, 0.0)
        return dict(zip(names, self.probabilities(parts(text)), strict=True))

    def wanted(self, text: str) -> dict[str, float]:
        """See the function."""
        scores = self._not_denied(text)
        if max(scores.values()) < AGREES:
            return scores
        share = self.surroundings.share(text)
        return {name: share * score for name, score in scores.items()}

    def _not_denied(self, text: str) -> dict[str, float]:
        """The scores of what is wished. A class whose own example denies, too ("I don't want your newsletter"), is
        meant all the same."""
        whole, rest = self.scored(text), wished(text)
        if rest == text or not words(text):
            return whole
        if any(wished(near.example) != near.example for near in self.near(text, 1)):
            return whole
        left = self.scored(rest)
        best = max(left, key=lambda name: left[name])
        # what is left says the same: then the rest is why, and helps to understand it
        return whole if left[best] >= AGREES and whole[best] == max(whole.values()) else left

    def evidence(self, seen: Seen) -> Array:
        """What the confidence in each class is computed from, a row a class; see `CONFIDENCE_ENGLISH`."""
        values = seen.values.astype(np.float64)
        first, second = sorted([*values, 0.0] if len(values) == 1 else values, reverse=True)[:2]
        leads = values - np.where(values == first, second, first)
        ones = np.ones_like(values)
        columns = (ones, values, leads / (np.abs(values) + 0.05), seen.nearest, *(ones * one for one in self._logs))
        rows: Array = np.stack(columns, axis=1)
        return rows

    def near(self, text: str, count: int = 3) -> list[Near]:
        """The examples that a text is most like, best first: what an explanation shows."""
        similar = self._similar([text], english=detect_language(text) == "en")[0]
        return [self._near(int(row), similar) for row in np.argsort(-similar, kind="stable")[:count]]

    def collisions(self, alike: float) -> list[tuple[Near, Near]]:
        """Pairs of examples of two classes whose similarity is at least so high, most alike first."""
        found = []
        for row, (text, place) in enumerate(self.rows):
            similar = self._similar([text], english=detect_language(text) == "en")[0]
            later = [at for at in range(row + 1, len(self.rows)) if self.rows[at][1] != place and similar[at] >= alike]
            found += [(self._near(row, similar), self._near(at, similar)) for at in later]
        return sorted(found, key=lambda pair: -pair[1].similarity)

    def _near(self, row: int, similar: Array) -> Near:
        text, place = self.rows[row]
        return Near(self.choices[place].name, text, float(similar[row]))

    def _similar(self, texts: list[str], *, english: bool) -> Array:
        both = english and self._both
        head, plain = self._english if both else self._any, [_without_numbers(one) for one in texts]
        encode = vectors.both if both else vectors.multilingual
        return head.similar(encode(plain), head.letters(plain))[:, : len(self.rows)]

    @cached_property
    def surroundings(self) -> Surroundings:
        """What is strange to it."""
        return Surroundings(self.choices)

    @cached_property  # a desk with customers of one language needs one of the two
    def _any(self) -> Head:
        return Head(vectors.multilingual(self._texts), self._texts, self._targets, letters=LETTERS_ANY)

    @cached_property
    def _english(self) -> Head:
        return Head(vectors.both(self._texts), self._texts, self._targets, letters=LETTERS_ENGLISH)


def _without_numbers(text: str) -> str:
    # "order 4821" stands in examples of several flows, and says nothing of the wish
    return _LONG_NUMBER.sub("", text) if _WORD.search(_LONG_NUMBER.sub("", text)) else text


def _examples(choice: Choice) -> tuple[str, ...]:
    own = tuple(one for one in (*choice.examples, choice.about) if one.strip())
    return own or (choice.name.replace("_", " ").replace("-", " "),)
