"""Evaluates a compiled expression: the tree as it stands in a plan.

Deterministic and bounded: no clock but the `now` that is given, numbers are decimal, work and size are limited. Dots
read keys only. Standard library alone: this is the evaluator that workflow code runs.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from typing import Any

from engine.errors import EngineError
from engine.expressions.values import Money

__all__ = ["SEMANTICS", "EvaluationError", "Limits", "condition", "evaluate", "render"]

SEMANTICS = 1
"""Version of what a tree means. A plan that an open ticket stands on keeps the version that it was compiled for."""

_CONTEXT = Context(prec=34, Emax=999, Emin=-999, traps=[InvalidOperation, DivisionByZero, Overflow])


class EvaluationError(EngineError):
    """An expression has no value: `code` is missing, type, currency, division, limit or name."""

    code = "type"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one evaluation may cost."""

    visits: int = 20_000
    """Nodes of the tree walked, loops counted each time round."""
    size: int = 200_000
    """Characters of a text, elements of a list."""
    depth: int = 100


def evaluate(tree: Any, names: Mapping[str, Any], *, now: datetime | None = None, limits: Limits | None = None) -> Any:
    """The value of a tree over these names. Raises EvaluationError; nothing else for a tree that parse made."""
    return _Walk(names, now, limits or Limits(), "en").value(tree)


def condition(tree: Any, names: Mapping[str, Any], *, now: datetime | None = None) -> bool:
    """A condition: exactly a bool. A missing value, or one of another type, raises EvaluationError."""
    value = evaluate(tree, names, now=now)
    if not isinstance(value, bool):
        raise EvaluationError(code="missing" if value is None else "type")
    return value


def render(tree: Any, names: Mapping[str, Any], *, now: datetime | None = None, language: str = "en") -> str:
    """A text. A missing value raises EvaluationError: a customer never reads a gap."""
    walk = _Walk(names, now, Limits(), language)
    return walk.printed(walk.value(tree))


