"""Numbers and amounts of money as people write them in English, German, French and Spanish."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from engine.models.base import Money
from engine.models.local.found import Found

_NUMBER: Final = r"[0-9]{1,3}(?:[.,' ][0-9]{3})+(?:[.,][0-9]{1,2})?(?![0-9])|[0-9]{1,12}(?:[.,][0-9]{1,6})?(?![0-9])"
_SYMBOLS: Final = {"€": "EUR", "£": "GBP", "¥": "JPY", "us$": "USD", "$": "USD"}
_WORDS: Final = {
    "euro": "EUR", "euros": "EUR", "eur": "EUR", "usd": "USD", "dollar": "USD", "dollars": "USD", "bucks": "USD",
    "dólares": "USD", "dolares": "USD", "gbp": "GBP", "pound": "GBP", "pounds": "GBP", "quid": "GBP", "pfund": "GBP",
    "livres": "GBP", "libras": "GBP", "chf": "CHF", "franken": "CHF", "francs": "CHF", "sek": "SEK", "nok": "NOK",
    "dkk": "DKK", "pln": "PLN", "cad": "CAD", "aud": "AUD", "jpy": "JPY", "yen": "JPY",
}  # fmt: skip
_WORD: Final = "|".join(sorted(_WORDS, key=len, reverse=True))
_MONEY: Final = re.compile(
    rf"(?<![\w.,-])(?:(?P<before>us\$|[€£$¥]|(?:{_WORD})\b)\s?(?P<one>{_NUMBER})|"
    rf"(?P<two>{_NUMBER})\s?(?P<after>[€£$¥]|(?:{_WORD})\b))",
    re.IGNORECASE,
)
_CENTS: Final = re.compile(
    r"\s(?:(?:and|und|et|y|con)\s)?(?P<cents>[0-9]{1,2})\s?(?:cents?|centimes?|c[ée]ntimos)\b", re.I
)
"""What stands behind "35 euros and 50 cents"."""
_PLAIN: Final = re.compile(rf"(?<![\w.,#/-])(?:{_NUMBER})(?![\w/-])(?![.,][0-9])")
_COUNTS: Final = {
    word: value
    for value, row in enumerate(
        (
            "zero null zéro cero",
            "one eins ein eine einen un une uno una",
            "two zwei deux dos",
            "three drei trois tres",
            "four vier quatre cuatro",
            "five fünf cinq cinco",
            "six sechs seis",
            "seven sieben sept siete",
            "eight acht huit ocho",
            "nine neun neuf nueve",
            "ten zehn dix diez",
            "eleven elf onze once",
            "twelve zwölf douze doce",
        )
    )
    for word in row.split()
}
_ONLY_WORD: Final = re.compile(rf"\b({'|'.join(_COUNTS)})\b", re.IGNORECASE)


def money(text: str) -> Iterator[Found]:
    """Amounts with a currency next to them. A sign before one ("-5 EUR") makes it none."""
    for match in _MONEY.finditer(text):
        mark = (match["before"] or match["after"]).lower()
        amount = decimal(match["one"] or match["two"], cents=True)
        if amount is not None:
            currency = _SYMBOLS.get(mark) or _WORDS[mark]
            rest = _CENTS.match(text, match.end()) if amount == amount.to_integral_value() else None
            whole = (amount + Decimal(rest["cents"]) / 100).quantize(Decimal("0.01")) if rest else amount
            yield Found(Money(whole, currency), match.start(), (rest or match).end(), 0.95)


def numbers(text: str, language: str | None) -> Iterator[Found]:
    """Numbers in digits; of "1.234" the language decides what it means, and without one it means nothing."""
    for match in _PLAIN.finditer(text):
        value = decimal(match.group(), language=language)
        if value is not None:
            yield Found(value, match.start(), match.end(), 0.9)


def counts(text: str) -> Iterator[Found]:
    """Numbers in words, up to twelve."""
    for match in _ONLY_WORD.finditer(text):
        yield Found(Decimal(_COUNTS[match[1].lower()]), match.start(), match.end(), 0.7)


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
