"""Dates as people write them in English, German, French and Spanish, relative ones counted from a given day."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import islice
from typing import Final

from engine.models.local.found import DOUBTED, LOOK_BACK, Found, bounded
from engine.models.local.language import UNKNOWN, detect_language
from engine.models.local.tense import Side, side

NEAR: Final = 92
"""Days within which a day without a year, of which nothing tells the side, is likely the nearest one."""
MOST: Final = 50
"""Days that are read of one text: with more it names none, and each costs a look at its verbs."""
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
    rf"\b(?:(?P<before>last|letzten|letzter|letzte|vergangenen|next|coming|nächsten|nächster|nächste|kommenden|"
    rf"kommender|"
    rf"prochain|pr[óo]ximo|pasado)\s+(?P<day>{_any(_DAYS)})|"
    rf"(?P<day2>{_any(_DAYS)})\s+(?P<after>dernier|passé|prochain|pasado|pr[óo]ximo|qui vient|que viene))\b",
    re.IGNORECASE,
)
WEEKDAY: Final = re.compile(rf"\b(?P<day>(?:{_any(_DAYS)})s?)\b", re.IGNORECASE)
_SPAN: Final = re.compile(
    rf"\b(?P<first>{_any(_DAYS)})\s*(?:-|–|\b(?:to|through|until|bis|au|à|a|al|hasta)\b)\s*(?P<last>{_any(_DAYS)})\b",
    re.IGNORECASE,
)
_GERMAN: Final = re.compile(r"\b(?:ich|ist|sind|bin|wir|der|das|und|nicht|mein|meine)\b", re.IGNORECASE)
"""Words that no French text has."""
_DAYS_BEFORE: Final = re.compile(r"(?:días?|dias?|semanas?)\s+$", re.IGNORECASE)
_BEFORE_DAY = re.compile(
    rf"(?:\b(?:on|of|from|since|by|until|at|am|vom|bis|zum|seit|ab|den|der|dem|le|du|au|el|del|al|desde|{_any(_DAYS)}|"
    rf"{'|'.join(word[:2] for word in _DAYS)})[,.]?\s*|^\W*)$",
    re.IGNORECASE,
)
"""What stands before a dotted day without a year: "4.2." after any other word is a section or a version."""
_SHIFT: Final = re.compile(
    rf"(?:\b(?:the|am|le|el|un|una?)\s+|(?<!\w){_COUNT}\s+)(?P<unit>{_any(_UNITS)})\s+"
    rf"(?P<way>before|after|from|vor|nach|ab|avant|après|antes de|después de)(?:\s+|l\b)(?:the |dem |den |le |el )?$",
    re.IGNORECASE,
)
"""What counts from a day: "two days before yesterday", "le jour avant le 3 mai"."""
_BESIDE_DAY: Final = re.compile(
    r"\b(?:ago|before|after|prior to|vor|nach|avant|après|antes de|después de)(?:\s+|l\b\s*)"
    r"(?:the |dem |den |le |el )?$",
    re.IGNORECASE,
)
_OF_SEVERAL: Final = re.compile(
    rf"(?<!\w)(?:[0-9]{{1,3}}(?:\.|er|st|nd|rd|th)?|{_any(_NUMBER_WORDS)})\s*"
    r"(?:-|–|/|\b(?:or|to|and|oder|bis|und|ou|à|et|o|a|y)\b)\s*(?:the |le |el |dem |den )?$",
    re.IGNORECASE,
)
"""What stands before the second of two counts or days: "3 or 4 days ago", "3-5 May"."""
_LATER: Final = re.compile(rf"\s+(?:in\s+{_COUNT}\s+(?:{_any(_UNITS)})|en (?:huit|quinze))\b", re.IGNORECASE)
"""Behind a day that is not meant: "heute in einer Woche", "demain en huit"."""
_FROM_THERE: Final = re.compile(r"\s+(?:yesterday|today|tomorrow)\b", re.IGNORECASE)
"""Behind "a week ago": counted from another day than today."""
_OR: Final = re.compile(r"\s*,?\s*\b(?:or|oder|ou|o|u)\b", re.IGNORECASE)
_OR_BEFORE: Final = re.compile(r"\b(?:or|oder|ou)\s+(?:on |am |the |den |le |maybe |vielleicht )?$", re.IGNORECASE)
"""Around a day beside which another one may be meant: "last Monday or Tuesday"."""
_MEANT: Final = (
    r"\b(?:should(?:'ve| have)|ought to have|(?:was|were) (?:supposed|due|meant|expected|scheduled|promised) (?:to|"
    r"for|on)?|"
    r"(?:hätte|sollten?)\b|(?:aurait|auraient) dû|devait|devaient|(?:due|prévue?s?|annoncée?s?|(?:previst|anunciad|"
    r"prometid|programad)[oa]s?)\b|debería(?:n)? haber|debía|deberían?|tenía que|"
    r"tenían que)"
)
_WAS_MEANT: Final = re.compile(rf"{_MEANT}[^.;!?,\n]*$", re.IGNORECASE)
_MEANT_BEHIND: Final = re.compile(r"\s+(?:angekündigt|versprochen|geplant|vorgesehen|zugesagt)\b", re.IGNORECASE)
_LATEST: Final = r"(?:at the latest|spätestens|au plus tard|a más tardar|como muy tarde|no later than|not later than)"
_BY_THEN: Final = re.compile(rf"\b{_LATEST}(?:\s+(?:on|am|bis|zum|le|el|the))?\s*$", re.IGNORECASE)
_BY_THEN_BEHIND: Final = re.compile(rf"\s*,?\s*{_LATEST}\b", re.IGNORECASE)
_NOT_MEANT: Final = re.compile(r"\b(?:but|aber|mais|pero|and|und|et|y)\b", re.IGNORECASE)
_ASKS_WHAT_WAS_MEANT: Final = re.compile(
    r"\b(?:should|by when|latest|bis wann|spätestens|tard|tardar|due|supposed|expected|promised|sollten?|hätte|"
    r"erwartet|dû|devait|prévu\w*|debía|debería|tenía|"
    r"previst\w+)\b",
    re.I,
)
"""Of a day on which something should have happened, and did not."""
_BACK: Final = frozenset({"before", "vor", "avant", "antes de"})


def dates(
    text: str, today: date | None, language: str | None, asked: str = "", *, answers: bool = False
) -> Iterator[Found]:
    """Days that the text names. Without `today` only those with a year; "03/04/2026" is left out in English.

    `asked` is our question: where the text tells nothing, "When did you buy it?" puts a day without a year into the
    past. Where the text `answers` when something happened, the day on which it should have is none.
    """
    for one in islice(_named(text, today, language, asked), MOST):
        shifted = _shifted(text, one)
        if shifted is not None:
            kept = not answers or _ASKS_WHAT_WAS_MEANT.search(asked) or not _only_meant(text, shifted)
            doubted = _or_another(text, shifted) or not kept
            yield replace(shifted, confidence=DOUBTED) if doubted else shifted


def _or_another(text: str, one: Found) -> bool:
    return bool(_OR.match(text, one.end) or _OR_BEFORE.search(text[max(0, one.start - 30) : one.start]))


def _only_meant(text: str, one: Found) -> bool:
    """Whether something should have happened then ("it should have come yesterday")."""
    before = text[max(0, one.start - LOOK_BACK) : one.start]
    if _MEANT_BEHIND.match(text, one.end) or _BY_THEN.search(before) or _BY_THEN_BEHIND.match(text, one.end):
        return True
    meant = _WAS_MEANT.search(before)
    return meant is not None and not _NOT_MEANT.search(meant.group())


def weekdays(text: str) -> set[int]:
    """1 for Monday; all that "Monday to Friday" spans."""
    found = {_DAYS.get(match["day"].lower()) or _DAYS[match["day"].lower()[:-1]] for match in WEEKDAY.finditer(text)}
    for match in _SPAN.finditer(text):
        first, last = _DAYS[match["first"].lower()], _DAYS[match["last"].lower()]
        found |= {day % 7 + 1 for day in range(first - 1, first + (last - first) % 7)}
    return found


def written(text: str, language: str | None) -> Iterator[tuple[str, int, int, int, int]]:
    """Days that stand in the text with their month: year ("" where none is said), month, day, begin and end."""
    found = [*_ISO.finditer(text), *_slashed_days(text, language)]
    for match in _DOTTED.finditer(text):
        if match["year"] or _BEFORE_DAY.search(text[max(0, match.start() - 20) : match.start()]):
            found.append(match)
    for pattern in (_DAY_FIRST, _MONTH_FIRST):
        found += [one for one in pattern.finditer(text) if one["year"] or one["name"] not in _ALSO_WORDS]
    for match in found:
        groups = match.groupdict()
        year = _four(groups["year"]) if groups["year"] else ""
        month = _MONTHS[groups["name"].lower()] if groups.get("name") else int(groups["month"])
        if _day(year or "2024", str(month), groups["day"]):
            yield year, month, int(groups["day"]), match.start(), match.end()


def _slashed_days(text: str, language: str | None) -> Iterator[re.Match[str]]:
    """Those that put the day first."""
    for match in _SLASHED.finditer(text):
        read = _slashed(match, language)
        if read is not None and read.day == int(match["day"]):
            yield match


def _shifted(text: str, one: Found) -> Found | None:
    """As far from the day as the words before it say; None where they say only on which side ("before 3 May")."""
    before = text[max(0, one.start - 60) : one.start]
    if _OF_SEVERAL.search(before) or _LATER.match(text, one.end):
        return None
    match = _SHIFT.search(before)
    if match is None:
        return None if _BESIDE_DAY.search(before) else one
    start = one.start - len(match.group())
    days = _days(match["count"] or "1", match["unit"])
    if days > MAX_DAYS or _vague(text, start, one.end):
        return None
    try:
        value = one.value + timedelta(days=-days if match["way"].lower() in _BACK else days)
    except OverflowError:
        return None
    return Found(value, start, one.end, one.confidence)


def _vague(text: str, start: int, end: int) -> bool:
    """Whether the count at `start` is a bound, or one of several."""
    return bounded(text, start, end) or bool(_OF_SEVERAL.search(text[max(0, start - 30) : start]))


def _days(count: str, unit: str) -> int:
    return int(_NUMBER_WORDS.get(count.lower(), count)) * _UNITS[unit.lower()]


def _named(text: str, today: date | None, language: str | None, asked: str) -> Iterator[Found]:
    for match in _ISO.finditer(text):
        yield from _at(match, _day(match["year"], match["month"], match["day"]), 0.98)
    for match in _DOTTED.finditer(text):
        if match["year"] or _BEFORE_DAY.search(text[max(0, match.start() - 20) : match.start()]):
            yield from _yearly(match, match["month"], today, language, asked)
    for match in _SLASHED.finditer(text):
        yield from _at(match, _slashed(match, language), 0.85)
    for pattern in (_DAY_FIRST, _MONTH_FIRST):
        for match in pattern.finditer(text):
            if match["year"] or match["name"] not in _ALSO_WORDS:
                yield from _yearly(match, str(_MONTHS[match["name"].lower()]), today, language, asked)
    if today is not None:
        yield from _relative(text, today, language)


def _yearly(match: re.Match[str], month: str, today: date | None, language: str | None, asked: str) -> Iterator[Found]:
    """The day in its year; without one in the year that the verbs tell, else the nearest if it is near."""
    if match["year"]:
        yield from _at(match, _day(_four(match["year"]), month, match["day"]), 0.95)
    elif today is not None:
        told = side(match.string, match.start(), match.end(), language) or (asked and side(asked, 0, 0, language))
        yield from _at(match, _on_side(month, match["day"], today, told or None), 0.75 if told else 0.6)


def _on_side(month: str, day: str, today: date, told: Side | None) -> date | None:
    years = (_day(str(today.year + offset), month, day) for offset in range(-8, 9))  # 29 February: eight years at most
    found = [one for one in years if one is not None]
    if told == "past":
        return max((one for one in found if one <= today), default=None)
    if told == "future":
        return min((one for one in found if one >= today), default=None)
    return min((one for one in found if abs(one - today).days <= NEAR), key=lambda one: abs(one - today), default=None)


def _relative(text: str, today: date, language: str | None) -> Iterator[Found]:
    for match in _NAMED.finditer(text):
        word = match["word"].lower()
        if word == "antes de ayer" and _DAYS_BEFORE.search(text[max(0, match.start() - 10) : match.start()]):
            yield Found(today - timedelta(days=1), match.end() - len("ayer"), match.end(), 0.9)
        elif word != "hier" or _french(text, language):
            yield from _at(match, today + timedelta(days=_RELATIVE[word]), 0.9)
    for match in _MORGEN.finditer(text):
        yield from _at(match, today + timedelta(days=1), 0.8)
    for match in _AGO.finditer(text):
        days = _days(match["count"] or match["count2"], match["unit"] or match["unit2"])
        counted = _FROM_THERE.match(text, match.end()) or _vague(text, match.start(), match.end())
        if days <= MAX_DAYS and not counted:
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


def _french(text: str, language: str | None) -> bool:
    """Whether "hier" is yesterday, and not the German "here"."""
    if language == "fr":
        return not _GERMAN.search(text)
    return language in {None, UNKNOWN} and detect_language(text) == "fr"


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
