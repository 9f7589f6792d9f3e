"""The operators, each declared once: what it joins, what that gives, and how it is worked out.

The checker asks the tables by the family of a type, the evaluator by that of a value; so what the one accepts the other
can do. Families are number (whole or not), money, date, datetime, duration, text, bool, list and record.

Numbers are decimal with 34 digits, as IEEE 754 decimal128. A bare number beside money counts as money of that currency;
two currencies never mix. Dates, points in time and durations mix with nothing else.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from typing import Any, NamedTuple

from engine.expressions.failure import EvaluationError
from engine.expressions.meter import Meter
from engine.expressions.values import Money

__all__ = [
    "ARITHMETIC", "CONTEXT", "ORDER", "ORDERED", "TOO_LARGE", "Operation", "arithmetic", "comparable", "compare",
    "equal", "family", "within",
]  # fmt: skip

CONTEXT = Context(prec=34, Emax=999, Emin=-999, traps=[InvalidOperation, DivisionByZero, Overflow])
_LARGEST = 10**34
TOO_LARGE = "a number of more than 34 digits"
_BITS = 128
"""A whole number of more bits is refused before anything is made of it: its digits alone could take minutes."""
_LONGEST = 14_000
"""Bits of the largest whole number that Python reads from text (4,300 digits)."""
_WORD = 64
"""Characters that count as one element where a text is compared or looked through."""


def family(value: Any) -> str | None:
    """What a value is to the operators; None for no value of a flow (a float, NaN, bytes, a number
    of thousands of digits). None itself is `none`."""
    known = _FAMILIES.get(type(value))
    if known is None:
        known = "datetime" if isinstance(value, datetime) else "record" if isinstance(value, Mapping) else None
    if known == "number" and not _is_number(value):
        return None
    return None if known == "money" and family(value.amount) != "number" else known


def _is_number(value: int | Decimal) -> bool:
    return value.is_finite() if isinstance(value, Decimal) else value.bit_length() <= _LONGEST


_FAMILIES: Mapping[type, str] = {
    type(None): "none", bool: "bool", int: "number", Decimal: "number", str: "text", Money: "money",
    datetime: "datetime", date: "date", timedelta: "duration", list: "list", dict: "record",
}  # fmt: skip


class Operation(NamedTuple):
    """What an operator does with two families: the family that it gives, and how."""

    gives: str
    run: Callable[[Any, Any], Any]


# numbers


def _small(value: int | Decimal) -> int | Decimal:
    if isinstance(value, int) and value.bit_length() > _BITS:
        raise EvaluationError(TOO_LARGE, code="limit")
    return value


def _whole(work: Callable[[int, int], int], exact: Callable[[Decimal, Decimal], Decimal]) -> Callable[[Any, Any], Any]:
    """Whole numbers stay whole; others are decimal."""

    def run(left: int | Decimal, right: int | Decimal) -> int | Decimal:
        if isinstance(_small(left), int) and isinstance(_small(right), int):
            found = work(int(left), int(right))
            if abs(found) > _LARGEST:
                raise EvaluationError(TOO_LARGE, code="limit")
            return found
        return exact(Decimal(left), Decimal(right))

    return run


def _divide(left: int | Decimal, right: int | Decimal) -> Decimal:
    return CONTEXT.divide(Decimal(_small(left)), _divisor(right))


def _divisor(right: int | Decimal) -> Decimal:
    if right == 0:
        raise EvaluationError(code="division")
    return Decimal(_small(right))


def _floor(left: Decimal, right: Decimal) -> Decimal:
    """Exact, as the remainder is: a quotient that was rounded first could be one too many."""
    whole, rest = CONTEXT.divmod(left, _divisor(right))
    return CONTEXT.subtract(whole, 1) if rest and (rest < 0) != (right < 0) else whole


def _remainder(left: Decimal, right: Decimal) -> Decimal:
    """With the sign of the divisor, as for whole numbers."""
    rest = CONTEXT.remainder(left, _divisor(right))
    return CONTEXT.add(rest, right if rest and (rest < 0) != (right < 0) else 0)


_add = _whole(lambda left, right: left + right, CONTEXT.add)
_subtract = _whole(lambda left, right: left - right, CONTEXT.subtract)
_multiply = _whole(lambda left, right: left * right, CONTEXT.multiply)
_floordiv = _whole(lambda left, right: left // int(_divisor(right)), _floor)
_modulo = _whole(lambda left, right: left % int(_divisor(right)), _remainder)


# money


def _amounts(left: Any, right: Any) -> tuple[int | Decimal, int | Decimal, str]:
    """Both amounts and their one currency, which a bare number takes over."""
    if isinstance(left, Money) and isinstance(right, Money):
        if left.currency != right.currency:
            raise EvaluationError(code="currency")
        return left.amount, right.amount, left.currency
    return (left.amount, right, left.currency) if isinstance(left, Money) else (left, right.amount, right.currency)


def _in_money(work: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Money]:
    def run(left: Any, right: Any) -> Money:
        one, other, currency = _amounts(left, right)
        return Money(work(Decimal(_small(one)), Decimal(_small(other))), currency)

    return run


def _share(left: Any, right: Any) -> Decimal:
    one, other, _ = _amounts(left, right)
    return _divide(one, other)


# time


def _sum(left: Any, right: Any) -> Any:
    return left + right


def _difference(left: Any, right: Any) -> Any:
    return left - right


ARITHMETIC: Mapping[tuple[str, str, str], Operation] = {
    ("add", "number", "number"): Operation("number", _add),
    ("sub", "number", "number"): Operation("number", _subtract),
    ("mul", "number", "number"): Operation("number", _multiply),
    ("div", "number", "number"): Operation("number", _divide),
    ("floordiv", "number", "number"): Operation("number", _floordiv),
    ("mod", "number", "number"): Operation("number", _modulo),
    ("add", "money", "money"): Operation("money", _in_money(_add)),
    ("add", "money", "number"): Operation("money", _in_money(_add)),
    ("add", "number", "money"): Operation("money", _in_money(_add)),
    ("sub", "money", "money"): Operation("money", _in_money(_subtract)),
    ("sub", "money", "number"): Operation("money", _in_money(_subtract)),
    ("sub", "number", "money"): Operation("money", _in_money(_subtract)),
    ("mul", "money", "number"): Operation("money", _in_money(_multiply)),
    ("mul", "number", "money"): Operation("money", _in_money(_multiply)),
    ("div", "money", "number"): Operation("money", _in_money(_divide)),
    ("div", "money", "money"): Operation("number", _share),
    ("div", "number", "money"): Operation("number", _share),
    ("add", "duration", "duration"): Operation("duration", _sum),
    ("add", "date", "duration"): Operation("date", _sum),
    ("add", "duration", "date"): Operation("date", _sum),
    ("add", "datetime", "duration"): Operation("datetime", _sum),
    ("add", "duration", "datetime"): Operation("datetime", _sum),
    ("sub", "duration", "duration"): Operation("duration", _difference),
    ("sub", "date", "duration"): Operation("date", _difference),
    ("sub", "datetime", "duration"): Operation("datetime", _difference),
    ("sub", "date", "date"): Operation("duration", _difference),
    ("sub", "datetime", "datetime"): Operation("duration", _difference),
}
"""(operator, left, right) -> what it is. What does not stand here is an error of type."""

_MONETARY = frozenset({"number", "money"})
ORDERED = frozenset({"number", "money", "date", "datetime", "duration"})
"""Families with an order, each within itself; numbers and money also with each other."""
ORDER: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}


def comparable(left: str | None, right: str | None) -> bool:
    """Whether values of these families may be equal."""
    return left == right or {left, right} == _MONETARY


def arithmetic(operator: str, left: Any, right: Any) -> Any:
    """Two values joined by an operator. Raises EvaluationError."""
    if left is None or right is None:
        raise EvaluationError(code="missing")
    operation = ARITHMETIC.get((operator, family(left) or "", family(right) or ""))
    if operation is None:
        raise EvaluationError(code="type")
    try:
        return operation.run(left, right)
    except (InvalidOperation, Overflow):
        raise EvaluationError(TOO_LARGE, code="limit") from None
    except OverflowError:
        raise EvaluationError("a date outside the years 1 to 9999", code="limit") from None
    except TypeError:  # one of two points in time has no offset
        raise EvaluationError(code="type") from None


def compare(operator: str, left: Any, right: Any, meter: Meter) -> bool:
    """One comparison of a chain. Raises EvaluationError."""
    match operator:
        case "==":
            return equal(left, right, meter)
        case "!=":
            return not equal(left, right, meter)
        case "in":
            return within(left, right, meter)
        case "not-in":
            return not within(left, right, meter)
    if left is None or right is None:
        raise EvaluationError(code="missing")
    kinds = family(left), family(right)
    if not ORDERED.issuperset(kinds) or not comparable(*kinds):
        raise EvaluationError(code="type")
    if "money" in kinds:
        left, right, _ = _amounts(left, right)
    if kinds[0] in _MONETARY:
        left, right = _small(left), _small(right)
    try:
        return ORDER[operator](left, right)
    except TypeError:  # one of two points in time has no offset
        raise EvaluationError(code="type") from None


def equal(left: Any, right: Any, meter: Meter, level: int = 0) -> bool:
    """Whether two values are one. Missing is equal to missing alone; money to what is no amount raises."""
    meter.look(level)
    if type(left) is str and type(right) is str:  # by far the most
        if len(left) != len(right):
            return False
        meter.charge(len(left) // _WORD)
        return left == right
    kinds = family(left), family(right)
    if "none" in kinds:
        return kinds[0] == kinds[1]
    if "money" in kinds:
        if not _MONETARY.issuperset(kinds):
            raise EvaluationError(code="type")
        left, right, _ = _amounts(left, right)
        return bool(_small(left) == _small(right))
    if kinds[0] != kinds[1] or kinds[0] is None:
        return False
    match kinds[0]:
        case "list":
            return len(left) == len(right) and all(
                equal(*pair, meter, level + 1) for pair in zip(left, right, strict=True)
            )
        case "record":
            return _same(left, right, meter, level)
    return bool(left == right)


def _same(left: Any, right: Any, meter: Meter, level: int) -> bool:
    """Within records amounts in two currencies are unlike, not an error: nobody compares them one by one."""
    meter.look(level)
    if family(left) != family(right):
        return False
    if isinstance(left, list):
        return len(left) == len(right) and all(_same(*pair, meter, level + 1) for pair in zip(left, right, strict=True))
    if isinstance(left, Mapping):
        return left.keys() == right.keys() and all(_same(left[key], right[key], meter, level + 1) for key in left)
    return bool(left == right)


def within(item: Any, whole: Any, meter: Meter) -> bool:
    """`in`: an element of a list, or a part of a text. Raises EvaluationError."""
    if whole is None or item is None:
        raise EvaluationError(code="missing")
    if isinstance(whole, list):
        return any(equal(item, other, meter) for other in whole)
    if isinstance(whole, str) and isinstance(item, str):
        meter.charge((len(whole) + len(item)) // _WORD)
        return item in whole
    raise EvaluationError(code="type")
