"""The filters and tests, each declared once: what it takes, what it gives, and how it is worked out.

The checker reads the same declaration by the families of types as the evaluator does by those of values
(`engine.expressions.operators.family`).
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from engine.expressions.failure import EvaluationError
from engine.expressions.meter import Meter
from engine.expressions.operators import CONTEXT, TOO_LARGE, arithmetic, equal, family, within
from engine.expressions.printing import PRINTABLE, date_text, money_text, printed
from engine.expressions.values import Money

__all__ = ["DIGITS", "FILTERS", "TESTS", "Argument", "Filter", "Scene", "Test", "apply", "field", "holds"]

DIGITS = 10
"""Decimal places that `round` can keep."""
_MOST_LETTERS = 3
"""Letters that one may become in another case, at most."""


class Scene(NamedTuple):
    """What a filter may look at beside its values."""

    now: datetime | None
    language: str
    meter: Meter


class Argument(NamedTuple):
    """What stands in a filter's parentheses."""

    takes: frozenset[str]
    """Families; empty: whatever the elements of the subject may be equal to."""
    says: str
    """Completes "takes ..."."""
    optional: bool = False
    literal: bool = False
    """Whether it must be written out, since the checker has to know it."""


class Filter(NamedTuple):
    """A filter. Its function is given the scene, the subject and the arguments, of families that it takes."""

    run: Callable[..., Any]
    takes: Mapping[str, str]
    """Family of the subject -> what comes out: a family, `integer`, `subject` (the type of the subject), `subject?`
    (that, or missing), `element` (that of an element of it) or `element?` (that, or missing)."""
    says: str
    """What it does with what; goes on "..., but this is a date"."""
    of: frozenset[str] = frozenset()
    """Families that elements of a list may have; empty: any."""
    arguments: tuple[Argument, ...] = ()


class Test(NamedTuple):
    """A test between two lists, or, without a function, whether a value is there."""

    run: Callable[[Sequence[Any], Sequence[Any], Meter], bool] | None = None


def apply(name: str, scene: Scene, subject: Any, arguments: Sequence[Any]) -> Any:
    """A filter over values. Raises EvaluationError."""
    declared = FILTERS[name]
    if subject is None:
        raise EvaluationError(code="missing")
    if family(subject) not in declared.takes:
        _check_bare(declared, subject)
    for value, argument in zip(arguments, declared.arguments, strict=False):
        if value is None and argument.takes:
            raise EvaluationError(code="missing")
        if argument.takes and family(value) not in argument.takes:
            raise EvaluationError(code="type")
    try:
        return declared.run(scene, subject, *arguments)
    except InvalidOperation:
        raise EvaluationError(TOO_LARGE, code="limit") from None


def holds(name: str, left: Any, right: Any, meter: Meter) -> bool:
    """A test between two lists. Raises EvaluationError."""
    run = TESTS[name].run
    if not isinstance(left, list) or not isinstance(right, list) or run is None:
        raise EvaluationError(code="missing" if left is None or right is None else "type")
    return run(left, right, meter)


def field(value: Any, key: str, meter: Meter, level: int = 0) -> Any:
    """A key of a record; of each record of a list; none of none. Raises EvaluationError."""
    meter.look(level)
    if value is None:
        return None
    if isinstance(value, list):
        meter.make(len(value))
        return [field(item, key, meter, level + 1) for item in value]
    if isinstance(value, Mapping):
        return value.get(key)
    raise EvaluationError(code="type")


def _check_bare(declared: Filter, value: Any) -> None:
    """The sum of no amounts is a bare zero. It stands for zero of any currency; what was added to it has none."""
    if "money" not in declared.takes or family(value) != "number":
        raise EvaluationError(code="type")
    if value != 0:
        raise EvaluationError("an amount whose currency nobody can tell", code="currency")


# lists


def _where(scene: Scene, items: list[Any], key: str, value: Any) -> list[Any]:
    found = [item for item in items if equal(field(item, key, scene.meter), value, scene.meter)]
    scene.meter.make(len(found))
    return found


def _pick(scene: Scene, items: list[Any], key: str, values: list[Any]) -> list[Any] | None:
    """For each value in turn the element whose field it is, and each element once: an order can hold two of a kind.
    None where a value finds none that is left."""
    rest, found = [*items], []
    scene.meter.make(len(items))
    for value in values:
        if value is None:
            raise EvaluationError(code="missing")
        at = next((n for n, item in enumerate(rest) if equal(field(item, key, scene.meter), value, scene.meter)), None)
        if at is None:
            return None
        found.append(rest.pop(at))
    scene.meter.make(len(found))
    return found


def _sum(scene: Scene, items: list[Any]) -> Any:
    scene.meter.charge(len(items))
    total: Any = 0
    for item in items:
        total = arithmetic("add", total, item)
    return total


def _length(_: Scene, value: Sequence[Any]) -> int:
    return len(value)


def _first(_: Scene, items: list[Any]) -> Any:
    return items[0] if items else None


def _last(_: Scene, items: list[Any]) -> Any:
    return items[-1] if items else None


