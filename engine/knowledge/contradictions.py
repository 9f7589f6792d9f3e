"""Sentences of two articles that say the same in the same words with other figures: candidates for a person."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Final

from engine.knowledge.chunks import Chunk
from engine.knowledge.findings import Finding, short
from engine.knowledge.matter import Scope, capitals, names, scope
from engine.knowledge.scan import ANY_LANGUAGE
from engine.knowledge.terms import asked, terms
from engine.models.local.figures import DAY, Figure, agree, figures, without
from engine.models.local.words import sentences

__all__ = ["contradictions"]

SAME: Final = 0.75
"""Share of common words, numbers aside, from which two sentences speak of the same."""
ENOUGH_WORDS: Final = 4
"""With fewer, as in "Refunds take 5 days", all words have to be the same, and so has what the headings say."""
LEAST_WORDS: Final = 2
COMMON: Final = 40
"""What stands in more sentences than this tells nothing apart."""
MOST_FIGURES: Final = 4
PHONE: Final = "PHONE"
_PHONE: Final = re.compile(
    r"(?<![\w+.,:/-])(?!\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b)"
    r"(?:\+\d|\(?0\d|\(\d{3}\)|(?=\d{3}[ .-]\d{3}[ .-]\d{4}\b)\d)[\d ()/.-]{5,}\d(?![\w,])"
)
"""As it is written with the number of its country or its town; no day."""
_DIGITS: Final = 7
"""Of a number of a telephone, its last: what stands before them may be written in several ways."""
_LEAST_DIGITS: Final = 9
"""With fewer it may be a time or a day."""
_LABEL: Final = re.compile(
    r"(?:([^\W\d_]*[^\W\d_a-zà-ÿ][^\W\d_]*)|\b(?:version|release|model|modell|step|section|chapter|level|page|zone|size|"
    r"option|type|schritt|abschnitt|kapitel|stufe|seite|größe|étape|page|taille|paso|página|v|no|nr)\.?) ?$",
)
"""What stands before a number that names something: "Version 2.0", "Windows 11"; any word with a capital letter may."""
_BOUNDS: Final = frozenset(terms("within up until till innerhalb binnen bis dans hasta"))
"""That 14 days are the most that somebody has may be said or not."""


@dataclass(frozen=True, slots=True)
class _Statement:
    """A sentence with a number in it."""

    path: str
    language: str
    text: str
    words: frozenset[str]
    """Its terms, numbers aside."""
    names: frozenset[str]
    """Those of them that are names, and the numbers that name something."""
    figures: tuple[Figure, ...]
    scope: Scope

    @property
    def numbers(self) -> tuple[str, ...]:
        """What its figures say, and no place in a text."""
        return tuple(one.value for one in self.figures)


def contradictions(chunks: Mapping[str, Sequence[Chunk]]) -> Iterator[Finding]:
    """Each pair of articles once for the same figures. `chunks`: by path."""
    known = capitals("\n".join(chunk.text for chunk in some) for some in chunks.values())
    statements = [one for some in chunks.values() for chunk in some for one in _statements(chunk, known)]
    number: dict[str, int] = defaultdict(int)
    for one in statements:
        for word in one.words:
            number[word] += 1
    blocks: dict[tuple[str, ...], list[_Statement]] = defaultdict(list)
    for one in statements:  # two that share three quarters of their words share some of the rarest
        rare = sorted(one.words, key=lambda word: (number[word], word))[: max(2, len(one.words) // 2)]
        for pair in pairwise(rare):
            blocks[tuple(sorted(pair))].append(one)
    told: set[tuple[str, str, tuple[str, ...], tuple[str, ...]]] = set()
    for some in blocks.values():
        if len(some) > COMMON:
            continue
        for one, other in combinations(some, 2):
            key = (one.path, other.path, one.numbers, other.numbers)
            if key not in told and _contradict(one, other):
                told.add(key)
                message = f"“{short(one.text)}”, but {other.path}: “{short(other.text)}”"
                yield Finding(kind="contradiction", path=one.path, message=message, other=other.path)


def _statements(chunk: Chunk, known: frozenset[str]) -> Iterator[_Statement]:
    about: Scope | None = None
    for text in sentences(chunk.text):
        found = _figures(text, chunk.language)
        if not found or len(found) > MOST_FIGURES:
            continue
        labels = [one for one in found if _labels(text, one)]
        counted = tuple(one for one in found if one not in labels)
        said = frozenset(one for one in asked(without(text, found, units=True)) if not one.isdigit()) - _BOUNDS
        if not counted or len(said) < LEAST_WORDS:
            continue
        about = about or scope(chunk, known)
        named = names(text, known) & said | {f"#{one.value}" for one in labels}
        yield _Statement(chunk.source, chunk.language, text, said, named, counted, about)


def _figures(text: str, language: str) -> list[Figure]:
    phones = [
        Figure(digits[-_DIGITS:], PHONE, one.start(), one.end())
        for one in _PHONE.finditer(text)
        if len(digits := re.sub(r"\D", "", one[0])) >= _LEAST_DIGITS
    ]
    if not phones:
        return figures(text, language)
    left = list(text)
    for one in phones:
        left[one.begin : one.end] = " " * (one.end - one.begin)
    return sorted([*phones, *figures("".join(left), language)], key=lambda one: one.begin)


def _labels(text: str, figure: Figure) -> bool:
    """Whether the number is a name, and nothing is counted by it."""
    return not figure.unit.isupper() and _LABEL.search(text[: figure.begin]) is not None


def _contradict(one: _Statement, other: _Statement) -> bool:
    if one.path == other.path or (
        one.language != other.language and ANY_LANGUAGE not in (one.language, other.language)
    ):
        return False
    if [figure.unit for figure in one.figures] != [figure.unit for figure in other.figures]:
        return False
    if one.numbers == other.numbers or _agree(*_alike(one, other)):
        return False
    if ((one.words | one.names) ^ (other.words | other.names)) & (one.names | other.names):
        return False
    return not one.scope.apart(other.scope) and _same(one, other)


def _agree(some: Sequence[Figure], others: Sequence[Figure]) -> bool:
    return len(some) != len(others) or all(map(agree, some, others))


def _alike(one: _Statement, other: _Statement) -> tuple[list[Figure], list[Figure]]:
    """The figures of both as they are read in the language of the one that says its: 1.500 is not the same in each."""
    language = other.language if one.language == ANY_LANGUAGE else one.language
    return _counted(one, language), _counted(other, language)


def _counted(one: _Statement, language: str) -> list[Figure]:
    if language == one.language:
        return list(one.figures)
    return [figure for figure in _figures(one.text, language) if not _labels(one.text, figure)]


def _same(one: _Statement, other: _Statement) -> bool:
    """Whether both speak of the same."""
    if max(len(one.words), len(other.words)) >= ENOUGH_WORDS:
        common = len(one.words & other.words)
        return min(len(one.words), len(other.words)) >= ENOUGH_WORDS and common / len(one.words | other.words) >= SAME
    units = {figure.unit for figure in one.figures}
    return (
        one.words == other.words
        and len(one.words - {term for unit in units for term in terms(unit)}) >= LEAST_WORDS
        and all(unit.isupper() for unit in units)
        and DAY not in units
        and one.scope.within(one.words, other.scope)
        and other.scope.within(one.words, one.scope)
    )