class _Walk:
    """One evaluation: the names in scope and what is left of the limits."""

    def __init__(self, names: Mapping[str, Any], now: datetime | None, limits: Limits, language: str) -> None:
        self.names = dict(names)
        self.now = now
        self.limits = limits
        self.language = language
        self.visits = 0
        self.depth = 0

    def value(self, tree: Any) -> Any:
        self.visits += 1
        self.depth += 1
        if self.visits > self.limits.visits or self.depth > self.limits.depth:
            raise EvaluationError(code="limit")
        try:
            found = _NODES[tree[0]](self, *tree[1:])
        except (InvalidOperation, Overflow):
            raise EvaluationError(code="limit") from None
        except (KeyError, IndexError, TypeError, ValueError, OverflowError):
            raise EvaluationError(code="type") from None
        self.depth -= 1
        if isinstance(found, str | list) and len(found) > self.limits.size:
            raise EvaluationError(code="limit")
        return found

    def truth(self, tree: Any) -> bool:
        found = self.value(tree)
        if not isinstance(found, bool):
            raise EvaluationError(code="missing" if found is None else "type")
        return found

    def printed(self, value: Any) -> str:
        """A value within a text. Money, dates, booleans, lists and records print only through a filter."""
        match value:
            case None:
                raise EvaluationError(code="missing")
            case bool() | Money() | list() | dict() | date() | timedelta():
                raise EvaluationError(code="type")
            case Decimal():
                return format(value, "f")
        return str(value)

    # nodes

    def lit(self, value: Any) -> Any:
        return value

    def num(self, text: str) -> int | Decimal:
        return Decimal(text) if "." in text else int(text)

    def name(self, name: str) -> Any:
        if name not in self.names:
            raise EvaluationError(code="missing")
        return self.names[name]

    def dot(self, tree: Any, key: str) -> Any:
        return _field(self.value(tree), key)

    def index(self, tree: Any, at: Any) -> Any:
        whole, key = self.value(tree), self.value(at)
        if whole is None:
            return None
        if isinstance(whole, list) and isinstance(key, int) and not isinstance(key, bool):
            return whole[key] if -len(whole) <= key < len(whole) else None
        if isinstance(whole, Mapping) and isinstance(key, str):
            return whole.get(key)
        raise EvaluationError(code="type")

    def list(self, *items: Any) -> list[Any]:
        return [self.value(item) for item in items]

    def not_(self, tree: Any) -> bool:
        return not self.truth(tree)

    def and_(self, left: Any, right: Any) -> bool:
        return self.truth(left) and self.truth(right)

    def or_(self, left: Any, right: Any) -> bool:
        return self.truth(left) or self.truth(right)

    def neg(self, tree: Any) -> Any:
        return _arithmetic("sub", 0, self.value(tree))

    def cond(self, test: Any, then: Any, otherwise: Any) -> Any:
        return self.value(then if self.truth(test) else otherwise)

    def cmp(self, first: Any, *rest: Any) -> bool:
        left = self.value(first)
        for operator, tree in rest:
            right = self.value(tree)
            if not _compare(operator, left, right):
                return False
            left = right
        return True

    def filter(self, name: str, tree: Any, *arguments: Any) -> Any:
        given = [self.value(argument) for argument in arguments]
        if name == "default":
            found = self._quiet(tree)
            return given[0] if found is None else found
        return _FILTERS[name](self, self.value(tree), *given)

    def test(self, name: str, tree: Any, *arguments: Any) -> bool:
        if name in ("defined", "none"):
            found = self._quiet(tree)
            return (found is not None) if name == "defined" else found is None
        left, right = self.value(tree), self.value(arguments[0])
        if not isinstance(left, list) or not isinstance(right, list):
            raise EvaluationError(code="missing" if left is None or right is None else "type")
        return _all_in(left, right) if name == "all_in" else any(_within(item, right) for item in left)

    def _quiet(self, tree: Any) -> Any:
        """A name that is missing is none: missing and null are one."""
        depth = self.depth
        try:
            return self.value(tree)
        except EvaluationError as error:
            if error.code != "missing":
                raise
            self.depth = depth
            return None

    # texts

    def text(self, *parts: Any) -> str:
        return self._joined(parts)

    def _joined(self, parts: Sequence[Any]) -> str:
        pieces: list[str] = []
        size = 0
        for part in parts:
            piece = self.printed(self.value(part))
            size += len(piece)
            if size > self.limits.size:
                raise EvaluationError(code="limit")
            pieces.append(piece)
        return "".join(pieces)

    def when(self, test: Any, then: Sequence[Any], otherwise: Sequence[Any] = ()) -> str:
        return self._joined(then if self.truth(test) else otherwise)

    def for_(self, name: str, tree: Any, body: Sequence[Any], otherwise: Sequence[Any] = ()) -> str:
        items = self.value(tree)
        if not isinstance(items, list):
            raise EvaluationError(code="missing" if items is None else "type")
        if not items:
            return self._joined(otherwise)
        kept = self.names
        pieces = []
        for item in items:
            self.names = {**kept, name: item}
            pieces.append(self._joined(body))
        self.names = kept
        return "".join(pieces)


def _field(value: Any, key: str) -> Any:
    """A key of a record; of each record of a list; none of none."""
    if value is None:
        return None
    if isinstance(value, list):
        return [_field(item, key) for item in value]
    if isinstance(value, Mapping):
        return value.get(key)
    raise EvaluationError(code="type")


def _number(value: Any) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _arithmetic(operator: str, left: Any, right: Any) -> Any:
    if left is None or right is None:
        raise EvaluationError(code="missing")
    if isinstance(left, Money) or isinstance(right, Money):
        return _with_money(operator, left, right)
    if _number(left) and _number(right):
        return _with_numbers(operator, left, right)
    if operator in ("add", "sub"):
        return _with_time(operator, left, right)
    raise EvaluationError(code="type")


def _with_numbers(operator: str, left: Any, right: Any) -> Any:
    if operator in ("div", "floordiv", "mod") and right == 0:
        raise EvaluationError(code="division")
    if isinstance(left, int) and isinstance(right, int) and operator != "div":
        found = _INTEGERS[operator](left, right)
        if abs(found) > 10**34:
            raise EvaluationError(code="limit")
        return found
    if operator == "floordiv":
        return _CONTEXT.divide(Decimal(left), Decimal(right)).to_integral_value("ROUND_FLOOR")
    if operator == "mod":  # the sign of the divisor, as for integers
        whole = _CONTEXT.divide(Decimal(left), Decimal(right)).to_integral_value("ROUND_FLOOR")
        return _CONTEXT.subtract(Decimal(left), _CONTEXT.multiply(whole, Decimal(right)))
    return getattr(_CONTEXT, _DECIMALS[operator])(Decimal(left), Decimal(right))


