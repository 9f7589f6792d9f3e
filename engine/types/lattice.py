"""The types. `unknown` absorbs and silences; `T?` is T or missing, and missing and null are one.

`never` is below all: the element of `[]`. `json` is above all, and only passed on; `label`, text or a number, prints.
The last field of a type with parts is its word: without it a list and a map of text were equal, as all tuples are.
"""

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple, TypeAlias

__all__ = [
    "BOOL", "DATE", "DATETIME", "DURATION", "INTEGER", "JSON", "LABEL", "NEVER", "NONE", "NUMBER", "TEXT", "UNKNOWN",
    "EnumType", "ListType", "MapType", "MoneyType", "OptionalType", "RecordType", "Simple", "Type", "enum", "list_of",
    "map_of", "money", "optional", "record",
]  # fmt: skip


class Simple(NamedTuple):
    """A type without parts."""

    name: str


class EnumType(NamedTuple):
    """One of a few texts."""

    values: frozenset[str]
    word: Literal["enum"] = "enum"


class MoneyType(NamedTuple):
    """Money; the currency is None where only the value tells it. The sum of no amounts is a bare number."""

    currency: str | None
    word: Literal["money"] = "money"


class ListType(NamedTuple):
    """A list of one type."""

    element: "Type"
    word: Literal["list"] = "list"


class MapType(NamedTuple):
    """Any keys, values of one type."""

    value: "Type"
    word: Literal["map"] = "map"


class OptionalType(NamedTuple):
    """A value or none. Never nested; `inner` is neither unknown nor none."""

    inner: "Type"
    word: Literal["optional"] = "optional"


class RecordType(NamedTuple):
    """Named fields, in the order of their names. `closed`: no others are there."""

    items: tuple[tuple[str, "Type"], ...]
    closed: bool = True
    word: Literal["record"] = "record"

    @property
    def fields(self) -> Mapping[str, "Type"]:
        """By name."""
        return dict(self.items)

    def field(self, name: str) -> "Type | None":
        """The type of a field; None where there is none of this name."""
        for known, kind in self.items:
            if known == name:
                return kind
        return None


Type: TypeAlias = Simple | EnumType | MoneyType | ListType | MapType | OptionalType | RecordType

TEXT = Simple("text")
BOOL = Simple("bool")
INTEGER = Simple("integer")
NUMBER = Simple("number")
DATE = Simple("date")
DATETIME = Simple("datetime")
DURATION = Simple("duration")
JSON = Simple("json")
NONE = Simple("none")
UNKNOWN = Simple("unknown")
LABEL = Simple("label")
NEVER = Simple("never")


def enum(values: Iterable[str]) -> Type:
    """One of these texts."""
    return EnumType(frozenset(values))


def money(currency: str | None = None) -> Type:
    """Money in this currency."""
    return MoneyType(currency)


def list_of(element: Type) -> Type:
    """A list."""
    return ListType(element)


def map_of(value: Type) -> Type:
    """A record of any keys."""
    return MapType(value)


def optional(kind: Type) -> Type:
    """The type, or none."""
    if kind == NEVER:
        return NONE
    return kind if isinstance(kind, OptionalType) or kind in (UNKNOWN, NONE) else OptionalType(kind)


def record(fields: Mapping[str, Type], *, closed: bool = True) -> Type:
    """A record of these fields."""
    return RecordType(tuple(sorted(fields.items())), closed)
