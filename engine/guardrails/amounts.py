"""Amounts of money and percentages: in texts as people write them, and in values."""

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Final, NamedTuple, Protocol, TypeGuard

from engine.guardrails.folding import fold

__all__ = ["Amount", "amounts_in_text", "amounts_in_values"]

_UNITS: Final = {
    "€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR", "$": "USD", "usd": "USD", "dollar": "USD",
    "dollars": "USD", "us$": "USD", "£": "GBP", "gbp": "GBP", "pound": "GBP", "pounds": "GBP", "quid": "GBP",
    "chf": "CHF", "franken": "CHF", "francs": "CHF", "pln": "PLN", "zł": "PLN", "sek": "SEK", "nok": "NOK",
    "dkk": "DKK", "czk": "CZK", "kč": "CZK", "¥": "JPY", "jpy": "JPY", "yen": "JPY", "cad": "CAD", "aud": "AUD",
    "%": "%", "percent": "%", "per cent": "%", "prozent": "%", "pct": "%",
}  # fmt: skip
_UNIT = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
_NUMBER = r"\d{1,3}(?:[.,' ]\d{3}){1,4}(?:[.,]\d{1,4})?|\d{1,15}(?:[.,]\d{1,4})?"
_AMOUNT = re.compile(
    rf"(?i)(?<![\w.,])(?:(?P<before>{_UNIT})\s{{0,2}}(?P<after_unit>{_NUMBER})(?![\d])"
    rf"|(?P<number>{_NUMBER})(?:[.,]-{{1,2}})?[\s-]{{0,2}}(?P<unit>{_UNIT})(?!\w))"
)
_WORDS: Final = {
    "half": Decimal(50), "hälfte": Decimal(50),
    **{word: Decimal(number) for number, words in {
        1: "one ein einen", 2: "two zwei", 3: "three drei", 4: "four vier", 5: "five fünf", 6: "six sechs",
        7: "seven sieben", 8: "eight acht", 9: "nine neun", 10: "ten zehn", 15: "fifteen fünfzehn",
        20: "twenty zwanzig", 25: "twenty-five fünfundzwanzig", 30: "thirty dreißig", 40: "forty vierzig",
        50: "fifty fünfzig", 60: "sixty sechzig", 70: "seventy siebzig", 75: "seventy-five", 80: "eighty achtzig",
        90: "ninety neunzig", 100: "hundred hundert", 200: "two-hundred zweihundert", 500: "five-hundred",
        1000: "thousand tausend",
    }.items() for word in words.split()},
}  # fmt: skip
_SPELT = re.compile(
    rf"(?i)\b(?P<word>{'|'.join(sorted(map(re.escape, _WORDS), key=len, reverse=True))})\s{{1,2}}(?P<unit>"
    r"euros?|dollars?|pounds?|quid|francs|franken|percent|per cent|prozent)\b"
)


class Amount(NamedTuple):
    """A number as it may be meant (`1.234` is two), its unit (a currency, or `%`), and its place in the text."""

    readings: frozenset[Decimal]
    unit: str | None
    start: int = 0
    end: int = 0


def amounts_in_text(text: str) -> Iterator[Amount]:
    """Every amount with a unit, in digits or in small number words."""
    folded, origin = fold(text)
    for match in _AMOUNT.finditer(folded):
        number = match["number"] or match["after_unit"]
        unit = _UNITS[(match["unit"] or match["before"]).lower()]
        yield Amount(_readings(number), unit, origin[match.start()], origin[match.end() - 1] + 1)
    for match in _SPELT.finditer(folded):
        unit = _UNITS[match["unit"].lower()]
        readings = frozenset({_WORDS[match["word"].lower()]})
        yield Amount(readings, unit, origin[match.start()], origin[match.end() - 1] + 1)


def amounts_in_values(values: Iterable[Any]) -> Iterator[Amount]:
    """Every amount that the values hold: money with its currency, bare numbers as any unit, and what texts say."""
    pending: list[Any] = list(values)
    while pending:
        value = pending.pop()
        match value:
            case None | bool():
                continue
            case str():
                yield from amounts_in_text(value)
            case int() | Decimal():
                yield Amount(frozenset({Decimal(value)}), None)
            case _ if _is_money(value):
                yield Amount(frozenset({value.amount}), value.currency)
            case Mapping():
                pending += value.values()
            case list() | tuple() | set() | frozenset():
                pending += value


class _Money(Protocol):
    """Money of the engine and of models have this in common."""

    amount: Decimal
    currency: str | None


def _is_money(value: object) -> TypeGuard[_Money]:
    return hasattr(value, "amount") and hasattr(value, "currency")


def _readings(number: str) -> frozenset[Decimal]:
    """`1,234.50` is one number, `1,234` may be two: a thousand, or one and a bit."""
    plain = re.sub(r"[ ']", "", number)
    last = max(plain.rfind("."), plain.rfind(","))
    if last < 0:
        return frozenset({Decimal(plain)})
    digits = re.sub(r"[.,]", "", plain)
    after = len(plain) - last - 1
    fraction = Decimal(digits).scaleb(-after)
    both_marks = "." in plain and "," in plain
    several = plain.count(plain[last]) > 1
    if several:
        return frozenset({Decimal(digits)})
    if after == 3 and not both_marks:
        return frozenset({Decimal(digits), fraction})
    return frozenset({fraction})
