"""What the rules about grants share: the grants of writes, and the bounds that their lines set."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NamedTuple

from engine.compile import Compiled
from engine.compile.graph import paths
from engine.diagnostics import Place
from engine.project.contract import Tool, json_of
from engine.project.grant import GrantEntry
from engine.project.scalars import Expr
from engine.rules.base import Case
from engine.rules.logic import implies
from engine.syntax import Text
from engine.types import INTEGER, NUMBER, fields_of, is_money, required

__all__ = ["Bounds", "Written", "bounds", "grants", "money_arguments", "number_arguments", "writes"]


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


def grants(case: Case) -> Iterator[Written]:
    """Every grant of a tool that exists."""
    for flow in case.flows.values():
        for name, (text, grant) in flow.flow.grants().items():
            if name in case.project.tools:
                yield Written(flow, case.project.tools[name], text, grant)


def writes(case: Case) -> Iterator[Written]:
    """Grants of tools that change the world."""
    yield from (written for written in grants(case) if written.tool.writes)


def money_arguments(tool: Tool) -> list[str]:
    """Arguments that are amounts."""
    return [name for name, kind in fields_of(tool.input).items() if is_money(kind)]


def number_arguments(tool: Tool) -> list[str]:
    """Arguments that are plain numbers."""
    return [name for name, kind in fields_of(tool.input).items() if required(kind) in (INTEGER, NUMBER)]


class Bounds(NamedTuple):
    """What the lines of `only_if` say of one argument."""

    above_zero: bool
    upper: Any
    """The tree of an upper bound, or None."""


_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "=="}


def bounds(written: Written, argument: str) -> Bounds:
    """What all lines together imply of zero; an upper bound from comparisons that must all hold: lines, `and`, and
    chains such as `0 < amount <= order.total`."""
    arguments = set(fields_of(written.tool.input))
    lines = [json_of(expr) for expr in written.grant.only_if or ()]
    upper = None
    for tree in lines:
        for left, operator, right in _comparisons(tree):
            for one, sign, other in ((left, operator, right), (right, _FLIPPED.get(operator, ""), left)):
                if one == ["name", argument] and sign in ("<", "<=", "==") and _firm(other, arguments):
                    upper = other
    return Bounds(implies(lines, ["cmp", ["num", "0"], ["<", ["name", argument]]]), upper)


def _comparisons(tree: Any) -> Iterator[tuple[Any, str, Any]]:
    if tree[:1] == ["and"]:
        yield from _comparisons(tree[1])
        yield from _comparisons(tree[2])
    elif tree[:1] == ["cmp"]:
        left = tree[1]
        for operator, right in tree[2:]:
            yield left, operator, right
            left = right


def _firm(tree: Any, arguments: set[str]) -> bool:
    """A bound that the call itself does not choose: a number, or something read from elsewhere."""
    names = {path[0] for path in paths(tree)}
    return number(tree) is not None or bool(names - arguments)


def number(tree: Any) -> Decimal | None:
    """The value of a number literal."""
    if tree[:1] == ["num"]:
        return Decimal(tree[1])
    if tree[:1] == ["neg"] and tree[1][:1] == ["num"]:
        return -Decimal(tree[1][1])
    return None


def is_broken(written: Written, *keys: str) -> bool:
    """Whether what a rule looks at could not be read."""
    return bool(written.grant.broken & set(keys))


def text_of(expr: Expr) -> str:
    """An expression as its author wrote it, on one line."""
    return " ".join(expr.text.value.split())
