"""Numbers and amounts of money as people write them in English, German, French and Spanish."""

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Final

from engine.models.base import Money
from engine.models.local.counts import SCALES, opaque, scale
from engine.models.local.currencies import SIGNS, WORDS, currency, speaks_of_money
from engine.models.local.found import DOUBTED, LOOK_BACK, Found, bounded
from engine.models.local.partly import partly
from engine.models.local.roughly import roughly

_NUMBER: Final = r"[0-9]{1,3}(?:[.,' ][0-9]{3})+(?:[.,][0-9]{1,2})?(?![0-9])|[0-9]{1,12}(?:[.,][0-9]{1,6})?(?![0-9])"
_SCALE: Final = "|".join(word for row in SCALES.values() for word in row.split())
_END: Final = r"(?!\w|[.,][0-9])"
_MONEY: Final = re.compile(
    rf"(?<![\w.,−–-])(?:(?P<before>{SIGNS}|(?:{WORDS})\b)\s?(?P<one>{_NUMBER})(?:\s?(?P<many>{_SCALE}))?{_END}|"
    rf"(?P<two>{_NUMBER})(?:\s?(?P<many2>{_SCALE})\b)?\s?(?P<after>{SIGNS}|(?:{WORDS})\b))",
    re.IGNORECASE,
)
_CENT: Final = r"(?:(?P<whose>euro|us)[ -]?)?(?P<unit>cents?|cts?|centimes?|c[ée]ntimos?|pence)\b"
_CENTS: Final = re.compile(rf"\s(?:(?:and|und|et|y|con)\s)?(?P<cents>[0-9]{{1,2}})\s?{_CENT}", re.IGNORECASE)
"""What stands behind "35 euros and 50 cents"."""
_CENTS_ALONE: Final = re.compile(
    rf"(?<![\w.,−–-])(?P<number>{_NUMBER})\s?{_CENT}|(?<![\w.,−–-])(?P<pence>[0-9]{{1,2}})p\b", re.IGNORECASE
)
_REST: Final = re.compile(
    r"(?P<gap>\s?|\scon\s)(?P<cents>[0-9]{2})(?!\w|[.,:][0-9]|\s?(?:[%€£$¥/-]))(?P<next>\s*\w+)?", re.I
)
"""What stands behind "35€50", "20 euros 50", "20 euros con 50"; a word behind it may be what it counts."""
_TIMES: Final = re.compile(
    r"\s*(?:days?|weeks?|months?|hours?|times|minutes|tagen?|wochen?|monaten?|mal|stunden|jours?|semaines?|mois|fois|"
    r"heures?|días?|semanas?|mes(?:es)?|veces|horas?)",
    re.IGNORECASE,
)
_OTHER_BEFORE: Final = re.compile(
    rf"(?<![\w.,])(?P<number>{_NUMBER})\s*(?:-|–|—|/|\b(?:to|or|and|bis|oder|und|à|ou|et|a|o|u|y)\b)\s*$", re.IGNORECASE
)
_OTHER_AFTER: Final = re.compile(
    rf"\s*(?:-|–|—|\b(?:to|or|bis|oder|à|ou|o|u)\b)\s*(?:{SIGNS})?(?P<number>{_NUMBER}){_END}|"
    rf"\s+(?:and|und|et|y)\s+(?P<last>{_NUMBER})(?=\s*(?:$|[.,;!?](?:\s|$)))",
    re.IGNORECASE,
)
"""The other end of a range, which has its currency from this one: "between 20 and 30 euros", "20 euros or 30"."""
_MINUS: Final = re.compile(r"(?<!o )(?<!ou )\b(?:minus|moins|menos|negative?)\s*$", re.IGNORECASE)
_REFUSED: Final = re.compile(
    r"\b(?:refuse|reject|decline|lehne|verweigere|rechazo)\s+(?:\w+\s+){0,3}$|"
    r"(?:n't|\b(?:not|never|dont|didnt|cannot))\s+(?:\w+\s+){0,2}?(?:want|need|ask|accept|pay|paid|owe|cost|agree|spen|"
    r"expect|take)\w*\s+(?:\w+\s+){0,3}$|"
    r"\bpas\s+(?:\w+\s+)?(?:pa[iy]|voul|veu|demand|accept|dépens|dû|coût)\w*\s+(?:\w+\s+){0,2}$|"
    r"\b(?:no|nunca)\s+(?:\w+\s+){0,2}?(?:quier|quer|pagu|pag|necesit|pid|acept|deb|gast|cost|cuest)\w*\s+(?:\w+\s+){0,2}$",
    re.IGNORECASE,
)
_REFUSED_AFTER: Final = re.compile(
    r"\s+nicht\s*(?:$|[.!,;]|(?:\w+\s+)?(?:haben|zahl|bezahl|gezahlt|will|woll|möcht|akzept|annehm|ausg|schuld|gekost))",
    re.IGNORECASE,
)
"""What one does not want, pay or owe. What one did not get ("I did not receive the 20 euros") is an amount."""
_PLAIN: Final = re.compile(
    rf"(?<![\w.,:#/−–-])(?P<number>{_NUMBER})(?:\s?(?P<many>{_SCALE})\b)?(?![\w/-])(?![.,:][0-9])", re.IGNORECASE
)
_FRACTION: Final = re.compile(
    r"\s+(?:[0-9]/[0-9]|½|¼|¾|and an? (?:half|quarter)|und einen? halben?|einhalb|et demie?|y medi[oa]\b)",
    re.IGNORECASE,
)
_NEXT_WORD: Final = re.compile(r"\s*([^\W\d_]+)")


