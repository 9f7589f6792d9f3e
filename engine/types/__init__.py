"""Types of values: what the checker knows of them before any ticket has come."""

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
    Simple,
    Type,
    enum,
    list_of,
    map_of,
    money,
    optional,
    record,
)
from engine.types.questions import (
    field_of,
    fields_of,
    is_known,
    is_money,
    is_printable,
    is_scalar,
    is_subtype,
    join,
    required,
    show,
    union,
)
from engine.types.schema import from_schema
from engine.types.wire import from_json, to_json

__all__ = [
    "BOOL", "DATE", "DATETIME", "DURATION", "INTEGER", "JSON", "LABEL", "NEVER", "NONE", "NUMBER", "TEXT", "UNKNOWN",
    "EnumType", "ListType", "MapType", "MoneyType", "OptionalType", "RecordType", "Simple", "Type", "enum",
    "field_of", "fields_of", "from_json", "from_schema", "is_known", "is_money", "is_printable", "is_scalar",
    "is_subtype", "join", "list_of", "map_of", "money", "optional", "record", "required", "show", "to_json", "union",
]  # fmt: skip