def _with_money(operator: str, left: Any, right: Any) -> Any:
    if operator in ("add", "sub"):
        left, right = _same_currency(left, right)
        return Money(_with_numbers(operator, left.amount, right.amount), left.currency)
    if operator == "mul" and isinstance(left, Money) and _number(right):
        return Money(_with_numbers("mul", left.amount, Decimal(right)), left.currency)
    if operator == "mul" and _number(left) and isinstance(right, Money):
        return Money(_with_numbers("mul", Decimal(left), right.amount), right.currency)
    if operator == "div" and isinstance(left, Money) and _number(right):
        return Money(_with_numbers("div", left.amount, Decimal(right)), left.currency)
    if operator == "div" and isinstance(left, Money) and isinstance(right, Money):
        left, right = _same_currency(left, right)
        return _with_numbers("div", left.amount, right.amount)
    raise EvaluationError(code="type")


def _same_currency(left: Any, right: Any) -> tuple[Money, Money]:
    """A bare number beside money counts as that currency; two currencies never mix."""
    if isinstance(left, Money) and _number(right):
        right = Money(Decimal(right), left.currency)
    elif isinstance(right, Money) and _number(left):
        left = Money(Decimal(left), right.currency)
    if not isinstance(left, Money) or not isinstance(right, Money):
        raise EvaluationError(code="type")
    if left.currency != right.currency:
        raise EvaluationError(code="currency")
    return left, right


def _with_time(operator: str, left: Any, right: Any) -> Any:
    if isinstance(left, timedelta) and isinstance(right, timedelta):
        return left + right if operator == "add" else left - right
    if isinstance(right, timedelta) and isinstance(left, date):
        return left + right if operator == "add" else left - right
    if operator == "add" and isinstance(left, timedelta) and isinstance(right, date):
        return right + left
    if operator == "sub" and isinstance(left, date) and isinstance(right, date) and _same_kind(left, right):
        return left - right
    raise EvaluationError(code="type")


def _same_kind(left: date, right: date) -> bool:
    return isinstance(left, datetime) == isinstance(right, datetime)


def _equal(left: Any, right: Any) -> bool:
    if left is None or right is None:
        return left is right
    if isinstance(left, Money) or isinstance(right, Money):
        left, right = _same_currency(left, right)
        return bool(left.amount == right.amount)
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(_equal, left, right))
    return bool(left == right)


def _within(item: Any, whole: Any) -> bool:
    if whole is None or item is None:
        raise EvaluationError(code="missing")
    if isinstance(whole, list):
        return any(_equal(item, other) for other in whole)
    if isinstance(whole, str) and isinstance(item, str):
        return item in whole
    raise EvaluationError(code="type")


def _all_in(left: Sequence[Any], right: Sequence[Any]) -> bool:
    """With multiplicity: an order can hold the same item twice."""
    rest = [*right]
    for item in left:
        at = next((number for number, other in enumerate(rest) if _equal(item, other)), None)
        if at is None:
            return False
        del rest[at]
    return True


def _compare(operator: str, left: Any, right: Any) -> bool:
    match operator:
        case "==":
            return _equal(left, right)
        case "!=":
            return not _equal(left, right)
        case "in":
            return _within(left, right)
        case "not-in":
            return not _within(left, right)
    if left is None or right is None:
        raise EvaluationError(code="missing")
    if isinstance(left, Money) or isinstance(right, Money):
        left, right = (money.amount for money in _same_currency(left, right))
    elif not (_number(left) and _number(right)):
        comparable = isinstance(left, date) and isinstance(right, date) and _same_kind(left, right)
        comparable = comparable or (isinstance(left, timedelta) and isinstance(right, timedelta))
        if not comparable:
            raise EvaluationError(code="type")
    return _ORDER[operator](left, right)


def _where(_: _Walk, items: Any, field: str, value: Any) -> list[Any]:
    return [item for item in _listed(items) if _equal(_field(item, field), value)]


def _sum(_: _Walk, items: Any) -> Any:
    total: Any = 0
    for item in _listed(items):
        total = _arithmetic("add", total, item)
    return total


def _round(_: _Walk, value: Any, digits: int = 0) -> Any:
    if isinstance(value, Money):
        return Money(_round(_, value.amount, digits), value.currency)
    if not _number(value) or not 0 <= digits <= 10:
        raise EvaluationError(code="missing" if value is None else "type")
    return Decimal(value).quantize(Decimal(1).scaleb(-digits), "ROUND_HALF_UP", _CONTEXT)