def money(text: str, *, asked: bool, home: str | None = None, question: str = "") -> Iterator[Found]:
    """Amounts with a currency next to them, and cents. A sign before one ("-5 EUR") makes it none.

    What is refused, rough, a bound, a part, or taken off has the confidence `DOUBTED`; both ends of a range are found.
    `home`: the project's currency, of which a dollar is one if it can be. `question`: ours, to which the text answers.
    """
    taken: set[int] = set()
    for match in _MONEY.finditer(text):
        for one in _amounts(text, match, asked=asked, home=home):
            taken.update(range(one.start, one.end))
            yield _whole(text, one, asked=asked, question=question)
    for match in _CENTS_ALONE.finditer(text) if asked or speaks_of_money(text) else ():
        if match.start() not in taken:
            yield from (_whole(text, one, asked=asked, question=question) for one in _cents(text, match))


def _whole(text: str, one: Found, *, asked: bool, question: str) -> Found:
    """`DOUBTED`, unless it is the sum that the text is about, and exact."""
    inexact = roughly(text, one.start, one.end) or partly(text, one.start, one.end, asked=asked, question=question)
    return replace(one, confidence=DOUBTED) if inexact else one


def _amounts(text: str, match: re.Match[str], *, asked: bool, home: str | None) -> Iterator[Found]:
    start, end = match.span()
    code = currency(match["before"] or match["after"], text, end, asked=asked, home=home)
    amount = decimal(match["one"] or match["two"], cents=True)
    if amount is None or code is None:
        return
    many = scale(match["many"] or match["many2"] or "")
    sure, rest = 0.95, None
    if many > 1:
        amount *= many
    elif amount == amount.to_integral_value():
        rest = _CENTS.match(text, end) or (_REST.match(text, end) if match["after"] else None)
    if rest is not None and "next" in rest.groupdict() and rest["next"] and rest["gap"]:
        sure = sure if _TIMES.match(rest["next"]) else DOUBTED  # "20 euros 50 hier", "20 euros 50 lamps"
        rest = None
    if rest is not None:
        amount, end = (amount + Decimal(rest["cents"]) / 100).quantize(Decimal("0.01")), rest.end("cents")
    doubted = _doubted(text, *match.span()) or _FRACTION.match(text, end)
    yield Found(Money(amount, code), start, end, DOUBTED if doubted else sure)
    yield from _other_ends(text, start, end, code)


def _other_ends(text: str, start: int, end: int, code: str) -> Iterator[Found]:
    first = max(0, start - 40)
    for match in (_OTHER_BEFORE.search(text[first:start]), _OTHER_AFTER.match(text, end)):
        if match is not None:
            shift = first if match.re is _OTHER_BEFORE else 0
            group = "number" if match["number"] else "last"
            amount = decimal(match[group], cents=True)
            if amount is not None:
                yield Found(Money(amount, code), shift + match.start(group), shift + match.end(group), DOUBTED)


def _doubted(text: str, start: int, end: int) -> bool:
    before = text[max(0, start - LOOK_BACK) : start]
    refused = _MINUS.search(before) or _REFUSED.search(before) or _REFUSED_AFTER.match(text, end)
    return bounded(text, start, end) or refused is not None


def _cents(text: str, match: re.Match[str]) -> Iterator[Found]:
    amount = decimal(match["number"] or match["pence"], cents=True)
    unit, whose = (match["unit"] or "pence").lower(), (match["whose"] or "").lower()
    code = {"euro": "EUR", "us": "USD"}.get(whose, "GBP" if unit == "pence" else None)
    if amount is not None:
        value = amount / 100 if amount % 1 else (amount / 100).quantize(Decimal("0.01"))
        sure = DOUBTED if _doubted(text, match.start(), match.end()) else 0.8
        yield Found(Money(value, code), match.start(), match.end(), sure)


def numbers(text: str, language: str | None, *, cents: bool = False, question: str = "") -> Iterator[Found]:
    """Numbers in digits; of "1.234" the language decides what it means, and without one it means nothing.

    `cents`: they are amounts, as `decimal` reads them, asked for by our `question`; rough ones and parts are `DOUBTED`.
    """
    for match in _PLAIN.finditer(text):
        value = decimal(match["number"], language=language, cents=cents)
        following = _NEXT_WORD.match(text, match.end())
        if value is None or (following and opaque(following[1])) or _FRACTION.match(text, match.end()):
            continue
        many = scale(match["many"] or "")
        if many == 1:
            sure = DOUBTED if _doubted(text, match.start(), match.end()) else 0.9
        elif match["many"].casefold() != "mil" or language == "es":  # elsewhere "2 mil" may be two million
            sure = 0.7
        else:
            continue
        one = Found(value * many, match.start(), match.end(), sure)
        yield _whole(text, one, asked=True, question=question) if cents else one


def decimal(text: str, *, language: str | None = None, cents: bool = False) -> Decimal | None:
    """The number that `text` writes. `cents`: at most two decimals, so three digits after a mark are thousands.

    None where it may be two numbers ("1.234" in an unknown language).
    """
    text = text.replace(" ", "").replace("'", "")
    marks = [one for one in text if one in ".,"]
    if not marks:
        return Decimal(text)
    last = marks[-1]
    decimals = len(text) - text.rfind(last) - 1
    if len(set(marks)) == 2:
        return Decimal(text.replace(marks[0], "").replace(last, "."))
    if len(marks) > 1:
        return Decimal(text.replace(last, ""))
    if decimals != 3:
        return None if cents and decimals > 3 else Decimal(text.replace(last, "."))
    if cents:
        return Decimal(text.replace(last, ""))
    if language is None:
        return None
    thousands = "," if language == "en" else "."
    return Decimal(text.replace(last, "" if last == thousands else "."))
