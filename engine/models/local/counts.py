"""Numbers in words, in English, German, French and Spanish: read right or not at all."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from engine.models.local.found import DOUBTED, Found, bounded


def _numbered(first: int, rows: str, step: int = 1) -> dict[str, int]:
    return {word: first + at * step for at, row in enumerate(rows.split("|")) for word in row.split()}


_UNITS: Final = _numbered(
    1,
    "one eins ein eine einen un une uno una|two zwei deux dos|three drei trois tres|four vier quatre cuatro|"
    "five fünf cinq cinco|six sechs seis|seven sieben sept siete|eight acht huit ocho|nine neun neuf nueve",
)
_TEENS: Final = _numbered(
    10,
    "ten zehn dix diez|eleven elf onze once|twelve zwölf douze doce|thirteen dreizehn treize trece|"
    "fourteen vierzehn quatorze catorce|fifteen fünfzehn quinze quince|sixteen sechzehn seize dieciséis|"
    "seventeen siebzehn diecisiete|eighteen achtzehn dieciocho|nineteen neunzehn diecinueve",
)
_TENS: Final = _numbered(
    20,
    "twenty zwanzig vingt veinte|thirty dreißig dreissig trente treinta|forty fourty vierzig quarante cuarenta|"
    "fifty fünfzig cinquante cincuenta|sixty sechzig soixante sesenta|seventy siebzig setenta|eighty achtzig ochenta|"
    "ninety neunzig noventa",
    10,
)
_GERMAN: Final = {
    f"{unit}und{tens}": low + high
    for low, unit in enumerate("ein zwei drei vier fünf sechs sieben acht neun".split(), start=1)
    for high, tens in zip(
        range(20, 100, 10), "zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig".split(), strict=True
    )
}
_SPANISH: Final = _numbered(
    21, "veintiuno|veintidós|veintitrés|veinticuatro|veinticinco|veintiséis|veintisiete|veintiocho|veintinueve"
)
SCALES: Final = {
    12: "dozen dutzend douzaine douzaines docena docenas",
    100: "hundred hundert",
    1_000: "k thousand tausend mille mil",
    1_000_000: "million millions millionen millón millones mio",
}
_SCALES: Final = {word: scale for scale, row in SCALES.items() for word in row.split()}
_ZERO: Final = dict.fromkeys("zero null zéro cero".split(), 0)
_SIMPLE: Final = _ZERO | _UNITS | _TEENS | _TENS | _GERMAN | _SPANISH
_ONE: Final = frozenset("a an".split())
"""One only before a scale: "a dozen"."""
_JOINS: Final = frozenset("and und et y".split())
_OPAQUE: Final = re.compile(
    r"\w*(?:zig|ßig|hundert|tausend|zehn)|milliarden?|mrd|half|halbe?[rs]?|demi|medi[oa]|quarter|viertel|couple|paire?|"
    r"paar|few|several|cents?|cien(?:to)?|\w*[cg]ient[oa]s|quinient[oa]s|vingts|billions?|milliards?|milliers?|"
    r"(?:di|qui?n|ving|tren|quaran|cinquan|soixan|cen)(?:z|t)aines?|veintena|decena|centenar\w*|"
    r"septante|octante|nonante|lots?|hundreds|thousands|dozens"
)
"""Parts of numbers that alone, or with others, are not read."""
_ALONE: Final = _ZERO.keys() | frozenset("one eins ein eine einen un une uno una once dos neuf elf sept".split())
"""What means something else too ("one moment", Spanish "once"): a number only if nothing else is said."""
_MINUS: Final = re.compile(r"\b(?:minus|moins|menos|negative?)\s*$", re.IGNORECASE)
_WORD: Final = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_GAP: Final = re.compile(r"[\s-]{1,3}")


def scale(word: str) -> int:
    """What the word behind a number multiplies it by ("thousand"); 1 for any other."""
    return _SCALES.get(word.casefold(), 1)


def opaque(word: str) -> bool:
    """Whether it makes a number before it one that is not read ("2 billion", "3 cents")."""
    return bool(_OPAQUE.fullmatch(word.casefold()))


def counts(text: str, *, alone: bool) -> Iterator[Found]:
    """Numbers in words; what may be none ("one moment") has the confidence `DOUBTED`, unless it stands `alone`."""
    run: list[re.Match[str]] = []
    for match in _WORD.finditer(text):
        if run and not _GAP.fullmatch(text, run[-1].end(), match.start()):
            yield from _run(text, run, alone=alone)
            run = []
        if _is_part(match.group().casefold(), begun=bool(run)):
            run.append(match)
        else:
            yield from _run(text, run, alone=alone)
            run = []
    yield from _run(text, run, alone=alone)


def _is_part(word: str, *, begun: bool) -> bool:
    known = word in _SIMPLE or word in _SCALES or word in _ONE or bool(_OPAQUE.fullmatch(word))
    return known or (begun and word in _JOINS)


def _run(text: str, run: list[re.Match[str]], *, alone: bool) -> Iterator[Found]:
    while run and run[-1].group().casefold() in _JOINS | _ONE:
        run = run[:-1]
    words = [one.group().casefold() for one in run]
    value = _value(words)
    if value is not None:
        start, end = run[0].start(), run[-1].end()
        less = _MINUS.search(text[max(0, start - 20) : start])
        other = less or (len(words) == 1 and words[0] in _ALONE and not alone)
        yield Found(Decimal(value), start, end, DOUBTED if other or bounded(text, start, end) else 0.7)


def _value(words: list[str]) -> int | None:
    """One number, tens with a unit, or a number of dozens, hundreds, thousands; None for whatever else they are."""
    match words:
        case [one]:
            return _SIMPLE.get(one)
        case [tens, unit] | [tens, "y" | "et", unit] if tens in _TENS and unit in _UNITS:
            return _TENS[tens] + _UNITS[unit]
        case [count, many] if many in _SCALES and (count in _SIMPLE or count in _ONE):
            return _SIMPLE.get(count, 1) * _SCALES[many]
    return None
