"""Answering by quoting: the sentences of the passages that support an answer best, word for word, or a refusal.

A sentence is scored by the cosine of its vector and of the question's, once alone and once under its heading
("Returns > How long you have: ..."), by the share of the question's content words, weighed by their rarity
among the passages, that it and its heading hold, and by whether it holds the kind of thing asked for (a time
for "how long"). Whether the best one is good enough is a logistic regression on these four. A row of a table is
read, and quoted, with the head of its table; a price of something more special than what is asked for is none.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import exp, log
from typing import Final

import numpy as np

from engine.models.base import CELL, Passage, Request
from engine.models.local.about import strays
from engine.models.local.embedding import encode
from engine.models.local.figures import Figure, agree, figures, without
from engine.models.local.general import Scope, scope
from engine.models.local.kinds import asks_price, counts_another, fits, leaves_open, prices
from engine.models.local.named import numbers_another
from engine.models.local.pointing import points_back
from engine.models.local.rows import Row, heads, rows
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


@dataclass(frozen=True, slots=True)
class Sentence:
    """A candidate: verbatim text at `place` within passage number `passage`."""

    text: str
    passage: int
    place: int
    features: tuple[float, ...]
    row: Row | None = None
    """Of a line of a table, its cells below their heads."""
    before: str = ""
    """The sentence before it in its passage."""

    @property
    def said(self) -> str:
        """What it says, and how it is quoted."""
        return self.text if self.row is None else str(self.row)

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
    to_it = _general(to_it, asked, request)
    best = _best([one for one in to_it if _readable(request.passages[one.passage], request.language)])
    if best is None or best.score < THRESHOLD:
        best = _best(to_it)  # in another language rather than not at all
    if best is None or best.score < THRESHOLD:
        return Quotation("", (), best.score if best else 0.0)
    if counts_another(asked, best.said) or not _stands_out(best, scored, request):
        return Quotation("", (), min(best.score, JUST_BELOW))
    if _disputed(best, to_it) or (asks_price(asked) and _outpriced(best, to_it)):
        return Quotation("", (), min(best.score, JUST_BELOW))
    chosen = _with_company(best, [one for one in to_it if not counts_another(asked, one.said)], scored)
    text = "\n".join(" ".join(one.said for one in group) for _, group in groupby(chosen, key=_apart))
    cited = dict.fromkeys(request.passages[one.passage].id for one in chosen)
    return Quotation(text, tuple(cited), best.score)


def _to_it(one: Sentence, asked: str, request: Request, known: set[str]) -> bool:
    heading = _heading(request.passages[one.passage])
    if strays(asked, one.said, heading, known):
        return False
    return not numbers_another(latest(request.messages), f"{heading}\n{one.said}")


def _apart(one: Sentence) -> int | None:
    """Sentences are quoted in a row, each line of a table on its own."""
    return None if one.row is None else one.place


def _general(to_it: list[Sentence], asked: str, request: Request) -> list[Sentence]:
    """Those that are of nothing special (see `engine.models.local.general`); of these the most general ones, if any is
    good enough."""
    scopes = [(one, _scope(one, asked, request)) for one in to_it]
    least = min((of for one, of in scopes if one.score >= THRESHOLD), default=Scope.PARTLY)
    return [one for one, of in scopes if of <= least < Scope.SPECIAL]


def _scope(one: Sentence, asked: str, request: Request) -> Scope:
    headings = _heading(request.passages[one.passage])
    return scope(asked, one.row or one.text, before=one.before, headings=headings)


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


def _outpriced(best: Sentence, to_it: list[Sentence]) -> bool:
    """Whether another passage gives other prices for what is asked, and nothing else, nearly as well."""
    own = _prices(best)
    return bool(own) and any(
        one.passage != best.passage and one.score >= LIKE_THE_BEST * best.score and own.isdisjoint(_prices(one) or own)
        for one in to_it
    )


def _prices(one: Sentence) -> set[str]:
    """Its amounts of money, in one way of writing; none is 0."""
    return {
        next((money.value for money in figures(one.said[begin:end], "") if money.unit.isupper()), "0")
        for begin, end in prices(one.said)
    }


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
    held = best.text if best.row is None else " ".join((best.row.cells[0], *best.row.head))
    if wanted <= set(content_words(f"{_heading(request.passages[0])} {held}")):
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
        (number, place, text, table.get(place), lines[place - 1] if place else "")
        for number, passage in enumerate(passages[:MAX_PASSAGES])
        for lines in (_sentences(passage.text),)
        for table in (rows(lines),)
        for place, text in _telling(asked, lines)
    ][:MAX_SENTENCES]
    if not found:
        return []
    said = [text if row is None else _telling_columns(asked, row) for _, _, text, row, _ in found]
    headed = [f"{_heading(passages[number])}: {text}" for (number, *_), text in zip(found, said, strict=True)]
    vectors = encode([asked, *said, *headed])
    near = vectors[1:] @ vectors[0]
    covered = _coverage(asked, headed)
    measured = zip(found, said, near, near[len(found) :], covered, strict=False)
    return [
        Sentence(text, number, place, (float(a), float(u), c, fits(asked, read)), row, before)
        for (number, place, text, row, before), read, a, u, c in measured
    ]


def _sentences(text: str) -> list[str]:
    """Those of a passage, each row of a table in one piece."""
    found: list[str] = []
    for line in text.split("\n"):
        found += [line.strip()] if CELL in line else sentences(line)
    return found


def _telling_columns(asked: str, row: Row) -> str:
    """What a row says of the kind of thing that is asked for; all of it where no column is of that kind."""
    columns = range(1, len(row.cells))
    return row.of([one for one in columns if fits(asked, row.column(one)) > 0] or columns)


def _telling(asked: str, found: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Sentences that may say something, with their places: not the head of a table without its rows, not what repeats
    the question, and not what speaks of a number that is asked for without saying it."""
    repeated = f" {' '.join(words(asked))} "
    above = heads(found)
    for place, text in enumerate(found):
        said = words(text)
        tells = len(said) >= 2 and place not in above and not leaves_open(asked, text)
        if tells and f" {' '.join(said)} " not in repeated:
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
