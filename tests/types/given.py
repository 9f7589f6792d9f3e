"""Random types, random values of a type, and whether a value belongs to a type: the meaning of types, for tests."""

import string
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from random import Random
from typing import Any

from engine.expressions.values import Money
from engine.types import (
    BOOL,
    DATE,
    DATETIME,
    DURATION,
    INTEGER,
    JSON,
    LABEL,
    NEVER,
    NONE,
    NUMBER,
    TEXT,
    UNKNOWN,
    EnumType,
    ListType,
    MapType,
    MoneyType,
    OptionalType,
    RecordType,
    Type,
    enum,
    list_of,
    map_of,
    money,
    optional,
    record,
)

__all__ = ["belongs", "random_type", "random_value"]

WORDS = ("paid", "open", "sent", "lost", "back")
CURRENCIES = ("EUR", "USD")
SIMPLE = (TEXT, BOOL, INTEGER, NUMBER, DATE, DATETIME, DURATION)
OFFSETS = (UTC, timezone(timedelta(hours=14)), timezone(timedelta(hours=-11, minutes=-30)))


def belongs(value: Any, kind: Type, bare: bool = False) -> bool:
    """Whether a value is one of a type's. `bare`: money may be a number, as the sum of no amounts is."""
    match kind:
        case OptionalType(inner):
            return value is None or belongs(value, inner, bare)
        case EnumType(values):
            return value in values
        case MoneyType(currency):
            if bare and _is_simple(value, NUMBER):
                return True
            return isinstance(value, Money) and currency in (None, value.currency)
        case ListType(element):
            return isinstance(value, list) and all(belongs(item, element, bare) for item in value)
        case MapType(inner):
            return isinstance(value, Mapping) and all(belongs(item, inner, bare) for item in value.values())
        case RecordType(items, _):
            return isinstance(value, Mapping) and all(belongs(value.get(name), inside, bare) for name, inside in items)
    return _is_simple(value, kind)


def _is_simple(value: Any, kind: Type) -> bool:
    number = isinstance(value, int | Decimal) and not isinstance(value, bool)
    simple: dict[Type, bool] = {
        TEXT: isinstance(value, str),
        BOOL: isinstance(value, bool),
        INTEGER: number and isinstance(value, int),
        NUMBER: number,
        DATE: isinstance(value, date) and not isinstance(value, datetime),
        DATETIME: isinstance(value, datetime) and value.tzinfo is not None,
        DURATION: isinstance(value, timedelta),
        LABEL: number or isinstance(value, str),
        NONE: value is None,
        NEVER: False,
        JSON: True,
        UNKNOWN: True,
    }
    return simple[kind]


def random_type(chance: Random, depth: int = 2) -> Type:
    """Any type that a tool may declare."""
    roll = chance.random()
    if roll < 0.2:
        return optional(random_type(chance, depth))
    if depth and roll < 0.4:
        return record({name: random_type(chance, depth - 1) for name in chance.sample("abcdef", chance.randint(1, 4))})
    if depth and roll < 0.55:
        return list_of(random_type(chance, depth - 1))
    if depth and roll < 0.6:
        return map_of(random_type(chance, depth - 1))
    if roll < 0.72:
        return money(chance.choice([None, *CURRENCIES]))
    if roll < 0.82:
        return enum(chance.sample(WORDS, chance.randint(1, 4)))
    return chance.choice([*SIMPLE, INTEGER, NUMBER, JSON])


def random_value(chance: Random, kind: Type) -> Any:
    """Any value of a type; a field that may be missing is none, or not there at all."""
    match kind:
        case OptionalType(inner):
            return None if chance.random() < 0.4 else random_value(chance, inner)
        case EnumType(values):
            return chance.choice(sorted(values))
        case MoneyType(currency):
            return Money(Decimal(random_value(chance, NUMBER)), currency or chance.choice(CURRENCIES))
        case ListType(element):
            return [random_value(chance, element) for _ in range(chance.choice([0, 1, 2, 3]))]
        case MapType(inner):
            return {name: random_value(chance, inner) for name in chance.sample("abcdef", chance.randint(0, 3))}
        case RecordType(items, _):
            given = {name: random_value(chance, inside) for name, inside in items}
            return {name: value for name, value in given.items() if value is not None or chance.random() < 0.5}
    return _simple(chance, kind)


def _simple(chance: Random, kind: Type) -> Any:
    day = date.fromordinal(chance.choice([1, 3652059, *[chance.randint(730000, 740000) for _ in range(8)]]))
    if kind in (JSON, UNKNOWN):
        return random_value(chance, random_type(chance, 1))
    if kind in (NUMBER, LABEL) and chance.random() < 0.5:
        return _simple(chance, INTEGER)
    match kind[0]:
        case "text" | "label":
            letters = [*string.ascii_letters, " ", "ß", "é", "日", "🙂", "{", "'"]
            return chance.choice([*WORDS, "".join(chance.choices(letters, k=chance.randint(0, 6)))])
        case "bool":
            return chance.random() < 0.5
        case "integer":
            return chance.choice([0, 1, -1, 2, 7, chance.randint(-99, 99), 10**33])
        case "number":
            return Decimal(chance.choice(["0", "-0.00", "0.5", "12.90", "-3.333", "1E+3", "9.9E+33", "1E-30"]))
        case "date":
            return day
        case "datetime":
            return datetime(day.year, day.month, day.day, chance.randint(0, 23), tzinfo=chance.choice(OFFSETS))
        case "duration":
            return timedelta(days=chance.choice([0, 1, -3, 14, 400_000]), seconds=chance.randint(0, 86399))
    return None
