"""How values stand in a text: by themselves, or through `money` and `date`, as each language writes them."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from engine.expressions.failure import EvaluationError
from engine.expressions.meter import Meter
from engine.expressions.operators import CONTEXT, TOO_LARGE, family
from engine.expressions.values import Money

__all__ = ["PRINTABLE", "date_text", "money_text", "printed"]

PRINTABLE = frozenset({"text", "number"})
"""Families that print by themselves; money, dates, booleans, lists and records do through a filter only."""
_DIGITS = 1_100
"""More digits than any number has that the operators make (34, and an exponent below 1,000)."""
_COMMAS = frozenset({"de", "es", "it", "nl", "fr"})
"""Languages that write 1.234,50 € and not €1,234.50."""
_SIGNS = {"EUR": "€", "USD": "$", "GBP": "£"}
_MONTHS: Mapping[str, list[str]] = {
    "en": "January February March April May June July August September October November December".split(),
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split(),
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split(),
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split(),
}


def printed(value: Any, meter: Meter) -> str:
    """A value within a text, charged for. Raises EvaluationError: missing, type, limit."""
    if value is None:
        raise EvaluationError(code="missing")
    if family(value) not in PRINTABLE:
        raise EvaluationError(code="type")
    text = value if isinstance(value, str) else _digits(value)
    meter.make(len(text))
    return text


def _digits(value: int | Decimal) -> str:
    if isinstance(value, int):
        if value.bit_length() > 3 * _DIGITS:
            raise EvaluationError(TOO_LARGE, code="limit")
        return str(value)
    _, digits, exponent = value.as_tuple()
    if len(digits) + abs(int(exponent)) > _DIGITS:
        raise EvaluationError(TOO_LARGE, code="limit")
    return format(value, "f")


def money_text(value: Money, language: str) -> str:
    """An amount to the cent, half a cent up, with its currency's sign. Over 34 digits raise InvalidOperation."""
    amount = format(Decimal(value.amount).quantize(Decimal("0.01"), "ROUND_HALF_UP", CONTEXT), ",f")
    sign = _SIGNS.get(value.currency, value.currency)
    if language in _COMMAS:
        return f"{amount.translate(str.maketrans(',.', '.,'))} {sign}".rstrip()
    return f"{sign}{amount}" if value.currency in _SIGNS else f"{amount} {sign}".rstrip()


def date_text(value: date, language: str) -> str:
    """Day, month in words, and year; of a point in time its day where its own offset holds."""
    months = _MONTHS.get(language)
    if months is None:
        return f"{value.day} {_MONTHS['en'][value.month - 1]} {value.year}"
    return f"{value.day}{'.' if language == 'de' else ''} {months[value.month - 1]} {value.year}"
