"""Dates as people write them in English, German, French and Spanish, relative ones counted from a given day."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from engine.models.local.found import Found

MAX_DAYS: Final = 3_660
"""Ten years: "400000 days ago" is no date."""


def _numbered(rows: str) -> dict[str, int]:
    return {word: number for number, row in enumerate(rows.split("|"), start=1) for word in row.split()}


_MONTHS: Final = _numbered(
    "january jan januar jänner janvier janv enero ene|february feb februar février fevrier févr fevr febrero|"
    "march mar märz maerz mär mars marzo|april apr avril avr abril abr|may mai mayo|june jun juni juin junio|"
    "july jul juli juillet juil julio|august aug août aout agosto ago|september sep sept septembre septiembre|"
    "october oct oktober okt octobre octubre|november nov novembre noviembre|"
    "december dec dezember dez décembre decembre déc diciembre dic"
)
_DAYS: Final = _numbered(
    "monday montag lundi lunes|tuesday dienstag mardi martes|wednesday mittwoch mercredi miércoles miercoles|"
    "thursday donnerstag jeudi jueves|friday freitag vendredi viernes|saturday samstag sonnabend samedi sábado sabado|"
    "sunday sonntag dimanche domingo"
)
_UNITS: Final = {
    "day": 1, "days": 1, "tag": 1, "tagen": 1, "tage": 1, "jour": 1, "jours": 1,
    "día": 1, "dias": 1, "días": 1, "dia": 1,
    "week": 7, "weeks": 7, "woche": 7, "wochen": 7, "semaine": 7, "semaines": 7, "semana": 7, "semanas": 7,
}  # fmt: skip
_NUMBER_WORDS: Final = _numbered(
    "a one einem einer un une una uno|two zwei deux dos|three drei trois tres|four vier quatre cuatro|five fünf "
    "cinq cinco|"
    "six sechs seis|seven sieben sept siete|eight acht huit ocho|nine neun neuf nueve|ten zehn dix diez"
)
_ALSO_WORDS: Final = frozenset({"may", "mar", "march"})
"""Written small and without a year, they are hardly months."""
_RELATIVE: Final = {
    "the day before yesterday": -2, "vorgestern": -2, "avant-hier": -2, "anteayer": -2, "antes de ayer": -2,
    "yesterday": -1, "gestern": -1, "hier": -1, "ayer": -1,
    "today": 0, "heute": 0, "aujourd'hui": 0, "hoy": 0,
    "the day after tomorrow": 2, "übermorgen": 2, "après-demain": 2, "pasado mañana": 2,
    "tomorrow": 1, "demain": 1, "mañana": 1,
}  # fmt: skip


def _any(words: dict[str, int]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_YEAR: Final = r"(?P<year>(?:19|20)[0-9]{2})"
_ISO = re.compile(r"(?<![\w-])(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})(?![\w-]|T?[0-9])")
_DOTTED = re.compile(
    r"(?<![\w.])(?P<day>[0-9]{1,2})\.\s?(?P<month>[0-9]{1,2})\.(?:\s?(?P<year>(?:19|20)?[0-9]{2}))?(?![\w]|\.[0-9])"
)
_SLASHED = re.compile(
    r"(?<![\w/])(?P<day>[0-9]{1,2})[/-](?P<month>[0-9]{1,2})[/-](?P<year>(?:19|20)?[0-9]{2})(?![\w/])"
)
_DAY_FIRST = re.compile(
    rf"(?<![\w.])(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th|er|º|\.)?\s+(?:of\s+|"
    rf"de\s+)?(?P<name>{_any(_MONTHS)})\b\.?(?:,?\s+(?:de\s+|del\s+)?{_YEAR}\b)?",
    re.IGNORECASE,
)
_MONTH_FIRST = re.compile(
    rf"\b(?P<name>{_any(_MONTHS)})\b\.?\s+(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?(?![\w:.]*[0-9])(?:,?\s+{_YEAR}\b)?",
    re.IGNORECASE,
)
_NAMED = re.compile(  # "por la mañana" is a time of day
    rf"(?<!\w)(?<!la )(?<!esta )(?P<word>{_any(_RELATIVE)})(?!\w)", re.IGNORECASE
)
_MORGEN = re.compile(  # written small, and no morning: "heute morgen", "guten morgen"
    r"(?<!\w)(?<!heute )(?<!gestern )(?<!guten )(?<!jeden )(?<!diesen )(?<!am )morgen(?!\w)"
)
_COUNT: Final = rf"(?P<count>[0-9]{{1,4}}|{_any(_NUMBER_WORDS)})"
_AGO = re.compile(
    rf"\b(?:{_COUNT}\s+(?P<unit>{_any(_UNITS)})\s+(?:ago|earlier)|"
    rf"(?:vor|il y a|hace)\s+{_COUNT.replace('count', 'count2')}\s+(?P<unit2>{_any(_UNITS)}))\b",
    re.IGNORECASE,
)
_AHEAD: Final = frozenset(
    {
        "qui vient",
        "que viene",
        *"next coming nächsten nächster nächste kommenden kommender prochain próximo proximo".split(),
    }
)
_WEEKDAY = re.compile(
    rf"\b(?:(?P<before>last|letzten|letzter|letzte|vergangenen|next|coming|nächsten|nächster|nächste|kommenden|kommender|"
    rf"prochain|pr[óo]ximo|pasado)\s+(?P<day>{_any(_DAYS)})|"
    rf"(?P<day2>{_any(_DAYS)})\s+(?P<after>dernier|passé|prochain|pasado|pr[óo]ximo|qui vient|que viene))\b",
    re.IGNORECASE,
)


def dates(text: str, today: date | None, language: str | None) -> Iterator[Found]:
    """Days that the text names. Without `today` only those with a year; "03/04/2026" is left out in English."""
    for match in _ISO.finditer(text):
        yield from _at(match, _day(match["year"], match["month"], match["day"]), 0.98)
    for match in _DOTTED.finditer(text):
        yield from _at(
            match, _with_year(match["year"], match["month"], match["day"], today), 0.95 if match["year"] else 0.7
        )
    for match in _SLASHED.finditer(text):
        yield from _at(match, _slashed(match, language), 0.85)
    for pattern in (_DAY_FIRST, _MONTH_FIRST):
        for match in pattern.finditer(text):
            if match["name"] in _ALSO_WORDS and not match["year"]:
                continue
            month = str(_MONTHS[match["name"].lower()])
            yield from _at(
                match, _with_year(match["year"], month, match["day"], today), 0.95 if match["year"] else 0.75
            )
    if today is not None:
        yield from _relative(text, today)


def _relative(text: str, today: date) -> Iterator[Found]:
    for match in _NAMED.finditer(text):
        yield from _at(match, today + timedelta(days=_RELATIVE[match["word"].lower()]), 0.9)
    for match in _MORGEN.finditer(text):
        yield from _at(match, today + timedelta(days=1), 0.8)
    for match in _AGO.finditer(text):
        count = (match["count"] or match["count2"]).lower()
        days = int(_NUMBER_WORDS.get(count, count)) * _UNITS[(match["unit"] or match["unit2"]).lower()]
        if days <= MAX_DAYS:
            yield from _at(match, today - timedelta(days=days), 0.85)
    for match in _WEEKDAY.finditer(text):
        wanted = _DAYS[(match["day"] or match["day2"]).lower()]
        ahead = (match["before"] or match["after"]).lower() in _AHEAD
        distance = (wanted - today.isoweekday()) % 7 or 7
        yield from _at(match, today + timedelta(days=distance if ahead else distance - 7 or -7), 0.75)


def _at(match: re.Match[str], value: date | None, confidence: float) -> Iterator[Found]:
    if value is not None:
        yield Found(value, match.start(), match.end(), confidence)


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _with_year(year: str | None, month: str, day: str, today: date | None) -> date | None:
    if year:
        return _day(_four(year), month, day)
    if today is None:
        return None
    near = [found for offset in (-1, 0, 1) if (found := _day(str(today.year + offset), month, day))]
    return min(near, key=lambda one: abs(one - today), default=None)


def _slashed(match: re.Match[str], language: str | None) -> date | None:
    first, second, year = match["day"], match["month"], _four(match["year"])
    day_first, month_first = _day(year, second, first), _day(year, first, second)
    if language in {"de", "fr", "es", "it", "nl", "pt"}:
        return day_first
    if day_first and month_first and day_first != month_first:
        return None  # British or American: nobody can tell
    return day_first or month_first


def _four(year: str) -> str:
    return year if len(year) == 4 else f"20{year}"
