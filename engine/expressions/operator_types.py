"""Types of what operators join, from the one table of operators (`engine.expressions.operators`)."""

from collections.abc import Mapping

from engine.expressions.findings import PASSED_ON, Findings
from engine.expressions.operators import ARITHMETIC, ORDERED, comparable
from engine.expressions.tree import Tree
from engine.types import (
    BOOL,
    DATE,
    DATETIME,
    DURATION,
    INTEGER,
    JSON,
    LABEL,
    NONE,
    NUMBER,
    TEXT,
    EnumType,
    ListType,
    MapType,
    MoneyType,
    RecordType,
    Type,
    is_known,
    is_printable,
    money,
    required,
    show,
    union,
)

__all__ = ["arithmetic_type", "check_comparison", "comparison", "family_of", "may_equal", "united"]

_FAMILIES: Mapping[Type, str] = {
    BOOL: "bool", INTEGER: "number", NUMBER: "number", TEXT: "text", DATE: "date", DATETIME: "datetime",
    DURATION: "duration", NONE: "none",
}  # fmt: skip


def family_of(kind: Type) -> str | None:
    """The family of the values of a type; None for json, label and what is unknown."""
    match kind:
        case EnumType():
            return "text"
        case MoneyType():
            return "money"
        case ListType():
            return "list"
        case MapType() | RecordType():
            return "record"
    return _FAMILIES.get(kind)


def arithmetic_type(operator: str, left: Type, right: Type) -> Type | None:
    """What an operator gives, None where it joins nothing of the kind."""
    operation = ARITHMETIC.get((operator, family_of(left) or "", family_of(right) or ""))
    if operation is None or not _one_currency(left, right):
        return None
    match operation.gives:
        case "number":
            return INTEGER if left == right == INTEGER and operator != "div" else NUMBER
        case "money":
            return money(next((kind.currency for kind in (left, right) if isinstance(kind, MoneyType)
                               and kind.currency), None))  # fmt: skip
    return next(kind for kind, word in _FAMILIES.items() if word == operation.gives)


def may_equal(left: Type, right: Type) -> bool:
    """Whether two values may be compared by `==`, or looked for in each other's lists."""
    left, right = required(left), required(right)
    if not is_known(left) or not is_known(right) or NONE in (left, right):
        return True
    match left, right:
        case ListType(), ListType():
            return may_equal(left.element, right.element)
        case EnumType(), EnumType():
            return bool(left.values & right.values)
        case (RecordType() | MapType(), _) | (_, RecordType() | MapType()):
            return left == right
    if JSON in (left, right):
        return False
    if LABEL in (left, right):
        return is_printable(left) and is_printable(right)
    return comparable(family_of(left), family_of(right)) and _one_currency(left, right)


def united(findings: Findings, tree: Tree, left: Type, right: Type) -> Type:
    """The type of a value that is one or the other. What is neither text nor anything else in particular is a finding:
    nothing could be done with it."""
    found = union(left, right)
    if not _holds_json(found) or _holds_json(left) or _holds_json(right):
        return found
    return findings.wrong(tree, f"this is {show(left)} or {show(right)}, and a value has one type")


def _holds_json(kind: Type) -> bool:
    match required(kind):
        case ListType(element):
            return _holds_json(element)
        case MapType(value):
            return _holds_json(value)
        case RecordType(items, _):
            return any(_holds_json(inside) for _, inside in items)
    return required(kind) == JSON


def _one_currency(left: Type, right: Type) -> bool:
    """A bare number beside money counts as money of that currency."""
    if isinstance(left, MoneyType) and isinstance(right, MoneyType):
        return left.currency is None or right.currency is None or left.currency == right.currency
    return True


def check_comparison(findings: Findings, operator: str, left: tuple[Tree, Type], right: tuple[Tree, Type]) -> None:
    """One comparison of a chain."""
    if operator in ("==", "!="):
        _equal(findings, left, right)
    elif operator in ("in", "not-in"):
        _within(findings, left, right)
    else:
        _ordered(findings, left, right)


def _equal(findings: Findings, left: tuple[Tree, Type], right: tuple[Tree, Type]) -> None:
    mine, other = required(left[1]), required(right[1])
    for one, two, at in ((mine, other, right[0]), (other, mine, left[0])):
        literal = isinstance(one, EnumType) and isinstance(two, EnumType) and at.kind == "lit"
        if literal and isinstance(one, EnumType) and isinstance(two, EnumType) and not two.values <= one.values:
            word = next(iter(two.values))
            message = f"`{word}` is never the case: this is {show(one)}"
            tip, _ = findings.meant(at, word, one.values)  # it may be the tool's file that has it misspelt
            findings.wrong(at, message, tip)
            return
    if not may_equal(mine, other):
        findings.wrong(
            right[0], f"{show(mine)} is compared with {show(other)}", PASSED_ON if JSON in (mine, other) else ""
        )


def _within(findings: Findings, left: tuple[Tree, Type], right: tuple[Tree, Type]) -> None:
    item, whole = findings.there(*left), findings.there(*right)
    if isinstance(whole, ListType):
        if not may_equal(item, whole.element):
            findings.wrong(left[0], f"{show(item)} is looked for in {show(whole)}")
    elif is_known(whole) and not (family_of(whole) == "text" and (family_of(item) == "text" or not is_known(item))):
        findings.unfit(right[0], "`in` looks into a list or a text", whole)


def _ordered(findings: Findings, left: tuple[Tree, Type], right: tuple[Tree, Type]) -> None:
    mine, other = findings.there(*left), findings.there(*right)
    if not is_known(mine) or not is_known(other):
        return
    kinds = family_of(mine), family_of(other)
    if ORDERED.issuperset(kinds) and comparable(*kinds) and _one_currency(mine, other):
        return
    if "money" in kinds:
        findings.wrong(right[0], f"{show(mine)} is compared with {show(other)}")
    else:
        findings.wrong(right[0], f"{show(mine)} and {show(other)} have no order between them")


def comparison(said: str, kind: Type) -> str:
    """A tip: how a value that is neither true nor false becomes a condition."""
    match required(kind):
        case EnumType(values):
            return f"Compare it: `{said} == '{min(values)}'`."
        case ListType():
            return f"Compare its length: `({said} | length) > 0`."
    family = family_of(kind)
    if family in ("number", "money"):
        return f"Compare it: `{said} > 0`."
    return f"Compare it: `{said} == '...'`." if family == "text" else "Compare it with something."
