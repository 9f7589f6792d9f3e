"""The value domain of flows, and its two forms: JSON for rows and histories, bytes for digests.

Values are None, bool, int, Decimal, str, Money, date, datetime (aware), timedelta, list and dict. Standard library
only: workflow code imports this.
"""

import json
import unicodedata
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

__all__ = ["EXPONENT", "LEVELS", "Money", "Value", "canonical", "decode", "encode"]

LEVELS = 100
"""Lists and records within each other."""
EXPONENT = 1_000
"""Decimal places before or after the point: what the operators make stays below."""

Value = Any


class Money(NamedTuple):
    """An amount in major units (12.50, not 1250) and its ISO 4217 currency."""

    amount: Decimal
    currency: str


def encode(value: Value) -> Any:
    """JSON without loss: what JSON has no word for becomes an object with one key that starts with `$`.

    Raises TypeError for what is no value (float, bytes, a naive datetime), or is nested over LEVELS deep.
    """
    return _encoded(value, 0)


def _encoded(value: Value, level: int) -> Any:
    # `isinstance` throughout: in Temporal's sandbox `datetime` is a stand-in that class patterns do not take
    if level > LEVELS:
        raise TypeError(f"a value has at most {LEVELS} levels")
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Money):
        return {"$money": [str(_finite(value.amount)), value.currency]}
    if isinstance(value, Decimal):
        return {"$number": str(_finite(value))}
    if isinstance(value, date):
        return {"$datetime" if isinstance(value, datetime) else "$date": _aware(value).isoformat()}
    if isinstance(value, timedelta):
        return {"$duration": str(Decimal(value // timedelta(microseconds=1)) / 1_000_000)}
    if isinstance(value, list | tuple):
        return [_encoded(item, level + 1) for item in value]
    if isinstance(value, dict):
        return {_escape(str(key)): _encoded(item, level + 1) for key, item in value.items()}
    raise TypeError(f"{type(value).__name__} is no value of a flow")


def _finite(number: Decimal) -> Decimal:
    if not isinstance(number, int | Decimal) or not Decimal(number).is_finite():
        raise TypeError("a number is finite")
    return number


def _aware(moment: date) -> date:
    if isinstance(moment, datetime) and moment.tzinfo is None:
        raise TypeError("a point in time has an offset")
    return moment


def decode(data: Any) -> Value:
    """The inverse of `encode`. Plain JSON (also with floats, read as decimals) decodes to itself.

    Raises ValueError for what `encode` does not write: a tag with another content, NaN, over LEVELS levels.
    """
    try:
        return _decoded(data, 0)
    except (TypeError, IndexError, OverflowError, ArithmeticError):
        raise ValueError("not what `encode` writes") from None


def _decoded(data: Any, level: int) -> Value:
    if level > LEVELS:
        raise ValueError(f"a value has at most {LEVELS} levels")
    match data:
        case list():
            return [_decoded(item, level + 1) for item in data]
        case float():
            return _number(repr(data))
        case dict():
            if len(data) == 1 and (tagged := _tagged(*next(iter(data.items())))) is not None:
                return tagged
            return {_unescape(key): _decoded(item, level + 1) for key, item in data.items()}
    return data


def _tagged(key: str, item: Any) -> Value | None:
    match key:
        case "$money":
            amount, currency = item
            if not isinstance(currency, str):
                raise ValueError("a currency is a text")
            return Money(_number(amount), currency)
        case "$number":
            return _number(item)
        case "$datetime":
            return _aware(datetime.fromisoformat(item))
        case "$date":
            return date.fromisoformat(item)
        case "$duration":
            return timedelta(microseconds=int(_number(item) * 1_000_000))
    return None


def _number(text: str) -> Decimal:
    number = Decimal(text)
    if not number.is_finite() or abs(number.adjusted()) > EXPONENT:
        raise ValueError("a number is finite")
    return number


def _escape(key: str) -> str:
    return f"${key}" if key.startswith("$") else key


def _unescape(key: str) -> str:
    return key[1:] if key.startswith("$$") else key


def canonical(value: Value) -> bytes:
    """One form for one value, for digests: 40, 40.0 and 40.00 are the same, text is NFC, keys are sorted.

    Raises TypeError as `encode` does, and for numbers beyond 10 to the power of EXPONENT or its inverse.
    """
    text = json.dumps(_canonical(value, 0), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8", "surrogatepass")


def _canonical(value: Value, level: int) -> Any:
    if level > LEVELS:
        raise TypeError(f"a value has at most {LEVELS} levels")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, Money):
        return {"$money": [_plain(value.amount), value.currency]}
    if isinstance(value, int | Decimal):
        return {"$number": _plain(value)}
    if isinstance(value, datetime):
        return {"$datetime": _in_utc(value).isoformat()}
    if isinstance(value, list | tuple):
        return [_canonical(item, level + 1) for item in value]
    if isinstance(value, dict):
        named = ((unicodedata.normalize("NFC", _escape(str(key))), item) for key, item in value.items())
        return {key: _canonical(item, level + 1) for key, item in named}
    return _encoded(value, level)


def _in_utc(moment: datetime) -> datetime:
    try:
        _aware(moment)
        return moment.astimezone(UTC)
    except OverflowError:  # within a day of the first or the last year: it has one form all the same
        return moment


def _plain(number: int | Decimal) -> str:
    """Without an exponent and without trailing zeros, whatever the precision at hand."""
    if isinstance(number, int) and number.bit_length() > 4 * EXPONENT:
        raise TypeError("a number has too many digits")
    exact = _finite(Decimal(number))
    if abs(exact.adjusted()) > EXPONENT or len(exact.as_tuple().digits) > 2 * EXPONENT:
        raise TypeError("a number has too many digits")
    text = format(exact, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "0") else text
