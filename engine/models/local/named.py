"""What a question names exactly, and its answer has to name too: countries, weekdays, the numbers of models, figures.

"How long is the warranty on model 500?" is not answered by that of model 100, nor "Are you open on 24 December?" by
what holds on the 25th. Which tier or bound a number belongs to nobody can tell who only quotes: another number is
another thing.
"""

import re
from functools import lru_cache
from typing import Final

from engine.models.local.dates import weekdays
from engine.models.local.figures import CLOCK, DAY, LENGTH, Figure, agree, figures, without
from engine.models.local.places import UNION, places
from engine.models.local.words import content_words

__all__ = ["names_another", "numbers_another", "plain"]

_CODE: Final = re.compile(r"\b(?=\w*[0-9])(?=\w*[^\W\d_])\w+")
"""A word of letters and digits, such as the number of a model."""
_ORDINALS: Final = (
    "second zweite[nrsm]? deuxième seconde? segund[oa]",
    "third dritte[nrsm]? troisième tercer[oa]?",
    "fourth vierte[nrsm]? quatrième cuart[oa]",
    "fifth fünfte[nrsm]? cinquième quint[oa]",
    "sixth sechste[nrsm]? sixième sext[oa]",
    "seventh siebte[nrsm]? septième séptim[oa]",
    "eighth achte[nrsm] huitième octav[oa]",
    "ninth neunte[nrsm]? neuvième noven[oa]",
    "tenth zehnte[nrsm]? dixième décim[oa]",
)
"""From the second on: "first" also means "before"."""
_ORDINAL_WORDS: Final = tuple(
    (number, re.compile(rf"\b(?:{'|'.join(row.split())})\b", re.IGNORECASE)) for number, row in enumerate(_ORDINALS, 2)
)
_ORDINAL: Final = re.compile(
    r"(?<![\w.,])(?P<number>[0-9]{1,3})(?:(?:st|nd|rd|th|er|ère|e|ème|º|ª)\b)|"
    r"\b(?:de[rnms]|die|das|am|im|ab|zu[rm]|jede[nrsm]?)\s(?P<dotted>[0-9]{1,3})\.(?=\s[^\W\d_])",
    re.IGNORECASE,
)
"""In digits; those of German with a dot, that ends no sentence."""
_WORD_BEFORE: Final = re.compile(r"([^\W\d_]+)[ -]$")
_LONGEST: Final = 40
"""Characters of a word that has a number, at most."""
_ONE: Final = re.compile(r"one|eine?[nmrs]?|une?|una?", re.IGNORECASE)
_RATE: Final = r"\b(?:an?|per|each|every|pro|je|im|jede[nrs]?|par|l[ea]|al|por|cada)\s+"


def names_another(asked: str, held: str) -> bool:
    """Whether the question names something that is not in `held`, a sentence with its headings."""
    return not (
        _same_places(asked, held)
        and weekdays(asked) <= weekdays(held)
        and _codes(plain(asked)) <= _codes(plain(held))
        and _ordinals(asked) <= _ordinals(held) | _days(held)
        and _same_figures(asked, held)
    )


def numbers_another(told: str, held: str) -> bool:
    """Whether `held` says of another number what the customer's words, questions or not, name with theirs: they have
    "model 500", and it speaks of "model 100" alone."""
    wanted, given = _numbered(told), _numbered(held)
    return any(word in given and given[word].isdisjoint(numbers) for word, numbers in wanted.items())


@lru_cache(maxsize=250)
def _numbered(text: str) -> dict[str, set[str]]:
    """Stem -> the numbers right behind it. Kept, as `plain` is: a question is compared with each sentence."""
    found: dict[str, set[str]] = {}
    for one in figures(text, ""):
        before = _WORD_BEFORE.search(text[max(0, one.begin - _LONGEST) : one.begin])
        if not one.unit.isupper() and before and (stems := content_words(before[1])):
            found.setdefault(stems[-1], set()).add(one.value)
    return found


@lru_cache(maxsize=250)
def plain(text: str) -> str:
    """The text without figures and ordinals."""
    return _ORDINAL.sub(" ", without(text, figures(text, "")))


def _same_places(asked: str, held: str) -> bool:
    """Each country that is asked about is named, or the union that it is in, but not by way of another country."""
    wanted, given = places(asked).keys(), places(held).keys()
    return all(one in given or (one in UNION and "EU" in given) for one in wanted)


def _codes(text: str) -> set[str]:
    return {match[0].casefold() for match in _CODE.finditer(text)}


def _ordinals(text: str) -> set[int]:
    digits = {int(match["number"] or match["dotted"]) for match in _ORDINAL.finditer(text)} - _days(text)
    return digits | {number for number, word in _ORDINAL_WORDS if word.search(text)}


def _days(text: str) -> set[int]:
    return {int(one.value[-2:]) for one in figures(text, "") if one.unit == DAY}


def _same_figures(asked: str, held: str) -> bool:
    """Each figure of the question stands there, in any way of writing it."""
    wanted = figures(asked, "")
    if not wanted:
        return True
    given = figures(held, "")
    return all(
        any(agree(one, other) or _alike(one, other) for other in given) or _rated(asked[one.begin : one.end], held)
        for one in wanted
    )


def _alike(one: Figure, other: Figure) -> bool:
    """Whether one of them is a number without a unit and the same: "20 Uhr" and the first one of "20 bis 22 Uhr"."""
    if one.unit.isupper() and other.unit.isupper():
        return False
    if CLOCK in (one.unit, other.unit):
        return _hour(one) == _hour(other)
    return not other.unit.isupper() and one.unit not in {DAY, LENGTH} and one.value == other.value


def _hour(one: Figure) -> str:
    return one.value.removesuffix(":00").removeprefix("0")


def _rated(said: str, held: str) -> bool:
    """Whether one hour is asked for, and what an hour is or costs is said."""
    count, _, unit = said.partition(" ")
    return bool(_ONE.fullmatch(count) and unit and re.search(rf"{_RATE}{re.escape(unit)}\b", held, re.IGNORECASE))
