"""Types of what filters and tests take and give, from their one declaration (`engine.expressions.filters`)."""

from collections.abc import Sequence

from engine.expressions.filters import DIGITS, FILTERS, Argument
from engine.expressions.findings import Findings
from engine.expressions.operator_types import family_of, may_equal
from engine.expressions.printing import PRINTABLE
from engine.expressions.tree import Tree
from engine.types import (
    DATE,
    DATETIME,
    INTEGER,
    NEVER,
    NUMBER,
    TEXT,
    UNKNOWN,
    ListType,
    MapType,
    RecordType,
    Type,
    field_of,
    fields_of,
    is_known,
    is_printable,
    optional,
    required,
    show,
)

__all__ = ["check_test", "filter_type"]

_GIVES = {"text": TEXT, "integer": INTEGER, "number": NUMBER}

Typed = tuple[Tree, Type]
"""A part with its type, none taken off."""


def filter_type(findings: Findings, tree: Tree, subject: Typed, given: Sequence[Typed]) -> Type:
    """What a filter gives. Nothing is said about an unknown subject, and what is sure of the result stays sure."""
    name = tree.parts[0]
    declared = FILTERS[name]
    kind = subject[1]
    for argument, typed in zip(declared.arguments, given, strict=False):
        _check_argument(findings, name, argument, typed)
    if not is_known(kind):
        sure = set(declared.takes.values())
        return _GIVES.get(sure.pop(), UNKNOWN) if len(sure) == 1 else UNKNOWN
    gives = declared.takes.get(family_of(kind) or "")
    if gives is None:
        return findings.unfit(subject[0], declared.says, kind)
    if isinstance(kind, ListType) and declared.of and not _may_hold(kind.element, declared.of):
        return findings.unfit(subject[0], declared.says, kind)
    match name:
        case "where":
            _check_field(findings, kind, given[0], given[1])
        case "pick":
            _check_pick(findings, kind, given)
        case "days_ago" | "hours_ago":
            _check_since(findings, name, kind, given)
    match gives:
        case "subject":
            return kind
        case "subject?":
            return optional(kind)
        case "element" | "element?":
            element = kind.element if isinstance(kind, ListType) else UNKNOWN
            if gives == "element?":
                return optional(element)
            return INTEGER if element == NEVER else element
    return _GIVES[gives]


def _may_hold(element: Type, families: frozenset[str]) -> bool:
    """Whether elements are of such families. Records may be missing among others: they match nothing."""
    if not is_known(element):
        return True
    if families == PRINTABLE:
        return is_printable(element)
    return family_of(required(element) if "record" in families else element) in families


def _check_argument(findings: Findings, name: str, argument: Argument, typed: Typed) -> None:
    tree, kind = typed
    if argument.literal and tree.kind not in ("lit", "num"):
        findings.wrong(tree, f"`{name}` takes {argument.says}")
    elif argument.takes and is_known(kind) and family_of(kind) not in argument.takes:
        findings.unfit(tree, f"`{name}` takes {argument.says}", kind)
    elif tree.kind == "num" and argument.literal and (kind != INTEGER or not 0 <= int(tree.parts[0]) <= DIGITS):
        findings.wrong(tree, f"`{name}` takes {argument.says}")


def _check_field(findings: Findings, kind: Type, field: Typed, given: Typed) -> None:
    """`where('sku', x)`: elements have this field, and it may be equal to the value."""
    (name, _), (value, wanted) = field, given
    element = required(kind.element) if isinstance(kind, ListType) else UNKNOWN
    key = name.parts[0] if name.kind == "lit" else None
    if not isinstance(key, str) or not isinstance(element, RecordType | MapType):
        return
    found = field_of(element, key)
    if found is None:
        message = f"its elements have no field `{key}`; they have {', '.join(fields_of(element)) or 'none'}"
        findings.unknown("unknown-field", name, message, key, list(fields_of(element)))
    elif not may_equal(found, wanted):
        findings.wrong(value, f"`{key}` is {show(required(found))}, and is compared with {show(wanted)}")


def _check_pick(findings: Findings, kind: Type, given: Sequence[Typed]) -> None:
    """`pick('sku', skus)`: as `where`, of each element of the second list, which are all there."""
    values, wanted = given[1]
    if isinstance(wanted, ListType):
        _check_field(findings, kind, given[0], (values, wanted.element))
        findings.elements_there(values, wanted)


def _check_since(findings: Findings, name: str, kind: Type, given: Sequence[Typed]) -> None:
    """From a point in time the units are counted to another; from a date also to the day of a point in time."""
    for tree, until in given:
        if kind == DATETIME and until == DATE:
            findings.unfit(tree, f"`{name}` counts from {show(kind)} to another", until)


def check_test(findings: Findings, name: str, left: Typed, right: Typed) -> None:
    """`is all_in`, `is any_in`: two lists whose elements may be equal, and are there."""
    elements = []
    for tree, kind in (left, right):
        if isinstance(kind, ListType):
            elements.append(kind.element)
        elif is_known(kind):
            findings.unfit(tree, f"`{name}` compares lists", kind)
    findings.elements_there(*left)
    if len(elements) == 2 and not may_equal(*elements):
        findings.wrong(right[0], f"{show(left[1])} is compared with {show(right[1])}")