def _money(walk: _Walk, value: Any) -> str:
    if not isinstance(value, Money):
        raise EvaluationError(code="missing" if value is None else "type")
    amount = format(value.amount.quantize(Decimal("0.01"), "ROUND_HALF_UP", _CONTEXT), ",f")
    if walk.language in ("de", "es", "it", "nl", "fr"):
        amount = amount.translate(str.maketrans(",.", ".,"))
        return f"{amount} {_SIGNS.get(value.currency, value.currency)}"
    sign = _SIGNS.get(value.currency)
    return f"{sign}{amount}" if sign else f"{amount} {value.currency}"


def _date(walk: _Walk, value: Any) -> str:
    if not isinstance(value, date):
        raise EvaluationError(code="missing" if value is None else "type")
    months = _MONTHS.get(walk.language)
    if months is None:
        return f"{value.day} {_MONTHS['en'][value.month - 1]} {value.year}"
    return f"{value.day}{'.' if walk.language == 'de' else ''} {months[value.month - 1]} {value.year}"


def _since(unit: timedelta) -> Callable[..., Decimal | int]:
    def since(walk: _Walk, value: Any, until: Any = None) -> int:
        end = until if until is not None else walk.now
        if not isinstance(value, date) or end is None:
            raise EvaluationError(code="missing" if value is None or end is None else "type")
        if not isinstance(value, datetime):
            end = end.date() if isinstance(end, datetime) else end
        if not _same_kind(value, end):
            raise EvaluationError(code="type")
        return (end - value) // unit

    return since


def _listed(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise EvaluationError(code="missing" if value is None else "type")
    return value


def _texted(value: Any) -> str:
    if not isinstance(value, str):
        raise EvaluationError(code="missing" if value is None else "type")
    return value


def _length(_: _Walk, value: Any) -> int:
    return len(value) if isinstance(value, str) else len(_listed(value))


def _join(walk: _Walk, items: Any, separator: str = ", ") -> str:
    return _texted(separator).join(walk.printed(item) for item in _listed(items))


def _first(_: _Walk, items: Any) -> Any:
    return next(iter(_listed(items)), None)


def _last(_: _Walk, items: Any) -> Any:
    return next(reversed(_listed(items)), None)


_FILTERS: Mapping[str, Callable[..., Any]] = {
    "where": _where, "sum": _sum, "length": _length, "first": _first, "last": _last, "join": _join, "round": _round,
    "lower": lambda _, value: _texted(value).lower(), "upper": lambda _, value: _texted(value).upper(),
    "title": lambda _, value: _texted(value).title(), "money": _money, "date": _date,
    "days_ago": _since(timedelta(days=1)), "hours_ago": _since(timedelta(hours=1)),
}  # fmt: skip
_INTEGERS: Mapping[str, Callable[[int, int], int]] = {
    "add": lambda a, b: a + b, "sub": lambda a, b: a - b, "mul": lambda a, b: a * b, "floordiv": lambda a, b: a // b,
    "mod": lambda a, b: a % b,
}  # fmt: skip
_DECIMALS = {"add": "add", "sub": "subtract", "mul": "multiply", "div": "divide"}
_ORDER: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": lambda a, b: a < b, "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
}  # fmt: skip
_SIGNS = {"EUR": "€", "USD": "$", "GBP": "£"}
_MONTHS = {
    "en": "January February March April May June July August September October November December".split(),
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split(),
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split(),
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split(),
}


def _binary(operator: str) -> Callable[[_Walk, Any, Any], Any]:
    return lambda walk, left, right: _arithmetic(operator, walk.value(left), walk.value(right))


_NODES: Mapping[str, Callable[..., Any]] = {
    "lit": _Walk.lit, "num": _Walk.num, "name": _Walk.name, "dot": _Walk.dot, "index": _Walk.index,
    "list": _Walk.list, "not": _Walk.not_, "neg": _Walk.neg, "and": _Walk.and_, "or": _Walk.or_, "cmp": _Walk.cmp,
    "cond": _Walk.cond, "filter": _Walk.filter, "test": _Walk.test, "text": _Walk.text, "for": _Walk.for_,
    "when": _Walk.when,
    **{operator: _binary(operator) for operator in ("add", "sub", "mul", "div", "floordiv", "mod")},
}  # fmt: skip
