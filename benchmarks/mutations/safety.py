"""Which flow lets a write through that another does not: told by trying values, and by nothing of `engine diff`.

Less safe means that the old gates are not implied by the new. The gates of a write are its lines of `only_if`, its
limits, its question to the customer and the teams whose people must say yes. Values are tried where the conditions
turn: about each number that stands in them, at each word, with and without what may be missing.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from engine.compile import Compiled
from engine.compile.typing import gate_names
from engine.expressions import paths
from engine.expressions.evaluate import EvaluationError, condition
from engine.expressions.values import Money
from engine.plan import Grant
from engine.types import (
    BOOL,
    DATE,
    DATETIME,
    INTEGER,
    NUMBER,
    EnumType,
    ListType,
    MoneyType,
    OptionalType,
    RecordType,
    Type,
    required,
)

__all__ = ["less_safe"]

_TRIED = 400
_NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


def less_safe(old: Compiled, new: Compiled, chance: random.Random) -> str:
    """Why the new flow is less safe; empty where nothing was found that shows it."""
    for name, grant in new.plan.grants.items():
        tool = new.project.tools.get(name)
        if tool is None or not tool.writes:
            continue
        before = old.plan.grants.get(name)
        if before is None:
            return f"{name} may be called"
        if before.confirm is not None and grant.confirm is None:
            return f"{name} no longer asks the customer"
        for limit in before.limit:
            if not any(_as_narrow(other, limit) for other in grant.limit):
                return f"{name} lost the limit {limit['name']}"
        facts = old.project.tools[name].contract.facts, tool.contract.facts
        read = {path[0] for line in grant.only_if for path in paths(line["tree"])}
        if any(facts[0].get(fact) != facts[1].get(fact) for fact in read & {*facts[0], *facts[1]}):
            return f"{name} is judged by another fact"
        for names in _valuations(old, name, [before, grant], chance):
            if _opens(grant, names) and not _opens(before, names):
                return f"{name} is let through with {names}"
            if _opens(grant, names) and not _teams(before, names) <= _teams(grant, names):
                return f"{name} needs fewer people with {names}"
    return ""


def _as_narrow(own: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    if own["subject"] != wanted["subject"] or (own["amount"] is None) != (wanted["amount"] is None):
        return False
    long = own["window"] is None or (wanted["window"] is not None and own["window"] >= wanted["window"])
    if wanted["amount"] is not None:
        same = own["amount"]["currency"] == wanted["amount"]["currency"]
        return long and same and Decimal(own["amount"]["value"]) <= Decimal(wanted["amount"]["value"])
    return long and own["count"] is not None and wanted["count"] is not None and own["count"] <= wanted["count"]


def _opens(grant: Grant, names: Mapping[str, Any]) -> bool:
    return all(_holds(line["tree"], names) for line in grant.only_if)


def _teams(grant: Grant, names: Mapping[str, Any]) -> set[str]:
    """Those of whom somebody must say yes. A line whose condition cannot be judged counts, as it does at run time."""
    return {line["by"] for line in grant.approve if line["if"] is None or _holds(line["if"], names, otherwise=True)}


def _holds(tree: Any, names: Mapping[str, Any], *, otherwise: bool = False) -> bool:
    try:
        return condition(tree, names, now=_NOW)
    except EvaluationError:
        return otherwise


def _valuations(flow: Compiled, tool: str, grants: Sequence[Grant], chance: random.Random) -> Iterator[dict[str, Any]]:
    trees = [line["tree"] for grant in grants for line in grant.only_if]
    trees += [line["if"] for grant in grants for line in grant.approve if line["if"] is not None]
    read = sorted({path for tree in trees for path in paths(tree)})
    numbers = sorted({number + step for number in {Decimal(0), *_numbers(trees)} for step in (-1, 0, 1)})
    words = sorted({"other", *_words(trees)})
    types = gate_names(flow, flow.project.tools[tool])
    for _ in range(_TRIED):
        names: dict[str, Any] = {}
        for path in read:
            _put(names, path, _value(_type(types, path), numbers, words, chance))
        yield names


def _type(types: Mapping[str, Type], path: Sequence[str]) -> Type | None:
    kind = types.get(path[0])
    for key in path[1:]:
        inner = required(kind) if kind is not None else None
        kind = inner.field(key) if isinstance(inner, RecordType) else None
    return kind


def _value(kind: Type | None, numbers: Sequence[Decimal], words: Sequence[str], chance: random.Random) -> Any:
    if isinstance(kind, OptionalType):
        return None if chance.random() < 0.1 else _value(kind.inner, numbers, words, chance)
    match kind:
        case MoneyType(currency):
            return Money(chance.choice(numbers), currency or "EUR")
        case EnumType(values):
            return chance.choice(sorted(values))
        case ListType(element):
            return [_value(element, numbers, words, chance) for _ in range(chance.randint(0, 2))]
    if kind == BOOL:
        return chance.random() < 0.5
    if kind == INTEGER:
        return int(chance.choice(numbers))
    if kind == NUMBER:
        return chance.choice(numbers)
    if kind in (DATE, DATETIME):
        then = _NOW - timedelta(days=int(chance.choice(numbers)))
        return then.date() if kind == DATE else then
    return chance.choice(words)


def _put(names: dict[str, Any], path: Sequence[str], value: Any) -> None:
    for key in path[:-1]:
        inside = names.setdefault(key, {})
        if not isinstance(inside, dict):
            return
        names = inside
    names.setdefault(path[-1], value)


def _numbers(tree: Any) -> Iterator[Decimal]:
    if isinstance(tree, list):
        if tree[:1] == ["num"]:
            yield Decimal(tree[1])
        for part in tree:
            yield from _numbers(part)


def _words(tree: Any) -> Iterator[str]:
    if isinstance(tree, list):
        if tree[:1] == ["lit"] and isinstance(tree[1], str):
            yield tree[1]
        for part in tree:
            yield from _words(part)
