"""Figures of a sentence in one way of writing: days, times of day, lengths of time, amounts of money, other numbers.

Two articles may say "4.90 EUR" and "€4.90", "18:00" and "6 pm", "two years" and "24 months", "3 March 2026" and
"03.03.2026": the same figures, and only other ones contradict. What can be read in two ways is left out.
"""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Final, NamedTuple

from engine.models.base import Money
from engine.models.local.amounts import decimal, money
from engine.models.local.dates import written
from engine.models.local.words import stem, words

__all__ = ["CLOCK", "DAY", "LENGTH", "UNIT_ROWS", "Figure", "agree", "figures", "without"]

_AHEAD: Final = 24
"""Characters behind a number in which stands what it counts."""
CLOCK: Final = "CLOCK"
DAY: Final = "DAY"
LENGTH: Final = "LENGTH"
"""Units of times of day, of days, and of lengths of time."""
_WORDS: Final = {
    "en": "two three four five six seven eight nine ten eleven twelve fourteen=14 fifteen=15 twenty=20 thirty=30",
    "de": "zwei drei vier fünf sechs sieben acht neun zehn elf zwölf vierzehn=14 fünfzehn=15 zwanzig=20 dreißig=30",
    "fr": "deux trois quatre cinq six sept huit =9 dix onze douze quatorze=14 quinze=15 vingt=20 trente=30",
    "es": "dos tres cuatro cinco seis siete ocho nueve diez =11 doce catorce=14 quince=15 veinte=20 treinta=30",
}
"""From two on: "one" is an article in most languages, but in "one year". `neuf` is left out, which is also "new", and
`once`, which is an English word."""
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
UNIT_ROWS: Final = (
    "second seconds sekunde sekunden seconde secondes segundo segundos",
    "minute minutes minuten minuto minutos",
    "hour hours stunde stunden heure heures hora horas",
    "day days tag tage tagen jour jours día días",
    "week weeks woche wochen semaine semaines semana semanas",
    "month months monat monate monaten mois mes meses",
    "year years jahr jahre jahren an ans année années año años",
)
_DAY_SECONDS: Final = 86_400
_HOLIDAYS: Final = 4
"""Days that a few working days may be more than the week tells."""
_SECONDS: Final = (1, 60, 3_600, 86_400, 604_800)
_MONTHS: Final = (1, 12)
_UNITS: Final = {name: number for number, row in enumerate(UNIT_ROWS) for name in row.split()}
_SHORTEST, _LONGEST = 28, 31
"""Days of a month."""
_ONES: Final = "one eine? einen einem einer une? una".split()
_COUNT: Final = rf"\d+(?:[.,]\d+)?|{'|'.join([*_ONES, *_ANY])}"
_WORKING: Final = (
    r"(?:working|business)\s+days?|werktag(?:en?)?|arbeitstag(?:en?)?|geschäftstag(?:en?)?|jours?\s+ouvr(?:é|able)s?|"
    r"días?\s+(?:laborable|hábil)(?:es|s)?"
)
_LENGTH: Final = re.compile(
    rf"(?<![\w.,:-])(?:(?P<low>{_COUNT})\s?(?:-|–|\b(?:to|or|and|bis|oder|und|à|ou|et|a|o|y)\b)\s?)?"
    rf"(?P<count>{_COUNT})[\s-]{{0,2}}(?<![^\W\d_])(?:(?P<working>{_WORKING})|(?P<unit>{'|'.join(_UNITS)}))\b(?:'s?)?",
    re.IGNORECASE,
)

_TIME: Final = re.compile(
    r"(?<![\w.,:])(\d{1,2})(?:(?:[:.](\d{2}))?\s?(?:([ap])\.?m\b\.?|Uhr\b|o'clock\b)|:(\d{2})(?![\w:])|h(\d{2})\b)",
    re.IGNORECASE,
)
_NUMBER: Final = re.compile(r"(?<![\w.,])\d+(?:[.,:]\d+)*(?!\w)")
_GROUPED: Final = re.compile(r"\d+(?:[.,]\d+)?|\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*(?:[.,]\d+)?")


class Figure(NamedTuple):
    """What is said, what it counts, and where it stands."""

    value: str
    unit: str
    """The stem of what follows a number; in capitals a currency, or what kind of figure it is."""
    begin: int
    end: int


