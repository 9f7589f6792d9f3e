"""Numbers in words, in English, German, French and Spanish: read whole and right, or not at all.

Which words make a number, `text2num` knows (0.6 ms to import); what stands in a message and is none, is said here.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Final

from engine.models.local.found import DOUBTED, Found, bounded

SCALES: Final = {
    12: "dozen dutzend douzaine douzaines docena docenas",
    100: "hundred hundert",
    1_000: "k thousand tausend mille mil",
    1_000_000: "million millions millionen millón millones mio",
}
_SCALES: Final = {word: scale for scale, row in SCALES.items() for word in row.split()}
_LANGUAGES: Final = ("en", "de", "fr", "es")
LONGEST: Final = 120
"""Characters of a number in words: 999,999 has at most 69."""
_ONE: Final = frozenset("a an".split())
"""One only before a scale: "a dozen"."""
_JOINS: Final = frozenset("and und et y".split())
_SPELT: Final = {
    "eine": "ein", "einen": "ein", "veintiún": "veintiuno", "veintiun": "veintiuno", "veintidos": "veintidós",
    "veintitres": "veintitrés", "veintiseis": "veintiséis",
}  # fmt: skip
"""Other ways of writing that are not read as they stand."""
_VAGUE: Final = (
    r"milliarden?|mrd|half|halbe?[rs]?|demi|medi[oa]|quarter|viertel|anderthalb|couple|paire?|paar|few|several|"
    r"billions?|milliards?|milliers?|miles|cientos|(?:di|qui?n|ving|tren|quaran|cinquan|soixan|cen)(?:z|t)aines?|"
    r"veintena|decena|centenar\w*|lots?|hunderte|tausende|sixes|doses|os|"
    r"(?:one|two|three|four|five|seven|eight|nine|ten|dozen|hundred|thousand)s"
)
_PARTS: Final = (
    r"\w*(?:zig|ßig|hundert|tausend|zehn)|cents?|cien(?:to)?|\w*[cg]ient[oa]s|quinient[oa]s|vingts|"
    r"septante|octante|nonante"
)
_OPAQUE: Final = re.compile(rf"{_PARTS}|{_VAGUE}")
"""Parts of numbers, read or not: no number in digits stands before them, and none in words is read without them."""
_VAGUE_WORD: Final = re.compile(_VAGUE)
"""What makes a number of which it is a part one that nobody knows exactly."""
_ALONE: Final = frozenset(
    "one eins ein eine einen un une uno una once dos neuf elf sept zero null zéro cero cent cien hundred hundert mil "
    "mille tausend thousand million seize".split()
)
"""What means something else too ("one moment", Spanish "once"): a number only if nothing else is said."""
_NOTHING: Final = frozenset("o cents vingts ciento millions millones millionen".split())
"""What is part of numbers, and alone another word, or a plural of nobody knows how many."""
_ORDINAL: Final = re.compile(
    r"[\s-]{1,3}(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|\w*(?:tieth|teenth)|tenth|eleventh|twelfth|"
    r"thirds?|quarters?|halves|halfs?|fifths|tenths|(?:et )?(?:premi[eè]re?|un(?:i[eè]me))|\w+i[eè]mes?|"
    r"drittel|viertel|fünftel|zehntel|tercios?|cuartos?|quintos?|d[ée]cimos?)\b",
    re.IGNORECASE,
)
"""What stands behind a number in words and makes it a day, a place or a part: "twenty-first", "two thirds"."""
_NO_COUNT: Final = re.compile(r"\s+(?:thank|dank|merci|gracias|times|mal|fois|veces)", re.IGNORECASE)
"""What stands behind "mil" or "a thousand" that counts nothing."""
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
    known = word in _SCALES or word in _ONE or opaque(word) or _read(word) is not None
    return known or (begun and word in _JOINS)


def _run(text: str, run: list[re.Match[str]], *, alone: bool) -> Iterator[Found]:
    while run and run[-1].group().casefold() in _JOINS | _ONE:
        run = run[:-1]
    words = [one.group().casefold() for one in run]
    value = _value(words)
    if value is not None:
        start, end = run[0].start(), run[-1].end()
        if _ORDINAL.match(text, end):
            return
        less = _MINUS.search(text[max(0, start - 20) : start]) or (words[-1] in _SCALES and _NO_COUNT.match(text, end))
        other = less or (len(words) == 1 and words[0] in _ALONE and not alone)
        yield Found(Decimal(value), start, end, DOUBTED if other or bounded(text, start, end) else 0.7)


def _value(words: list[str]) -> int | None:
    """The one number that all of them are; None for whatever else they are."""
    if not words or any(_VAGUE_WORD.fullmatch(word) for word in words) or (len(words) == 1 and words[0] in _NOTHING):
        return None
    if words[0] in _ONE:
        words = ["one", *words[1:]] if len(words) > 1 and words[1] in _SCALES else [""]
    *before, last = words
    if before == ["six"] and last in ("cent", "cents"):
        return None  # a coin's in English, and 600 in French
    found = _read(" ".join(words))
    if found is None and before and last in _SCALES:  # dozens, and thousands of another language
        count = _read(" ".join(before))
        return None if count is None else count * _SCALES[last]
    return found


def _read(text: str) -> int | None:
    """The number that it is in any of the four languages, if it is no other in another one."""
    if len(text) > LONGEST:
        return None
    found = {value for language in _LANGUAGES if (value := _in(language, text)) is not None}
    return found.pop() if len(found) == 1 else None


@lru_cache(maxsize=10_000)
def _in(language: str, text: str) -> int | None:
    from text_to_num import text2num

    spelt = " ".join(_SPELT.get(word, word) for word in text.split())
    spelt = spelt.replace("fuenf", "fünf").replace("zwoelf", "zwölf")
    try:
        return int(text2num(spelt, language))
    except ValueError:
        return None
