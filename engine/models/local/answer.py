"""Answering by quoting: the sentences of the passages that support an answer best, word for word, or a refusal.

A sentence is scored by the cosine of its vector and of the question's, once alone and once under its heading
("Returns > How long you have: ..."), by the share of the question's content words, weighed by their rarity
among the passages, that it and its heading hold, and by whether it holds the kind of thing asked for (a time
for "how long"). Whether the best one is good enough is a logistic regression on these four.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import exp, log
from typing import Final

import numpy as np

from engine.models.base import Passage, Request
from engine.models.local.about import strays
from engine.models.local.embedding import encode
from engine.models.local.figures import Figure, agree, figures, without
from engine.models.local.kinds import counts_another, fits, leaves_open
from engine.models.local.named import numbers_another
from engine.models.local.pointing import points_back
from engine.models.local.synonyms import Synonyms
from engine.models.local.words import clean, content_words, latest, sentences, words

MAX_PASSAGES: Final = 12
MAX_SENTENCES: Final = 240
MAX_QUOTED: Final = 4
MAX_QUOTED_CHARACTERS: Final = 900
LIKE_THE_BEST: Final = 0.8
"""A further sentence is quoted when it scores this share of the best one, and stands in the same passage."""

# Logistic regression of "the best sentence answers" on (1, its cosine alone, its cosine under its heading, coverage,
# fit of kind). Fitted by benchmarks/fit_local_confidence.py on 56 questions to the articles of a shop, half of them
# without an answer there: few, so the figures say where the threshold lies, not how good this is elsewhere.
SUPPORT: Final = (-7.0, 7.1, 7.6, 2.4, 3.0)
THRESHOLD: Final = 0.5
"""Below this confidence nothing is quoted."""
JUST_BELOW: Final = 0.49
"""The most that a refusal is sure of."""
SURE: Final = 0.9
FEW: Final = 3
"""Sentences over the threshold among which the best one is taken at its word; of more, it has to stand out."""
AHEAD: Final = 1.0
"""How far (in the logit) the best sentence is ahead of those of other passages, where it stands out."""

ALIKE: Final = 0.8
"""The share of words that two sentences have in common which say the same thing."""

_CELL: Final = " | "
"""Between the cells of a table's line."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A candidate: verbatim text at `place` within passage number `passage`."""

    text: str
    passage: int
    place: int
    features: tuple[float, ...]

    @property
    def logit(self) -> float:
        """The weighed sum of its features."""
        return sum(a * b for a, b in zip(SUPPORT, (1.0, *self.features), strict=True))

    @property
    def score(self) -> float:
        """How likely it answers, 0..1, by itself."""
        return 1 / (1 + exp(-self.logit))


@dataclass(frozen=True, slots=True)
class Quotation:
    """What to say; empty when refused. `confidence` is then that of the best sentence there was."""

    text: str
    citations: tuple[str, ...]
    confidence: float


def quote(request: Request) -> Quotation:
    """The best supported sentences. Blocking; about 1 ms a sentence."""
    asked = question(request)
    known = {stem for passage in request.passages for stem in content_words(_heading(passage))}
    scored = candidates(asked, request.passages)
    to_it = [one for one in scored if _to_it(one, asked, request, known)]
    best = _best([one for one in to_it if _readable(request.passages[one.passage], request.language)])
    if best is None or best.score < THRESHOLD:
        best = _best(to_it)  # in another language rather than not at all
    if best is None or best.score < THRESHOLD:
        return Quotation("", (), best.score if best else 0.0)
    if counts_another(asked, best.text) or not _stands_out(best, scored, request):
        return Quotation("", (), min(best.score, JUST_BELOW))
    if _disputed(best, to_it):
        return Quotation("", (), min(best.score, JUST_BELOW))
    chosen = _with_company(best, [one for one in to_it if not counts_another(asked, one.text)], scored)
    text = "\n".join(" ".join(one.text for one in group) for _, group in groupby(chosen, key=lambda one: one.passage))
    cited = dict.fromkeys(request.passages[one.passage].id for one in chosen)
    return Quotation(text, tuple(cited), best.score)


def _to_it(one: Sentence, asked: str, request: Request, known: set[str]) -> bool:
    heading = _heading(request.passages[one.passage])
    if strays(asked, one.text, heading, known):
        return False
    return not numbers_another(latest(request.messages), f"{heading}\n{one.text}")


def _best(scored: list[Sentence]) -> Sentence | None:
    return max(scored, key=lambda one: one.score, default=None)


def _disputed(best: Sentence, to_it: list[Sentence]) -> bool:
    """Whether another passage says the same with other numbers, nearly as well: a person knows which of them holds."""
    said, rest = _said(best)
    for one in to_it if said else ():
        if one.passage != best.passage and one.score >= LIKE_THE_BEST * best.score:
            other, left = _said(one)
            alike = len(left & rest) >= ALIKE * len(left | rest)
            if alike and other and not (len(other) == len(said) and all(map(agree, other, said))):
                return True
    return False


