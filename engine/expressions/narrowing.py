"""What a condition says of names: which values are there, and which words they still can be."""

from collections.abc import Mapping
from typing import Any

from engine.expressions.tree import Tree
from engine.syntax import Broken
from engine.types import (
    BOOL,
    JSON,
    NONE,
    EnumType,
    OptionalType,
    RecordType,
    Type,
    enum,
    is_known,
    optional,
    record,
    required,
    union,
)

__all__ = ["PROVED", "VERIFIED", "Names", "narrow", "narrowed"]

Names = Mapping[str, Type]
Path = tuple[str, ...]

VERIFIED = "customer/verified"
"""A name of the checker's own, which nothing can read: true or false where the customer is verified on every way, and
maybe missing elsewhere."""
PROVED = "customer/proved"
"""One more: what `customer` is, once verified."""


def narrow(tree: Any, truth: bool, names: Names) -> Names:
    """The names as they are where the condition came out as `truth`."""
    return narrowed(tree, names)[not truth]


def narrowed(tree: Any, names: Names) -> tuple[Names, Names]:
    """The names as they are where the condition holds, and where it does not."""
    return (names, names) if isinstance(tree, Broken) else _ways(tree, names)


def _ways(tree: Tree, names: Names) -> tuple[Names, Names]:
    """What is known where it holds, and where it does not: both in one walk, since each needs the other below."""
    match tree.kind:
        case "not":
            yes, no = _ways(tree.parts[0], names)
            return no, yes
        case "and":
            yes, no = _ways(tree.parts[0], names)
            both, last = _ways(tree.parts[1], yes)
            return both, _either(no, last)
        case "or":
            yes, no = _ways(tree.parts[0], names)
            last, neither = _ways(tree.parts[1], no)
            return _either(yes, last), neither
        case "cond":
            yes, no = _ways(tree.parts[0], names)
            then, other = _ways(tree.parts[1], yes), _ways(tree.parts[2], no)
            return _either(then[0], other[0]), _either(then[1], other[1])
        case "test" if tree.parts[0] == "defined":
            return _present(tree.parts[1], names), names
        case "test" if tree.parts[0] == "none":
            return names, _present(tree.parts[1], names)
        case "cmp":
            return _compared(tree, True, names), _compared(tree, False, names)
        case "dot" if isinstance(names.get(VERIFIED), OptionalType) and _path(tree) == ("customer", "verified"):
            return {**names, VERIFIED: BOOL, "customer": names[PROVED]}, names
        case "name" | "dot" if _at(_path(tree), names) == OptionalType(BOOL):  # that it may be missing was reported
            there = _present(tree, names)
            return there, there
    return names, names


def _either(left: Names, right: Names) -> Names:
    """What both know."""
    if left is right:
        return left
    return {name: kind if kind is right[name] else union(kind, right[name]) for name, kind in left.items()}


def _compared(tree: Tree, truth: bool, names: Names) -> Names:
    """A chain that holds says what each of its comparisons says; one that does not says nothing, if longer than one."""
    if len(tree.parts) > 2 and not truth:
        return names
    left = tree.parts[0]
    for operator, right in tree.parts[1:]:
        match operator:
            case "==" | "!=":
                names = _equal(left, right, truth == (operator == "=="), names)
            case "in" | "not-in":
                names = _within(left, right, truth == (operator == "in"), names)
        left = right
    return names


def _equal(left: Tree, right: Tree, same: bool, names: Names) -> Names:
    for one, other in ((left, right), (right, left)):
        if other.kind == "lit" and other.parts[0] is None:
            return names if same else _present(one, names)
        if same and _is_there(other, names):
            names = _present(one, names)
        if other.kind == "lit" and isinstance(other.parts[0], str):
            names = _words(one, frozenset({other.parts[0]}), same, names)
    return names


def _within(item: Tree, whole: Tree, inside: bool, names: Names) -> Names:
    words = whole.parts if whole.kind == "list" else ()
    if not words or not all(word.kind == "lit" and isinstance(word.parts[0], str) for word in words):
        return names
    return _words(item, frozenset(word.parts[0] for word in words), inside, names)


def _words(tree: Tree, words: frozenset[str], inside: bool, names: Names) -> Names:
    """One of these words, or none of them."""
    path = _path(tree)
    kind = _at(path, names)
    inner = required(kind) if kind is not None else None
    if not isinstance(inner, EnumType):
        return names
    left = inner.values & words if inside else inner.values - words
    if not left:  # it cannot be; the comparison that says so is where it is reported
        return names
    return _replaced(path, optional(enum(left)) if isinstance(kind, OptionalType) else enum(left), names)


def _is_there(tree: Tree, names: Names) -> bool:
    """Whether a part certainly has a value: a word, a number, a path of which nothing may be missing."""
    if tree.kind in ("num", "money") or (tree.kind == "lit" and tree.parts[0] is not None):
        return True
    path = _path(tree)
    kinds = [_at(path[:length], names) for length in range(1, len(path) + 1)]
    return bool(kinds) and all(
        kind is not None and is_known(kind) and kind not in (NONE, JSON) and not isinstance(kind, OptionalType)
        for kind in kinds
    )


def _present(tree: Tree, names: Names) -> Names:
    path = _path(tree)
    for length in range(1, len(path) + 1):  # a field that is there means that what holds it is there too
        kind = _at(path[:length], names)
        if isinstance(kind, OptionalType):
            names = _replaced(path[:length], kind.inner, names)
    return names


def _path(tree: Tree) -> Path:
    """The name and the keys of a dotted path; empty for what is none."""
    keys: list[str] = []
    while tree.kind == "dot":
        keys.append(tree.parts[1])
        tree = tree.parts[0]
    return (tree.parts[0], *reversed(keys)) if tree.kind == "name" else ()


def _at(path: Path, names: Names) -> Type | None:
    kind = names.get(path[0]) if path else None
    for key in path[1:]:
        inner = required(kind) if kind is not None else None
        kind = inner.field(key) if isinstance(inner, RecordType) else None
    return kind


def _replaced(path: Path, kind: Type, names: Names) -> Names:
    if len(path) == 1:
        return {**names, path[0]: kind}
    return {**names, path[0]: _with(names[path[0]], path[1:], kind)}


def _with(whole: Type, path: Path, kind: Type) -> Type:
    inner = required(whole)
    if not isinstance(inner, RecordType):
        return whole
    inside = kind if len(path) == 1 else _with(inner.fields[path[0]], path[1:], kind)
    changed = record({**inner.fields, path[0]: inside}, closed=inner.closed)
    return optional(changed) if isinstance(whole, OptionalType) else changed
