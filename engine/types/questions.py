"""What is asked of types: order, join, fields, and how an author would read them."""

from collections.abc import Callable, Mapping
from functools import lru_cache

from engine.types.lattice import (
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

__all__ = [
    "field_of", "fields_of", "is_known", "is_money", "is_printable", "is_scalar", "is_subtype", "join", "required",
    "show", "union",
]  # fmt: skip


def is_known(kind: Type) -> bool:
    """Whether anything may be said about it."""
    return kind not in (UNKNOWN, NEVER)


def required(kind: Type) -> Type:
    """The type without none."""
    return kind.inner if isinstance(kind, OptionalType) else kind


def is_money(kind: Type) -> bool:
    """Money, perhaps missing."""
    return isinstance(required(kind), MoneyType)


def is_scalar(kind: Type) -> bool:
    """Whether a value may stand in a workflow's history: no text, no record, no list. Words of an enum may."""
    inner = required(kind)
    return isinstance(inner, EnumType | MoneyType) or inner in (BOOL, INTEGER, NUMBER, DATE, DATETIME, DURATION)


def is_printable(kind: Type) -> bool:
    """Whether it prints by itself: text, words and numbers do, what is missing does not."""
    return isinstance(kind, EnumType) or kind in (TEXT, INTEGER, NUMBER, LABEL, UNKNOWN, NEVER)


def fields_of(kind: Type) -> Mapping[str, Type]:
    """A record's fields; none of other types."""
    inner = required(kind)
    return inner.fields if isinstance(inner, RecordType) else {}


def field_of(kind: Type, name: str) -> Type | None:
    """The type of a field, None where a record has none of this name."""
    inner = required(kind)
    if isinstance(inner, RecordType):
        known = inner.field(name)
        return known if known is not None or inner.closed else UNKNOWN
    return inner.value if isinstance(inner, MapType) else UNKNOWN


def is_subtype(left: Type, right: Type) -> bool:
    """Whether every value of `left` is one of `right`; unknown is on both sides of everything."""
    if left in (right, UNKNOWN, NEVER) or right in (UNKNOWN, JSON):
        return True
    if right == LABEL:
        return isinstance(left, EnumType) or left in (TEXT, INTEGER, NUMBER)
    match left, right:
        case OptionalType(), OptionalType():
            return is_subtype(left.inner, right.inner)
        case _, OptionalType():
            return left == NONE or is_subtype(left, right.inner)
        case EnumType(), EnumType():
            return left.values <= right.values
        case MoneyType(), MoneyType():
            return left.currency is None or right.currency is None or left.currency == right.currency
        case ListType(), ListType():
            return is_subtype(left.element, right.element)
        case MapType(), MapType():
            return is_subtype(left.value, right.value)
        case RecordType(), MapType():
            return all(is_subtype(inside, right.value) for _, inside in left.items)
        case RecordType(), RecordType():
            return _is_subrecord(left, right)
    return (isinstance(left, EnumType) and right == TEXT) or (left, right) == (INTEGER, NUMBER)


def _is_subrecord(left: RecordType, right: RecordType) -> bool:
    mine = left.fields
    for name, wanted in right.items:
        if name in mine:
            if not is_subtype(mine[name], wanted):
                return False
        elif not isinstance(wanted, OptionalType) and wanted != UNKNOWN:
            return False
    return True


def join(left: Type, right: Type) -> Type:
    """The least type that has both, where ways meet. What has nothing in common is unknown: two-types reports it."""
    return _joined(left, right, _nothing)


def _nothing(left: Type, right: Type) -> Type:
    return UNKNOWN


def union(left: Type, right: Type) -> Type:
    """The least type that has both, within one expression or schema. What has nothing in common is label or json."""
    return _joined(left, right, _top)


def _top(left: Type, right: Type) -> Type:
    return LABEL if is_printable(left) and is_printable(right) else JSON


def _joined(left: Type, right: Type, above: Callable[[Type, Type], Type]) -> Type:
    if left == right or right == NEVER:
        return left
    if UNKNOWN in (left, right) or left == NEVER:
        return UNKNOWN if left == UNKNOWN else right
    if NONE in (left, right):
        return optional(right if left == NONE else left)
    if isinstance(left, OptionalType) or isinstance(right, OptionalType):
        return optional(_joined(required(left), required(right), above))
    match left, right:
        case EnumType(), EnumType():
            return enum(left.values | right.values)
        case MoneyType(), MoneyType():
            return money(None)
        case ListType(), ListType():
            return list_of(_joined(left.element, right.element, above))
        case MapType(), MapType():
            return map_of(_joined(left.value, right.value, above))
        case RecordType(), RecordType():
            return _joined_records(left, right, above)
    if is_subtype(left, right):
        return right
    return left if is_subtype(right, left) else above(left, right)


@lru_cache(maxsize=2_000)
def _joined_records(left: RecordType, right: RecordType, above: Callable[[Type, Type], Type]) -> Type:
    mine, other = left.fields, right.fields
    fields = {}
    for name in {**mine, **other}:
        if name in mine and name in other:
            fields[name] = _joined(mine[name], other[name], above)
        else:
            lacking = right if name in mine else left
            fields[name] = optional(mine.get(name) or other[name]) if lacking.closed else UNKNOWN
    return record(fields, closed=left.closed and right.closed)


def show(kind: Type) -> str:
    """As an author would read it."""
    match kind:
        case EnumType() if len(kind.values) == 1:
            return f"the text `{next(iter(kind.values))}`"
        case EnumType():
            return f"one of {_few(sorted(kind.values))}"
        case MoneyType():
            return f"money in {kind.currency}" if kind.currency else "money"
        case ListType():
            return f"a list of {show(kind.element)}"
        case MapType():
            return f"a record of {show(kind.value)}"
        case OptionalType():
            return f"{show(kind.inner)} or missing"
        case RecordType():
            return f"a record ({_few([name for name, _ in kind.items])})" if kind.items else "a record"
    return _SHOWN.get(kind, kind.name)


def _few(words: list[str]) -> str:
    return ", ".join(words[:6]) + (", ..." if len(words) > 6 else "")


_SHOWN = {
    TEXT: "text", BOOL: "true or false", INTEGER: "a whole number", NUMBER: "a number", DATE: "a date",
    DATETIME: "a point in time", DURATION: "a duration", JSON: "data of any shape", LABEL: "text or a number",
    NEVER: "nothing", NONE: "nothing",
}  # fmt: skip
