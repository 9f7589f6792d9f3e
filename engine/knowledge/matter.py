"""What tells two matters apart: names, numbers of versions and models, and the headings that a sentence stands under.

"The Basic plan has 10 GB" and "The Pro plan has 100 GB" are both true, and so is what holds in Germany and in Spain. A
name is a word that stands in the middle of some sentence with a capital letter; in German that is every noun.
"""

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import Final, NamedTuple

from engine.knowledge.chunks import Chunk
from engine.knowledge.terms import asked, terms
from engine.models.local.places import places
from engine.models.local.words import sentences

__all__ = ["Scope", "capitals", "names", "scope"]

_CAPITAL: Final = re.compile(r"\b[A-ZÀ-ÖØ-Þ]\w+")
_INSIDE: Final = re.compile(r"(?<=[\w,;)] )\w\w+")
"""A word that does not stand at the beginning of anything."""
_NOUNS: Final = 0.18
_GERMAN: Final = re.compile(r"\b(?:das|der|die|für|ist|mit|nicht|und|wir)\b")
"""Share of the words within sentences that begin with a capital letter, from which all nouns do: English has .03 to .1
of them, German .25 to .35. A few short lines may have as many, so that the text must have such a word too."""
_CODE: Final = re.compile(r"(?<![\w.])(?:\w*\d\w*)(?:[.-]\w*\d\w*)*")
"""Of a version, a model, a year."""
_NUMBERING: Final = re.compile(r"^\s*(?:\d{1,2}\.)*\d{1,2}[.)]?\s+(?=\S)")
_GENERAL: Final = frozenset(
    one
    for one in asked(
        "FAQ frequently asked questions overview general help start started getting introduction info information "
        "about basics policy policies terms conditions rules guide support article customer service more details "
        "notes Häufige Fragen Überblick Übersicht Allgemeines Hilfe Einführung Informationen Grundlagen Richtlinie "
        "Bedingungen Regeln Kundendienst Hinweise aide généralités règles ayuda general reglas información"
    )
)
"""Words of headings that say nothing of what stands below."""


class Scope(NamedTuple):
    """What an article and its headings say that a sentence is about."""

    words: frozenset[str]
    """Of title and headings, without those that say nothing."""
    names: frozenset[str]
    """Names and codes of title, headings and folders."""

    def apart(self, other: "Scope") -> bool:
        """Whether each has a name of its own, as two plans, countries or models have."""
        return bool(self.names - other.names) and bool(other.names - self.names)

    def within(self, words: frozenset[str], other: "Scope") -> bool:
        """Whether it says nothing that the sentence, or the other one, does not."""
        return self.words <= words | other.words


def capitals(texts: Iterable[str]) -> frozenset[str]:
    """The names in articles: words that mostly have a capital letter. None of a text where all nouns have one."""
    words: Counter[str] = Counter()
    for text in texts:
        within = [one for line in sentences(text) for one in _INSIDE.findall(line)]
        if sum(one[0].isupper() for one in within) < _NOUNS * len(within) or not _GERMAN.search(text):
            words.update(within)
    number: Counter[str] = Counter()
    for word, times in words.items():
        number.update(dict.fromkeys(_stems(word), times if word[0].isupper() else -times))
    return frozenset(one for one, more in number.items() if more > 0)


def names(sentence: str, known: frozenset[str]) -> frozenset[str]:
    """The words of a sentence that have a capital letter of their own; of the first word that is so if it is known."""
    inside = {stem for one in _INSIDE.findall(sentence) if one[0].isupper() for stem in _stems(one)}
    first = {stem for one in _CAPITAL.findall(sentence) for stem in _stems(one)}
    return frozenset(inside | (first & known))


def scope(chunk: Chunk, known: frozenset[str]) -> Scope:
    """`known`: names of all articles."""
    head = (chunk.title, *chunk.heading.split(" > "))
    folders = chunk.source.split("/")[:-1]
    said = frozenset(one for line in head for one in asked(line))
    codes = {code for line in head for code in _CODE.findall(_NUMBERING.sub("", line))}
    codes |= {code for folder in folders for code in _CODE.findall(folder)}
    codes |= {folder for folder in folders if len(folder) == 2}  # a language or a country
    named = {*codes, *(code for line in head for code in places(line))}
    filed = {one for folder in folders for one in terms(folder)}
    words = frozenset(one for one in said - _GENERAL if len(one) > 1)
    return Scope(words, frozenset(named | ((said | filed) & known)))


@lru_cache(maxsize=50_000)
def _stems(word: str) -> tuple[str, ...]:
    return tuple(terms(word))
