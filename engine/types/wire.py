"""Types as JSON, for plans."""

from typing import Any

from engine.types.lattice import (
    EnumType,
    ListType,
    MapType,
    MoneyType,
    OptionalType,
    RecordType,
    Simple,
    Type,
    enum,
    list_of,
    map_of,
    money,
    optional,
    record,
)

__all__ = ["from_json", "to_json"]


def to_json(kind: Type) -> Any:
    """A word for a simple type, else a list that begins with one."""
    match kind:
        case EnumType():
            return ["enum", *sorted(kind.values)]
        case MoneyType():
            return ["money", kind.currency]
        case ListType():
            return ["list", to_json(kind.element)]
        case MapType():
            return ["map", to_json(kind.value)]
        case OptionalType():
            return ["optional", to_json(kind.inner)]
        case RecordType():
            return ["record", {name: to_json(inside) for name, inside in kind.items}, kind.closed]
    return kind.name


def from_json(data: Any) -> Type:
    """The inverse of `to_json`."""
    if isinstance(data, str):
        return Simple(data)
    match data:
        case ["enum", *values]:
            return enum(values)
        case ["money", currency]:
            return money(currency)
        case ["list", element]:
            return list_of(from_json(element))
        case ["map", value]:
            return map_of(from_json(value))
        case ["optional", inner]:
            return optional(from_json(inner))
        case ["record", fields, closed]:
            return record({name: from_json(inside) for name, inside in fields.items()}, closed=closed)
    raise ValueError("no type")