def _said(one: Sentence) -> tuple[list[Figure], frozenset[str]]:
    """Its figures, and its other words."""
    found = figures(one.text, "")
    return found, frozenset(content_words(without(one.text, found)))


def _stands_out(best: Sentence, scored: list[Sentence], request: Request) -> bool:
    """Whether a sentence that is near to the question also answers it: where every article speaks of the same, many do.

    It holds the kind of thing that is asked for, or is one of a `FEW` near ones; or it stands in the passage that the
    search put first, is `SURE`, and either holds all that is asked or is well ahead of every other passage.
    docs/knowledge.md has the figures.
    """
    if best.features[3] > 0 or sum(one.score >= THRESHOLD for one in scored) <= FEW:
        return True
    if best.passage or best.score < SURE:
        return False
    wanted = set(content_words(question(request)))
    if wanted <= set(content_words(f"{_heading(request.passages[0])} {best.text}")):
        return True
    return all(best.logit - one.logit >= AHEAD for one in scored if one.passage != best.passage)


def _readable(passage: Passage, language: str | None) -> bool:
    return not language or passage.language in {language.lower(), "", "und"}


def question(request: Request) -> str:
    """What is to be answered, in the words of the passages: the questions among the customer's last words, else all of
    these words."""
    said = latest(request.messages) or clean(request.instruction)
    asked = " ".join(one for one in sentences(said) if one.endswith(("?", "？")))
    # "It arrived broken. What now?" asks nothing without the sentence before
    asked = asked if len(content_words(asked)) >= 2 else said
    if not request.synonyms:
        return asked
    held = "\n".join(f"{_heading(one)}\n{one.text}" for one in request.passages[:MAX_PASSAGES])
    return Synonyms(request.synonyms).instead(asked, held)


def candidates(asked: str, passages: Sequence[Passage]) -> list[Sentence]:
    """Every sentence of the passages with its features; none for a question without words."""
    if not words(asked):
        return []
    found = [
        (number, place, text)
        for number, passage in enumerate(passages[:MAX_PASSAGES])
        for place, text in _telling(asked, sentences(passage.text))
    ][:MAX_SENTENCES]
    if not found:
        return []
    headed = [f"{_heading(passages[number])}: {text}" for number, _, text in found]
    vectors = encode([asked, *(text for _, _, text in found), *headed])
    near = vectors[1:] @ vectors[0]
    covered = _coverage(asked, headed)
    rows = zip(found, near, near[len(found) :], covered, strict=False)
    return [
        Sentence(text, number, place, (float(a), float(u), c, fits(asked, text)))
        for (number, place, text), a, u, c in rows
    ]


def _telling(asked: str, found: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Sentences that may say something, with their places: not the head of a table without its rows, not what repeats
    the question, and not what speaks of a number that is asked for without saying it."""
    repeated = f" {' '.join(words(asked))} "
    before = ""
    for (place, text), after in zip(enumerate(found), [*found[1:], ""], strict=False):
        said = words(text)
        is_head = _CELL in text and _CELL in after and _CELL not in before
        before = text
        if len(said) >= 2 and not is_head and f" {' '.join(said)} " not in repeated and not leaves_open(asked, text):
            yield place, text


def _heading(passage: Passage) -> str:
    return " > ".join(part for part in (passage.title, passage.heading) if part)


def _coverage(asked: str, texts: list[str]) -> list[float]:
    wanted = sorted(set(content_words(asked)))
    held = [set(content_words(text)) for text in texts]
    rarity = np.array([log(1 + len(held) / (0.5 + sum(word in one for one in held))) for word in wanted])
    total = float(rarity.sum())
    if not total:
        return [0.0] * len(texts)
    return [
        float(sum(weight for word, weight in zip(wanted, rarity, strict=True) if word in one)) / total for one in held
    ]


def _with_company(best: Sentence, to_it: list[Sentence], scored: list[Sentence]) -> list[Sentence]:
    """The best sentence with what it points back to, and others of its passage that are nearly as good."""
    same = {one.place: one for one in scored if one.passage == best.passage}
    chosen = {best.place, *_antecedent(best, same)}
    good = [
        one for one in to_it if one.passage == best.passage and one.score >= max(THRESHOLD, LIKE_THE_BEST * best.score)
    ]
    for one in sorted(good, key=lambda one: -one.score):
        fresh = {*chosen, one.place}
        if (
            fresh.issuperset(_antecedent(one, same))  # what speaks of another sentence is not worth that one too
            and len(fresh) <= MAX_QUOTED
            and sum(len(same[place].text) for place in fresh) <= MAX_QUOTED_CHARACTERS
        ):
            chosen = fresh
    return [same[place] for place in sorted(chosen)]


def _antecedent(one: Sentence, same: dict[int, Sentence]) -> set[int]:
    """The sentence before, where this one starts with "It", "Otherwise" and the like."""
    return {one.place - 1} if points_back(one.text) and one.place - 1 in same else set()
