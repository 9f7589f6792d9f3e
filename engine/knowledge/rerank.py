"""The order of the candidates of a search, by what each of them holds of the question.

Six kinds of evidence are added up, each with its weight: BM25 of the passage and of its whole article; the best single
line of the passage under its headings, as BM25 with the rarity of each word taken among the candidates alone, so that
what all of them say counts for nothing; the words of the question that name the folders that the article is filed
under; the cosine of the vectors; and words of the question whose matter the headings name with another word. The first
five weights are tuned on one half of 100 real questions by `make bench-knowledge`; docs/knowledge.md has what they do
on the other half.
"""

from collections.abc import Sequence
from functools import lru_cache
from math import log
from typing import Final, NamedTuple

from engine.knowledge.related import related
from engine.knowledge.terms import path_terms

K1: Final = 1.2
B: Final = 0.75
LINE: Final = 25
"""Words of a line that is neither long nor short, its headings included."""
SCALE: Final = 30.0
"""The sum that makes a score of one half."""


class Candidate(NamedTuple):
    """A passage that one of the rankings found."""

    stems: str
    """First line: its path; second: title and headings; then the lines of its text."""
    source: str
    text: float
    """BM25 of the passage; 0 where full text did not find it."""
    article: float
    cosine: float | None
    """None: it has no vector yet."""


class Evidence(NamedTuple):
    """What a candidate holds of the question, kind by kind; nothing is below 0."""

    text: float
    article: float
    line: float
    folder: float
    vector: float
    related: float


Weights = Evidence
"""How much each kind counts."""

WEIGHTS: Final = Weights(text=1.0, article=1.2, line=6.2, folder=2.5, vector=14.8, related=8.0)


def evidence(wanted: Sequence[str], candidates: Sequence[Candidate]) -> list[Evidence]:
    """Of each candidate, in their order. `wanted`: the terms of the question."""
    held = [set(one.stems.split()) for one in candidates]
    rarity = {
        term: log(1 + len(held) / (0.5 + number)) for term in wanted if (number := sum(term in one for one in held))
    }
    known = [one.cosine for one in candidates if one.cosine is not None]
    middle = sorted(known)[len(known) // 2] if known else 0.0  # nothing is known of who has no vector yet
    return [
        Evidence(
            one.text,
            one.article,
            best_line(one.stems, rarity),
            sum(rarity[term] for term in _folders(one.source) if term in rarity),
            max(0.0, middle if one.cosine is None else one.cosine),
            related(wanted, frozenset(" ".join(one.stems.split("\n", 2)[:2]).split())),
        )
        for one in candidates
    ]


def score(of: Evidence, weights: Weights = WEIGHTS) -> float:
    """The weighed sum, brought to 0..1."""
    total = sum(weight * value for weight, value in zip(weights, of, strict=True))
    return total / (total + SCALE)


def best_line(stems: str, rarity: dict[str, float]) -> float:
    """BM25 of the best line, its headings counted with it."""
    _, head, *lines = stems.split("\n")
    above = head.split()
    named = [term for term in above if term in rarity]
    best = 0.0
    for line in lines:
        words = line.split()
        found = [term for term in words if term in rarity] + named
        if not found:
            continue
        norm = K1 * (1 - B + B * (len(words) + len(above)) / LINE)
        score = 0.0
        for term in set(found):
            count = found.count(term)
            score += rarity[term] * count * (K1 + 1) / (count + norm)
        best = max(best, score)
    return best


@lru_cache(maxsize=50_000)
def _folders(source: str) -> frozenset[str]:
    folder, _, _ = source.rpartition("/")
    return frozenset(path_terms(folder))
