"""JSON as it travels: bytes to values with exact numbers, and back. Strict: what two readers could read in two ways
(duplicate keys, NaN, numbers beyond reason) is no answer."""

import json
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from engine.tools.base import Unreadable

__all__ = ["read", "write"]

_DIGITS: Final = 40
"""Digits before or after the point that a number may have."""
_DEPTH: Final = 60


def read(body: bytes) -> Any:
    """JSON in UTF-8; numbers as int and Decimal; None for an empty body. Raises Unreadable."""
    if not body.strip():
        return None
    try:
        value = json.loads(
            body.decode("utf-8-sig"), parse_float=_decimal, parse_int=_integer, parse_constant=_refused,
            object_pairs_hook=_record,
        )  # fmt: skip
        _shallow(value)
        return value
    except (ValueError, RecursionError, InvalidOperation):
        raise Unreadable("$") from None


def write(value: Any) -> bytes:
    """The JSON of None, bool, int, Decimal (digit by digit), str, list and dict. Raises TypeError for others."""
    return _written(value).encode()


def _written(value: Any) -> str:
    match value:
        case None | bool() | int() | str():
            return json.dumps(value)
        case Decimal() if value.is_finite():
            return format(value, "f")
        case dict():
            return "{" + ",".join(f"{json.dumps(str(key))}:{_written(item)}" for key, item in value.items()) + "}"
        case list():
            return "[" + ",".join(map(_written, value)) + "]"
    raise TypeError("no JSON value")


def _decimal(text: str) -> Decimal:
    number = Decimal(text)
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or abs(number.adjusted()) > _DIGITS or not -_DIGITS <= exponent <= _DIGITS:
        raise ValueError
    return number


def _integer(text: str) -> int:
    if len(text) > _DIGITS:
        raise ValueError
    return int(text)


def _refused(_: str) -> None:
    raise ValueError


def _record(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) != len(pairs):
        raise ValueError
    return record


def _shallow(value: Any) -> None:
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > _DEPTH:
            raise ValueError
        records = [list(item.values()) for item in level if isinstance(item, dict)]
        level = [part for group in (*records, *(item for item in level if isinstance(item, list))) for part in group]
