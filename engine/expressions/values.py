"""The value domain of flows, and its two forms: JSON for rows and histories, bytes for digests.

Values are None, bool, int, Decimal, str, Money, date, datetime (aware), timedelta, list and dict. Standard library
only: workflow code imports this.
"""

import json
import unicodedata
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

__all__ = ["Money", "Value", "canonical", "decode", "encode"]

Value = Any


class Money(NamedTuple):
    """An amount in major units (12.50, not 1250) and its ISO 4217 currency."""

    amount: Decimal
    currency: str


def encode(value: Value) -> Any:
    """JSON without loss: what JSON has no word for becomes an object with one key that starts with `$`.

    Raises TypeError for what is no value (float, bytes, a naive datetime).
    """
    match value:
        case None | bool() | int() | str():
            return value
        case Money(amount, currency):
            return {"$money": [str(amount), currency]}
        case Decimal():
            if not value.is_finite():
                raise TypeError("a number is finite")
            return {"$number": str(value)}
        case datetime():
            if value.tzinfo is None:
                raise TypeError("a point in time has an offset")
            return {"$datetime": value.isoformat()}
        case date():
            return {"$date": value.isoformat()}
        case timedelta():
            return {"$duration": str(Decimal(value // timedelta(microseconds=1)) / 1_000_000)}
        case list() | tuple():
            return [encode(item) for item in value]
        case dict():
            return {_escape(str(key)): encode(item) for key, item in value.items()}
    raise TypeError(f"{type(value).__name__} is no value of a flow")


def decode(data: Any) -> Value:
    """The inverse of `encode`. Plain JSON (also with floats, read as decimals) decodes to itself."""
    match data:
        case list():
            return [decode(item) for item in data]
        case float():
            return Decimal(repr(data))
        case dict():
            if len(data) == 1 and (tagged := _tagged(*next(iter(data.items())))) is not None:
                return tagged
            return {_unescape(key): decode(item) for key, item in data.items()}
    return data


def _tagged(key: str, item: Any) -> Value | None:
    match key:
        case "$money":
            return Money(Decimal(item[0]), item[1])
        case "$number":
            return Decimal(item)
        case "$datetime":
            return datetime.fromisoformat(item)
        case "$date":
            return date.fromisoformat(item)
        case "$duration":
            return timedelta(microseconds=int(Decimal(item) * 1_000_000))
    return None


def _escape(key: str) -> str:
    return f"${key}" if key.startswith("$") else key


def _unescape(key: str) -> str:
    return key[1:] if key.startswith("$$") else key


def canonical(value: Value) -> bytes:
    """One form for one value, for digests: 40, 40.0 and 40.00 are the same, text is NFC, keys are sorted."""
    return json.dumps(_canonical(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _canonical(value: Value) -> Any:
    match value:
        case None | bool():
            return value
        case str():
            return unicodedata.normalize("NFC", value)
        case Money(amount, currency):
            return {"$money": [_plain(amount), currency]}
        case int() | Decimal():
            return {"$number": _plain(Decimal(value))}
        case datetime():
            return {"$datetime": value.astimezone(UTC).isoformat()}
        case list() | tuple():
            return [_canonical(item) for item in value]
        case dict():
            return {unicodedata.normalize("NFC", _escape(str(key))): _canonical(item) for key, item in value.items()}
    return encode(value)


def _plain(number: Decimal) -> str:
    """Without an exponent and without trailing zeros."""
    text = format(number.normalize(), "f")
    return "0" if text in ("-0", "0") else text
