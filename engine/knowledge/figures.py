"""Figures of a sentence in one way of writing: days, times of day, amounts of money, numbers in digits and in words.

Two articles may say "4.90 EUR" and "€4.90", "18:00" and "6 pm", "two years" and "2 years": the same figures, and only
other ones contradict. What can be read in two ways is left out.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final, NamedTuple

from engine.knowledge.terms import terms
from engine.models.base import Money
from engine.models.local.amounts import decimal, money

__all__ = ["Figure", "figures"]

_AHEAD: Final = 24
"""Characters behind a number in which stands what it counts."""
_CLOCK: Final = "clock"
_WORDS: Final = {
    "en": "two three four five six seven eight nine ten eleven twelve fourteen=14 fifteen=15 twenty=20 thirty=30",
    "de": "zwei drei vier fünf sechs sieben acht neun zehn elf zwölf vierzehn=14 fünfzehn=15 zwanzig=20 dreißig=30",
    "fr": "deux trois quatre cinq six sept huit =9 dix onze douze quatorze=14 quinze=15 vingt=20 trente=30",
    "es": "dos tres cuatro cinco seis siete ocho nueve diez =11 doce catorce=14 quince=15 veinte=20 treinta=30",
}
"""From two on: "one" is an article in most languages. `neuf` is left out, which is also "new", and `once`, which is an
English word."""
_COUNTS: Final[dict[str, dict[str, int]]] = {
    language: {
        name: int(value or number)
        for number, word in enumerate(row.split(), 2)
        for name, _, value in (word.partition("="),)
        if name
    }
    for language, row in _WORDS.items()
}
_ANY: Final = {word: value for counts in _COUNTS.values() for word, value in counts.items()}
_ONE: Final = r"one(?=\s(?:year|month|week|(?:working |business )?day|hour|minute)\b)"

_DAY: Final = re.compile(r"(?<![\w.,])(?:(\d{4})-(\d{2})-(\d{2})|(\d{1,2})\.(\d{1,2})\.(\d{4}))(?!\w)")
_TIME: Final = re.compile(
    r"(?<![\w.,:])(\d{1,2})(?:(?:[:.](\d{2}))?\s?(?:([ap])\.?m\b\.?|Uhr\b)|:(\d{2})(?![\w:])|h(\d{2})\b)", re.IGNORECASE
)
_NUMBER: Final = re.compile(r"(?<![\w.,])\d+(?:[.,:]\d+)*(?!\w)")
_GROUPED: Final = re.compile(r"\d+(?:[.,]\d+)?|\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*(?:[.,]\d+)?")


class Figure(NamedTuple):
    """What is said, what it counts, and where it stands."""

    value: str
    unit: str
    """The stem of what follows a number, a currency, or what kind of figure it is."""
    begin: int
    end: int


def figures(text: str, language: str) -> list[Figure]:
    """Those of a sentence in their order. `language`: ISO 639-1, or anything else where it is not known."""
    found: list[Figure] = []
    taken = bytearray(len(text))
    for one in _all(text, language):
        if not any(taken[one.begin : one.end]):
            taken[one.begin : one.end] = b"x" * (one.end - one.begin)
            found.append(one)
    return sorted(found, key=lambda one: one.begin)


def _all(text: str, language: str) -> Iterator[Figure]:
    """The surest first: a later one that touches one of them is part of it."""
    for match in _DAY.finditer(text):
        year, month, day = match.groups()[:3] if match[1] else match.groups()[:2:-1]
        yield Figure(f"{year}-{int(month):02}-{int(day):02}", "day", match.start(), match.end())
    for match in _TIME.finditer(text):
        if (clock := _clock(match)) is not None:
            yield Figure(clock, _CLOCK, match.start(), match.end())
    for amount in money(text, asked=False):
        assert isinstance(amount.value, Money)
        yield Figure(_plain(amount.value.amount), amount.value.currency or "", amount.start, amount.end)
    for match in _counting(language).finditer(text):
        value = {**_ANY, **_COUNTS.get(language, {}), "one": 1}[match.group().casefold()]
        yield Figure(str(value), _unit(text, match.end()), match.start(), match.end())
    for match in _NUMBER.finditer(text):
        yield Figure(_value(match.group(), language), _unit(text, match.end()), match.start(), match.end())


def _counting(language: str) -> re.Pattern[str]:
    """Words that count; of every language where it is not known which one it is."""
    words = [*_COUNTS.get(language, _ANY), *([_ONE] if language not in ("de", "fr", "es") else [])]
    return re.compile(rf"(?<![\w-])(?:{'|'.join(words)})(?![\w-])", re.IGNORECASE)


def _clock(match: re.Match[str]) -> str | None:
    """The time of day as `17:00`. None: there is none such."""
    hour, minute = int(match[1]), int(match[2] or match[4] or match[5] or 0)
    if match[3]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match[3].lower() == "p" else 0)
    return f"{hour:02}:{minute:02}" if hour <= 24 and minute < 60 else None


def _value(number: str, language: str) -> str:
    value = decimal(number, language=language if language in _COUNTS else None) if _GROUPED.fullmatch(number) else None
    return number if value is None else _plain(value)


def _plain(value: Decimal) -> str:
    """Without zeros that say nothing."""
    return f"{value.normalize():f}"


def _unit(text: str, end: int) -> str:
    return (terms(text[end : end + _AHEAD]) or [""])[0]