def figures(text: str, language: str) -> list[Figure]:
    """Those of a sentence in their order. `language`: ISO 639-1, or anything else where it is not known."""
    return list(_figures(text, language))


@lru_cache(maxsize=1_000)
def _figures(text: str, language: str) -> tuple[Figure, ...]:
    """Kept, since a question is looked at once for each sentence."""
    found: list[Figure] = []
    taken = bytearray(len(text))
    for one in _all(text, language):
        if not any(taken[one.begin : one.end]):
            taken[one.begin : one.end] = b"x" * (one.end - one.begin)
            found.append(one)
    return tuple(sorted(found, key=lambda one: one.begin))


def without(text: str, found: Iterable[Figure], *, units: bool = False) -> str:
    """The sentence with nothing of its figures, or nothing but their currencies and kinds."""
    kept, at = [], 0
    for one in found:
        kept += [text[at : one.begin], one.unit if units and one.unit.isupper() else ""]
        at = one.end
    return " ".join([*kept, text[at:]])


def agree(one: Figure, other: Figure) -> bool:
    """Whether both may hold: a day is the same without its year, and 30 days may be a month."""
    if one.unit != other.unit:
        return False
    if one.unit == DAY:
        return one.value[-5:] == other.value[-5:] and (
            one.value == other.value or not one.value[:-6] or not other.value[:-6]
        )
    if one.unit == LENGTH and one.value[-1] != other.value[-1]:
        (low, high), (low2, high2) = _days(one), _days(other)
        return low <= high2 and low2 <= high
    return one.value == other.value


def _days(one: Figure) -> tuple[Decimal, Decimal]:
    """How many a length of time has, at least and at most."""
    count, kind = Decimal(one.value[:-1]), one.value[-1]
    if kind == "s":
        return count / _DAY_SECONDS, count / _DAY_SECONDS
    if kind == "w":
        return count, count * 7 / 5 + _HOLIDAYS
    return max(count * _SHORTEST, count // 12 * 365), min(count * _LONGEST, (count // 12 + 1) * 366)


def _all(text: str, language: str) -> Iterator[Figure]:
    """The surest first: a later one that touches one of them is part of it."""
    for year, month, day, begin, end in written(text, language):
        yield Figure(f"{year}-{month:02}-{day:02}", DAY, begin, end)
    for match in _TIME.finditer(text):
        if (clock := _clock(match)) is not None:
            yield Figure(clock, CLOCK, match.start(), match.end())
    for match in _LENGTH.finditer(text):
        yield from _lengths(match)
    for amount in money(text, asked=False):
        assert isinstance(amount.value, Money)
        yield Figure(_plain(amount.value.amount), amount.value.currency or "", amount.start, amount.end)
    for match in _counting(language).finditer(text):
        value = {**_ANY, **_COUNTS.get(language, {})}[match.group().casefold()]
        yield Figure(str(value), _unit(text, match.end()), match.start(), match.end())
    for match in _NUMBER.finditer(text):
        yield Figure(_value(match.group(), language), _unit(text, match.end()), match.start(), match.end())


def _lengths(match: re.Match[str]) -> Iterator[Figure]:
    """In seconds, working days or months: nobody knows how many days these have. Both ends of "2 to 3 weeks"."""
    unit = None if match["working"] else _UNITS[match["unit"].casefold()]
    if unit is None:
        factor, kind = 1, "w"
    elif unit < len(_SECONDS):
        factor, kind = _SECONDS[unit], "s"
    else:
        factor, kind = _MONTHS[unit - len(_SECONDS)], "m"
    for group, end in (("low", match.end("low")), ("count", match.end())):
        if match[group] and (count := _counted(match[group])) is not None:
            yield Figure(f"{_plain(count * factor)}{kind}", LENGTH, match.start(group), end)


def _counted(word: str) -> Decimal | None:
    return decimal(word) if word[0].isdigit() else Decimal(_ANY.get(word.casefold(), 1))


def _counting(language: str) -> re.Pattern[str]:
    """Words that count; of every language where it is not known which one it is."""
    return re.compile(rf"(?<![\w-])(?:{'|'.join(_COUNTS.get(language, _ANY))})(?![\w-])", re.IGNORECASE)


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
    return (*(stem(word) for word in words(text[end : end + _AHEAD])[:1]), "")[0]
