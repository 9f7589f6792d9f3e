"""What the rules about grants share: the grants of writes, and the bounds that their lines set."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from engine.compile import Compiled
from engine.diagnostics import Place
from engine.project.contract import Tool, json_of
from engine.project.grant import GrantEntry, Limit
from engine.project.scalars import Expr
from engine.rules.base import Case
from engine.rules.logic import bounded, implies
from engine.syntax import Text
from engine.types import (
    INTEGER,
    NUMBER,
    ListType,
    MapType,
    MoneyType,
    RecordType,
    Type,
    fields_of,
    is_money,
    required,
)

__all__ = ["Bounds", "Quantity", "Written", "amounts", "as_narrow", "bounds", "grants", "numbers", "writes"]


class Written(NamedTuple):
    """A grant with its tool, and where it stands."""

    flow: Compiled
    tool: Tool
    text: Text
    grant: GrantEntry

    @property
    def place(self) -> Place:
        """Of the tool's name."""
        return self.text.place

    def spot(self, *names: str) -> Place:
        """Of the first of these gates that is written, else of the tool's name."""
        return self.grant.spot(*names) if not self.grant.at.keys().isdisjoint(names) else self.place


def grants(case: Case) -> Sequence[Written]:
    """Every grant of a tool that exists."""
    return case.once(_grants)


def writes(case: Case) -> Sequence[Written]:
    """Grants of tools that change the world."""
    return case.once(_writes)


def _grants(case: Case) -> list[Written]:
    tools = case.project.tools
    return [
        Written(flow, tools[name], text, grant)
        for flow in case.flows.values()
        for name, (text, grant) in flow.flow.grants().items()
        if name in tools
    ]


def _writes(case: Case) -> list[Written]:
    return [written for written in grants(case) if written.tool.writes]


class Quantity(NamedTuple):
    """A number or an amount that a call hands over, wherever it stands in its arguments."""

    tree: Any
    """What a gate reads it by: of those in a list, the sum. None where no expression reaches it."""
    shown: str
    """The same, as an author writes it."""
    kind: Type

    @property
    def currency(self) -> str | None:
        """Of an amount whose schema names one."""
        return self.kind.currency if isinstance(self.kind, MoneyType) else None


def amounts(tool: Tool) -> list[Quantity]:
    """Every amount of money."""
    return [one for one in _quantities(tool) if is_money(one.kind)]


def numbers(tool: Tool) -> list[Quantity]:
    """Every plain number."""
    return [one for one in _quantities(tool) if not is_money(one.kind)]


def _quantities(tool: Tool) -> Iterator[Quantity]:
    for name, kind in fields_of(tool.input).items():
        yield from _within(["name", name], name, kind, lists=0)


def _within(tree: Any, shown: str, kind: Type, *, lists: int) -> Iterator[Quantity]:
    """`lists`: in how many lists it stands; a sum adds up one."""
    match required(kind):
        case RecordType(items=items):
            for name, inside in items:
                yield from _within(["dot", tree, name], f"{shown}.{name}", inside, lists=lists)
        case ListType(element=element):
            yield from _within(tree, shown, element, lists=lists + 1)
        case MapType(value=value):
            yield from _within(tree, shown, value, lists=2)  # under keys of any name
        case inner if is_money(inner) or inner in (INTEGER, NUMBER):
            if lists == 1:
                yield Quantity(["filter", "sum", tree], f"({shown} | sum)", inner)
            else:
                yield Quantity(tree if not lists else None, shown, inner)


class Bounds(NamedTuple):
    """What the lines of `only_if` say of one quantity."""

    above_zero: bool
    upper: bool
    """Whether something that the call does not choose itself bounds it from above."""


def bounds(written: Written, quantity: Quantity) -> Bounds:
    """What all lines together imply: of zero, and of a bound in each way in which they can hold."""
    if quantity.tree is None:
        return Bounds(above_zero=False, upper=False)
    lines = [json_of(expr) for expr in written.grant.only_if or ()]
    above = implies(lines, ["cmp", ["num", "0"], ["<", quantity.tree]])
    return Bounds(above, bounded(lines, quantity.tree, {*written.tool.contract.facts, "customer"}))


def is_broken(written: Written, *keys: str) -> bool:
    """Whether what a rule looks at could not be read."""
    return bool(written.grant.broken & set(keys))


def text_of(expr: Expr) -> str:
    """An expression as its author wrote it, on one line."""
    return " ".join(expr.text.value.split())


def as_narrow(own: Limit, wanted: Limit) -> bool:
    """Whether a limit lets through as few or as little as another of the same subject, over as long a time."""
    if own.currency != wanted.currency:
        return False
    seconds = own.window.seconds if own.window else None
    least = wanted.window.seconds if wanted.window else None
    long = seconds is None or (least is not None and seconds >= least)
    if wanted.times is not None:
        return long and own.times is not None and own.times <= wanted.times
    return long and own.amount is not None and wanted.amount is not None and own.amount <= wanted.amount
