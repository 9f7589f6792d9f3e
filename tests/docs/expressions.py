"""The tables of docs/expressions.md, each line worked out again."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from engine.diagnostics import Sink
from engine.expressions import Tree, infer, parse_expression, parse_template, to_json
from engine.expressions.evaluate import EvaluationError, evaluate, render
from engine.expressions.narrowing import narrow
from engine.expressions.values import Money
from engine.types import (
    BOOL,
    DATE,
    DATETIME,
    INTEGER,
    NUMBER,
    TEXT,
    Type,
    enum,
    is_printable,
    list_of,
    money,
    optional,
    record,
    show,
)
from tests.expressions.test_soundness import text_of

__all__ = ["TABLES", "rewritten"]

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
EURO = money("EUR")
_ITEM = record({"sku": TEXT, "price": EURO, "count": INTEGER})
_ORDER = {"number": TEXT, "title": TEXT, "total": EURO, "refunded": EURO, "shipping": money("USD"), "paid": BOOL,
          "placed_at": DATETIME, "delivered_at": optional(DATETIME), "items": list_of(_ITEM)}  # fmt: skip
TYPES: dict[str, Type] = {
    "order": record(_ORDER), "customer": record({"name": TEXT}), "days": INTEGER, "ratio": NUMBER,
    "reason": enum(["broken", "late", "unwanted"]), "note": optional(TEXT), "due": DATE,
    "orders": list_of(record({"total": EURO})),
}  # fmt: skip


def _euro(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


VALUES: dict[str, Any] = {
    "order": {
        "number": "4821", "title": "Floor lamp", "total": _euro("59.90"), "refunded": _euro("10"),
        "shipping": Money(Decimal(5), "USD"), "paid": True, "placed_at": datetime(2026, 11, 20, 9, 30, tzinfo=UTC),
        "delivered_at": None,
        "items": [{"sku": "A", "price": _euro("39.90"), "count": 1}, {"sku": "B", "price": _euro("20"), "count": 2}],
    },
    "customer": {"name": "Jo {{ 7 * 7 }}"}, "days": 5, "ratio": Decimal("2.55"), "reason": "late", "note": None,
    "due": date(2026, 11, 24), "orders": [],
}  # fmt: skip


class Wrong(Exception):
    """An example that is not what its table says."""


def _read(said: str, names: Mapping[str, Type] = TYPES, *, template: bool = False) -> tuple[Tree | None, Type, Sink]:
    sink = Sink()
    text = text_of(said)
    tree = (parse_template if template else parse_expression)(text, sink)
    if not isinstance(tree, Tree):
        return None, TEXT, sink
    found = infer(tree, names, sink, text)
    if template and tree.kind != "template" and not is_printable(found) and not len(sink):
        raise Wrong(f"`{said}` is one value, not a text")
    return tree, found, sink


def _sound(said: str, names: Mapping[str, Type] = TYPES, *, template: bool = False) -> tuple[Tree, Type]:
    tree, kind, sink = _read(said, names, template=template)
    if tree is None or len(sink):
        raise Wrong(f"`{said}` is refused: {[found.message for found in sink.ordered()]}")
    return tree, kind


def _type(said: str) -> list[str]:
    return [_cell(show(TYPES[said])), _code(_shown(VALUES[said]))]


def _accepted(said: str) -> list[str]:
    tree, kind = _sound(said)
    return [_cell(show(kind)), _code(_shown(evaluate(to_json(tree), VALUES, now=NOW)))]


def _refused(said: str, *, template: bool = False) -> list[str]:
    _, _, sink = _read(said, template=template)
    if not len(sink):
        raise Wrong(f"`{said}` is accepted")
    first = sink.ordered()[0]
    return [f"{_cell(first.message)}{f' ({_cell(first.tip)})' if first.tip else ''}"]


def _refused_text(said: str) -> list[str]:
    return _refused(said, template=True)


def _known(condition: str, said: str) -> list[str]:
    tree, _ = _sound(condition)
    _, kind = _sound(said, narrow(tree, True, TYPES))
    return [_code(said), _cell(show(kind))]


def _printed(said: str) -> list[str]:
    tree, _ = _sound(said, template=True)
    return [_code(render(to_json(tree), VALUES, now=NOW, language=language)) for language in ("en", "de")]


def _ended(said: str) -> list[str]:
    tree, _ = _sound(said)
    try:
        evaluate(to_json(tree), VALUES, now=NOW)
    except EvaluationError as error:
        return [f"`{error.code}`"]
    raise Wrong(f"`{said}` ends well")


def _shown(value: Any) -> str:
    match value:
        case None:
            return "missing"
        case bool():
            return str(value).lower()
        case str():
            return repr(value)
        case Money():
            return f"{value.amount} {value.currency}"
        case timedelta() | datetime() | date():
            return str(value)
        case list():
            return f"[{', '.join(map(_shown, value))}]"
        case dict():
            return f"{{{', '.join(f'{key}: {_shown(part)}' for key, part in value.items())}}}"
    return str(value)


def _code(text: str) -> str:
    return f"`{_cell(text)}`"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


TABLES: Mapping[str, Callable[..., list[str]]] = {
    "| name | type | value |": _type,
    "| expression | type | value |": _accepted,
    "| refused | why |": _refused,
    "| refused as text | why |": _refused_text,
    "| where this holds | this is accepted | of type |": _known,
    "| text | in English | in German |": _printed,
    "| expression | what ends it |": _ended,
}
"""The head of a table -> what fills the rest of a line."""
_CELL = re.compile(r"(?<!\\)\|")


def rewritten(page: str) -> tuple[str, int]:
    """The page with each line of its tables worked out again, and how many there are. Raises Wrong."""
    lines, head, count = [], None, 0
    for line in page.splitlines():
        if line in TABLES:
            head = TABLES[line]
        elif not line.startswith("|"):
            head = None
        elif head is not None and not line.startswith("|---"):
            cells = [cell.strip().strip("`").replace("\\|", "|") for cell in _CELL.split(line)[1:-1]]
            given = cells[: 2 if head is _known else 1]
            line, count = f"| {_code(given[0])} | {' | '.join(head(*given))} |", count + 1
        lines.append(line)
    return "\n".join(lines) + "\n", count