def _join(scene: Scene, items: list[Any], separator: str = ", ") -> str:
    scene.meter.make(len(separator) * max(len(items) - 1, 0))
    return separator.join(printed(item, scene.meter) for item in items)


# texts


def _cased(case: Callable[[str], str]) -> Callable[[Scene, str], str]:
    def run(scene: Scene, value: str) -> str:
        scene.meter.make(len(value))
        found = case(value)
        if len(found) > len(value):  # some letters become two or three
            scene.meter.make(len(found))
        return found

    return run


# numbers, money and time


def _round(_: Scene, value: Any, digits: int = 0) -> Any:
    if not 0 <= digits <= DIGITS:
        raise EvaluationError(f"more than {DIGITS} decimal places", code="limit")
    amount = Decimal(value.amount if isinstance(value, Money) else value)
    found = amount.quantize(Decimal(1).scaleb(-digits), "ROUND_HALF_UP", CONTEXT)
    return Money(found, value.currency) if isinstance(value, Money) else found


def _money(scene: Scene, value: Any) -> str:
    return money_text(value if isinstance(value, Money) else Money(Decimal(value), ""), scene.language)


def _date(scene: Scene, value: date) -> str:
    return date_text(value, scene.language)


def _since(unit: timedelta) -> Callable[..., int]:
    """Whole units from a date to the moment given, or to now; from a plain date to that of the moment."""

    def run(scene: Scene, value: date, until: date | None = None) -> int:
        end = until if until is not None else scene.now
        if end is None:
            raise EvaluationError(code="missing")
        if isinstance(end, datetime) and not isinstance(value, datetime):
            end = end.date()
        passed: timedelta = arithmetic("sub", end, value)
        return passed // unit

    return run


_TEXT = frozenset({"text"})
_NUMBER = frozenset({"number"})
_AMOUNTS = frozenset({"number", "money"})
_MOMENT = Argument(frozenset({"date", "datetime"}), "a date or a point in time", optional=True)

FILTERS: Mapping[str, Filter] = {
    "where": Filter(
        _where, {"list": "subject"}, "`where` filters a list of records", frozenset({"record"}),
        (Argument(_TEXT, "the name of a field in quotes", literal=True), Argument(frozenset(), "a value of the field")),
    ),
    "pick": Filter(
        _pick, {"list": "subject?"}, "`pick` looks up records of a list", frozenset({"record"}),
        (
            Argument(_TEXT, "the name of a field in quotes", literal=True),
            Argument(frozenset({"list"}), "a list of values of the field"),
        ),
    ),
    "sum": Filter(_sum, {"list": "element"}, "`sum` adds up a list of numbers or money", _AMOUNTS),
    "length": Filter(_length, {"list": "integer", "text": "integer"}, "`length` counts a list or a text"),
    "first": Filter(_first, {"list": "element?"}, "`first` takes a list"),
    "last": Filter(_last, {"list": "element?"}, "`last` takes a list"),
    "join": Filter(
        _join, {"list": "text"}, "`join` joins a list of texts or numbers", PRINTABLE,
        (Argument(_TEXT, "a text to stand between", optional=True),),
    ),
    "round": Filter(
        _round, {"number": "number", "money": "subject"}, "`round` rounds a number or money",
        arguments=(
            Argument(_NUMBER, f"a whole number of digits from 0 to {DIGITS}", optional=True, literal=True),
        ),
    ),
    "lower": Filter(_cased(str.lower), {"text": "text"}, "`lower` takes a text"),
    "upper": Filter(_cased(str.upper), {"text": "text"}, "`upper` takes a text"),
    "title": Filter(_cased(str.title), {"text": "text"}, "`title` takes a text"),
    "money": Filter(_money, {"money": "text"}, "`money` prints an amount of money"),
    "date": Filter(_date, {"date": "text", "datetime": "text"}, "`date` prints a date"),
    "days_ago": Filter(
        _since(timedelta(days=1)), {"date": "integer", "datetime": "integer"}, "`days_ago` counts from a date",
        arguments=(_MOMENT,),
    ),
    "hours_ago": Filter(
        _since(timedelta(hours=1)), {"date": "integer", "datetime": "integer"}, "`hours_ago` counts from a date",
        arguments=(_MOMENT,),
    ),
}  # fmt: skip
"""By name. `default` is not among them: it takes what no other filter does, a value that is missing."""


def _all_in(left: Sequence[Any], right: Sequence[Any], meter: Meter) -> bool:
    """With multiplicity: an order can hold the same item twice. What is missing is in nothing."""
    rest = [*right]
    for item in left:
        if item is None:
            raise EvaluationError(code="missing")
        at = next((number for number, other in enumerate(rest) if equal(item, other, meter)), None)
        if at is None:
            return False
        del rest[at]
    return True


def _any_in(left: Sequence[Any], right: Sequence[Any], meter: Meter) -> bool:
    return any(within(item, right, meter) for item in left)


TESTS: Mapping[str, Test] = {"all_in": Test(_all_in), "any_in": Test(_any_in), "defined": Test(), "none": Test()}
