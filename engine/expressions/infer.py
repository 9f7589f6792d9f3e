"""Types of expressions, with what is known on the way: one walk, findings at the exact token, unknown silences."""

from collections.abc import Mapping
from typing import Any

from engine.diagnostics import Place, Sink, nearest
from engine.expressions.tree import Tree
from engine.syntax import Broken, Text
from engine.types import (
    BOOL,
    DATE,
    DATETIME,
    DURATION,
    INTEGER,
    JSON,
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
    Type,
    enum,
    field_of,
    fields_of,
    is_known,
    is_printable,
    join,
    list_of,
    optional,
    record,
    required,
    show,
)

__all__ = ["infer", "narrow"]

Names = Mapping[str, Type]
_SYMBOLS = {"add": "+", "sub": "-", "mul": "*", "div": "/", "floordiv": "//", "mod": "%"}


def infer(tree: Any, names: Names, sink: Sink, text: Text) -> Type:
    """The type of an expression whose names have these types. Findings stand at their characters of `text`."""
    return UNKNOWN if isinstance(tree, Broken) else _Walk(sink, text).type(tree, names)


class _Walk:
    def __init__(self, sink: Sink, text: Text) -> None:
        self.sink = sink
        self.text = text

    def place(self, tree: Tree) -> Place:
        return self.text.place_of(tree.start, tree.end)

    def wrong(self, tree: Tree, message: str, tip: str = "") -> Type:
        self.sink.error("wrong-type", self.place(tree), message, tip=tip)
        return UNKNOWN

    def type(self, tree: Tree, names: Names) -> Type:
        """One node."""
        match tree.kind:
            case "lit":
                return _literal(tree.parts[0])
            case "num":
                return NUMBER if "." in tree.parts[0] else INTEGER
            case "name":
                return self._name(tree, names)
            case "dot":
                return self._dot(tree, names)
            case "index":
                return self._index(tree, names)
            case "list":
                return self._list(tree, names)
            case "not":
                self._truth(tree.parts[0], names)
                return BOOL
            case "and" | "or":
                self._truth(tree.parts[0], names)
                self._truth(tree.parts[1], narrow(tree.parts[0], tree.kind == "and", names))
                return BOOL
            case "cmp":
                return self._compare(tree, names)
            case "cond":
                return self._cond(tree, names)
            case "filter":
                return self._filter(tree, names)
            case "test":
                return self._test(tree, names)
            case "text" | "when" | "for":
                return self._text(tree, names)
            case "neg":
                return self._negative(tree, names)
        return self._arithmetic(tree, names)

    def certain(self, tree: Tree, names: Names) -> Type:
        """The type of a part whose value must be there; one that may be missing is a finding."""
        found = self.type(tree, names)
        if isinstance(found, OptionalType) or found == NONE:
            shown = self.text.value[tree.start : tree.end]
            self.sink.error(
                "maybe-missing", self.place(tree), f"`{shown}` may be missing here",
                tip=f"Ask first: `{shown} is not none`; or give what holds otherwise: `{shown} | default(...)`.",
            )  # fmt: skip
            return required(found) if isinstance(found, OptionalType) else UNKNOWN
        return found

    def _truth(self, tree: Tree, names: Names) -> None:
        found = self.certain(tree, names)
        if is_known(found) and found != BOOL:
            self.wrong(tree, f"expected true or false, but this is {show(found)}", "Compare it with something.")

    def _name(self, tree: Tree, names: Names) -> Type:
        name = tree.parts[0]
        if name in names:
            return names[name]
        near = nearest(name, names)
        listed = ", ".join(sorted(names)[:12]) or "none"
        self.sink.error(
            "unknown-name", self.place(tree), f"there is no `{name}` here; there are {listed}",
            tip=f"did you mean `{near}`?" if near else "",
        )  # fmt: skip
        return UNKNOWN

    def _dot(self, tree: Tree, names: Names) -> Type:
        whole = self.type(tree.parts[0], names)
        inner = required(whole)
        if isinstance(inner, ListType):
            found = self._field(tree, inner.element)
            return list_of(found) if is_known(found) else UNKNOWN
        found = self._field(tree, inner)
        return optional(found) if isinstance(whole, OptionalType) else found

    def _field(self, tree: Tree, whole: Type) -> Type:
        key = tree.parts[1]
        inner = required(whole)
        if inner in (UNKNOWN, JSON):
            return inner
        if not isinstance(inner, RecordType | MapType):
            return self.wrong(_tail(tree), f"{show(inner)} has no fields, so no `{key}`")
        found = field_of(inner, key)
        if found is None:
            fields = fields_of(inner)
            near = nearest(key, fields)
            self.sink.error(
                "unknown-field", self.place(_tail(tree)), f"there is no field `{key}`; there are {', '.join(fields)}",
                tip=f"did you mean `{near}`?" if near else "",
            )  # fmt: skip
            return UNKNOWN
        return optional(found) if isinstance(whole, OptionalType) or isinstance(inner, MapType) else found

    def _index(self, tree: Tree, names: Names) -> Type:
        whole, at = self.certain(tree.parts[0], names), self.certain(tree.parts[1], names)
        if isinstance(whole, ListType):
            if is_known(at) and at != INTEGER:
                return self.wrong(tree.parts[1], f"an element is taken by a whole number, but this is {show(at)}")
            return optional(whole.element)
        if isinstance(whole, RecordType | MapType) and tree.parts[1].kind == "lit":
            return self._field(
                Tree("dot", tree.parts[0], str(tree.parts[1].parts[0]), start=tree.start, end=tree.end), whole
            )
        return UNKNOWN if whole in (UNKNOWN, JSON) else self.wrong(tree, f"{show(whole)} has no elements")

    def _list(self, tree: Tree, names: Names) -> Type:
        found: Type | None = None
        for part in tree.parts:
            kind = self.certain(part, names)
            found = kind if found is None else join(found, kind)
        return list_of(found if found is not None else UNKNOWN)

    def _cond(self, tree: Tree, names: Names) -> Type:
        test, then, other = tree.parts
        self._truth(test, names)
        return join(self.type(then, narrow(test, True, names)), self.type(other, narrow(test, False, names)))

    # comparisons

    def _compare(self, tree: Tree, names: Names) -> Type:
        left = tree.parts[0]
        for operator, right in tree.parts[1:]:
            if operator in ("==", "!="):
                self._equal(left, right, names)
            elif operator in ("in", "not-in"):
                self._within(left, right, names)
            else:
                self._ordered(left, right, names)
            left = right
        return BOOL

    def _equal(self, left: Tree, right: Tree, names: Names) -> None:
        mine, other = self.type(left, names), self.type(right, names)
        if NONE in (mine, other):
            return
        mine, other = required(mine), required(other)
        for one, two, at in ((mine, other, right), (other, mine, left)):
            if (
                isinstance(one, EnumType)
                and isinstance(two, EnumType)
                and at.kind == "lit"
                and not two.values <= one.values
            ):
                word = next(iter(two.values))
                near = nearest(word, one.values)
                self.wrong(
                    at, f"`{word}` is never the case: this is {show(one)}", f"did you mean `{near}`?" if near else ""
                )
                return
        if not _comparable(mine, other):
            self.wrong(right, f"{show(mine)} is compared with {show(other)}")

    def _within(self, left: Tree, right: Tree, names: Names) -> None:
        item, whole = self.certain(left, names), self.certain(right, names)
        if isinstance(whole, ListType):
            if not _comparable(item, required(whole.element)):
                self.wrong(left, f"{show(item)} is looked for in {show(whole)}")
        elif whole in (UNKNOWN, JSON):
            return
        elif not (_is_text(whole) and (_is_text(item) or item == UNKNOWN)):
            self.wrong(right, f"`in` looks into a list or a text, but this is {show(whole)}")

    def _ordered(self, left: Tree, right: Tree, names: Names) -> None:
        mine, other = self.certain(left, names), self.certain(right, names)
        if UNKNOWN in (mine, other):
            return
        if isinstance(mine, MoneyType) or isinstance(other, MoneyType):
            if not _moneys(mine, other):
                self.wrong(right, f"{show(mine)} is compared with {show(other)}")
        elif not (_numeric(mine) and _numeric(other)) and not (mine == other and mine in (DATE, DATETIME, DURATION)):
            self.wrong(right, f"{show(mine)} and {show(other)} have no order between them")

    # arithmetic

    def _negative(self, tree: Tree, names: Names) -> Type:
        found = self.certain(tree.parts[0], names)
        if not is_known(found) or _numeric(found) or isinstance(found, MoneyType):
            return found
        return self.wrong(tree, f"{show(found)} has no negative")

    def _arithmetic(self, tree: Tree, names: Names) -> Type:
        left, right = self.certain(tree.parts[0], names), self.certain(tree.parts[1], names)
        if UNKNOWN in (left, right):
            return UNKNOWN
        found = _result(tree.kind, left, right)
        if found is None:
            return self.wrong(tree, f"{show(left)} and {show(right)} cannot be joined by `{_SYMBOLS[tree.kind]}`")
        loose = tree.parts[1]
        if (
            loose.kind == "filter"
            and loose.parts[0] == "round"
            and self.text.value[loose.start - 1 : loose.start] != "("
        ):
            self.sink.warning(
                "filter-binds-tighter", self.place(loose),
                f"`| {loose.parts[0]}` applies to `{self.text.value[loose.parts[1].start : loose.parts[1].end]}` alone",
                tip="Put the arithmetic in parentheses: `(a * b) | round`.",
            )  # fmt: skip
        return found

    # filters, tests, texts

    def _filter(self, tree: Tree, names: Names) -> Type:
        name, whole, *given = tree.parts
        if name == "default":
            found = self.type(whole, names)
            other = self.type(given[0], names)
            return other if found == NONE else join(required(found), other)
        found = self.certain(whole, names)
        arguments = [self.certain(part, names) for part in given]
        return _FILTERS[name](self, tree, found, arguments) if is_known(found) or name in _SURE else UNKNOWN

    def _test(self, tree: Tree, names: Names) -> Type:
        name, whole, *given = tree.parts
        if name in ("defined", "none"):
            self.type(whole, names)
            return BOOL
        for part in (whole, *given):
            found = self.certain(part, names)
            if is_known(found) and not isinstance(found, ListType):
                self.wrong(part, f"`{name}` compares lists, but this is {show(found)}")
        return BOOL

    def _text(self, tree: Tree, names: Names) -> Type:
        match tree.kind:
            case "text":
                self._printed(tree.parts, names)
            case "when":
                test, then, other = tree.parts
                self._truth(test, names)
                self._printed(then, narrow(test, True, names))
                self._printed(other, narrow(test, False, names))
            case "for":
                name, items, body, other = tree.parts
                found = self.certain(items, names)
                if is_known(found) and not isinstance(found, ListType):
                    self.wrong(items, f"a loop goes over a list, but this is {show(found)}")
                element = found.element if isinstance(found, ListType) else UNKNOWN
                self._printed(body, {**names, name: element})
                self._printed(other, names)
        return TEXT

    def _printed(self, parts: Any, names: Names) -> None:
        for part in parts:
            found = self.certain(part, names)
            if not is_printable(found):
                self.wrong(
                    part, f"{show(found)} does not print by itself", "Use a filter such as `| money` or `| date`."
                )


def _literal(value: Any) -> Type:
    if value is None:
        return NONE
    return BOOL if isinstance(value, bool) else enum([value])


def _tail(tree: Tree) -> Tree:
    key = tree.parts[1]
    return Tree("name", key, start=tree.end - len(key), end=tree.end)


def _numeric(kind: Type) -> bool:
    return kind in (INTEGER, NUMBER)


def _is_text(kind: Type) -> bool:
    return kind == TEXT or isinstance(kind, EnumType)


def _moneys(left: Type, right: Type) -> bool:
    """Money with money of the same currency, or with a bare number, which counts as that currency."""
    if isinstance(left, MoneyType) and isinstance(right, MoneyType):
        return left.currency is None or right.currency is None or left.currency == right.currency
    return _numeric(left) or _numeric(right)


def _comparable(left: Type, right: Type) -> bool:
    if {left, right} & {UNKNOWN, NONE}:
        return True
    if JSON in (left, right):
        return not isinstance(left, MoneyType) and not isinstance(right, MoneyType)
    if isinstance(left, MoneyType) or isinstance(right, MoneyType):
        return _moneys(left, right)
    if isinstance(left, ListType) and isinstance(right, ListType):
        return _comparable(required(left.element), required(right.element))
    if isinstance(left, EnumType) and isinstance(right, EnumType):
        return bool(left.values & right.values)
    return left == right or (_numeric(left) and _numeric(right)) or (_is_text(left) and _is_text(right))


def _result(operator: str, left: Type, right: Type) -> Type | None:
    if isinstance(left, MoneyType) or isinstance(right, MoneyType):
        return _with_money(operator, left, right)
    if _numeric(left) and _numeric(right):
        return INTEGER if left == right == INTEGER and operator != "div" else NUMBER
    if operator == "add" and right == DURATION and left in (DATE, DATETIME, DURATION):
        return left
    if operator == "add" and left == DURATION and right in (DATE, DATETIME):
        return right
    if operator == "sub" and left in (DATE, DATETIME, DURATION):
        return left if right == DURATION else DURATION if left == right else None
    return None


def _with_money(operator: str, left: Type, right: Type) -> Type | None:
    both = isinstance(left, MoneyType) and isinstance(right, MoneyType)
    if operator in ("add", "sub") and _moneys(left, right):
        known = (
            left if isinstance(left, MoneyType) and left.currency else right if isinstance(right, MoneyType) else left
        )
        return known if isinstance(known, MoneyType) else left
    if operator == "mul" and not both and (_numeric(left) or _numeric(right)):
        return left if isinstance(left, MoneyType) else right
    if operator == "div" and isinstance(left, MoneyType):
        return NUMBER if both and _moneys(left, right) else left if _numeric(right) else None
    return None


# filters


def _where(walk: _Walk, tree: Tree, found: Type, given: list[Type]) -> Type:
    if not isinstance(found, ListType):
        return walk.wrong(tree.parts[1], f"`where` filters a list, but this is {show(found)}")
    name = tree.parts[2]
    if name.kind != "lit":
        return walk.wrong(name, "`where` takes the name of a field in quotes")
    element = required(found.element)
    if isinstance(element, RecordType) and name.parts[0] not in element.fields:
        near = nearest(name.parts[0], element.fields)
        walk.wrong(name, f"there is no field `{name.parts[0]}`", f"did you mean `{near}`?" if near else "")
    return found


def _sum(walk: _Walk, tree: Tree, found: Type, given: list[Type]) -> Type:
    if not isinstance(found, ListType):
        return walk.wrong(tree.parts[1], f"`sum` adds up a list, but this is {show(found)}")
    element = found.element
    if not is_known(element) or element in (INTEGER, NUMBER):
        return element
    return walk.wrong(tree.parts[1], f"`sum` adds up numbers, but this is {show(found)}",
                      "An empty list of money has no currency, so money is not summed.") if not isinstance(
        element, MoneyType) else element  # fmt: skip


def _length(walk: _Walk, tree: Tree, found: Type, given: list[Type]) -> Type:
    if not isinstance(found, ListType) and not _is_text(found) and found != JSON:
        walk.wrong(tree.parts[1], f"{show(found)} has no length")
    return INTEGER


def _one(walk: _Walk, tree: Tree, found: Type, given: list[Type]) -> Type:
    if not isinstance(found, ListType):
        return walk.wrong(tree.parts[1], f"`{tree.parts[0]}` takes a list, but this is {show(found)}")
    return optional(found.element)


def _join(walk: _Walk, tree: Tree, found: Type, given: list[Type]) -> Type:
    if isinstance(found, ListType) and not is_printable(found.element):
        walk.wrong(tree.parts[1], f"`join` prints what it joins, and {show(found.element)} does not print by itself")
    elif is_known(found) and not isinstance(found, ListType):
        walk.wrong(tree.parts[1], f"`join` takes a list, but this is {show(found)}")
    return TEXT


def _round(walk: _Walk, tree: Tree, found: Type, given: list[Type]) -> Type:
    if isinstance(found, MoneyType):
        return found
    if is_known(found) and not _numeric(found):
        return walk.wrong(tree.parts[1], f"{show(found)} cannot be rounded")
    return NUMBER


def _words(walk: _Walk, tree: Tree, found: Type, given: list[Type]) -> Type:
    if is_known(found) and not _is_text(found):
        walk.wrong(tree.parts[1], f"`{tree.parts[0]}` takes a text, but this is {show(found)}")
    return TEXT


def _money(walk: _Walk, tree: Tree, found: Type, given: list[Type]) -> Type:
    if is_known(found) and not isinstance(found, MoneyType):
        walk.wrong(tree.parts[1], f"`money` prints an amount of money, but this is {show(found)}")
    return TEXT


def _date(walk: _Walk, tree: Tree, found: Type, given: list[Type]) -> Type:
    if is_known(found) and found not in (DATE, DATETIME):
        walk.wrong(tree.parts[1], f"`date` prints a date, but this is {show(found)}")
    return TEXT


def _ago(walk: _Walk, tree: Tree, found: Type, given: list[Type]) -> Type:
    for part, kind in zip(tree.parts[1:], (found, *given), strict=False):
        if is_known(kind) and kind not in (DATE, DATETIME):
            walk.wrong(part, f"`{tree.parts[0]}` counts from a date, but this is {show(kind)}")
    return INTEGER


_FILTERS: Mapping[str, Any] = {
    "where": _where, "sum": _sum, "length": _length, "first": _one, "last": _one, "join": _join, "round": _round,
    "lower": _words, "upper": _words, "title": _words, "money": _money, "date": _date, "days_ago": _ago,
    "hours_ago": _ago,
}  # fmt: skip
_SURE = frozenset({"length", "join", "lower", "upper", "title", "money", "date", "days_ago", "hours_ago"})
"""Filters whose result has a type even where that of their subject is unknown."""


# what a condition says of names


def narrow(tree: Any, truth: bool, names: Names) -> Names:
    """The names as they are where the condition came out as `truth`."""
    if isinstance(tree, Broken):
        return names
    match tree.kind:
        case "not":
            return narrow(tree.parts[0], not truth, names)
        case "and" if truth:
            return narrow(tree.parts[1], True, narrow(tree.parts[0], True, names))
        case "or" if not truth:
            return narrow(tree.parts[1], False, narrow(tree.parts[0], False, names))
        case "test" if tree.parts[0] in ("none", "defined"):
            present = truth == (tree.parts[0] == "defined")
            return _present(tree.parts[1], present, names)
        case "cmp":
            return _narrowed(tree, truth, names)
        case "name" if names.get(tree.parts[0]) == OptionalType(BOOL):
            return {**names, tree.parts[0]: BOOL}
    return names


def _narrowed(tree: Tree, truth: bool, names: Names) -> Names:
    if len(tree.parts) != 2:
        return names
    left, (operator, right) = tree.parts[0], tree.parts[1]
    if left.kind == "lit":
        left, right = right, left
    equal = truth == (operator == "==") if operator in ("==", "!=") else None
    if right.kind == "lit" and right.parts[0] is None and equal is not None:
        return _present(left, not equal, names)
    if equal and right.kind in ("lit", "num"):
        names = _present(left, True, names)
        value = right.parts[0]
        path = _path(left)
        kind = _at(path, names) if path else None
        if path and isinstance(kind, EnumType) and isinstance(value, str) and value in kind.values:
            return _replaced(path, enum([value]), names)
    return names


def _present(tree: Tree, present: bool, names: Names) -> Names:
    path = _path(tree)
    if path is None or not present:
        return names
    for length in range(1, len(path) + 1):  # a field that is there means that what holds it is there too
        kind = _at(path[:length], names)
        if isinstance(kind, OptionalType):
            names = _replaced(path[:length], kind.inner, names)
    return names


def _path(tree: Tree) -> tuple[str, ...] | None:
    keys: list[str] = []
    while tree.kind == "dot":
        keys.append(tree.parts[1])
        tree = tree.parts[0]
    return (tree.parts[0], *reversed(keys)) if tree.kind == "name" else None


def _at(path: tuple[str, ...], names: Names) -> Type | None:
    kind = names.get(path[0])
    for key in path[1:]:
        kind = fields_of(kind).get(key) if kind is not None else None
    return kind


def _replaced(path: tuple[str, ...], kind: Type, names: Names) -> Names:
    if len(path) == 1:
        return {**names, path[0]: kind}
    whole = names[path[0]]
    return {**names, path[0]: _with(whole, path[1:], kind)}


def _with(whole: Type, path: tuple[str, ...], kind: Type) -> Type:
    inner = required(whole)
    if not isinstance(inner, RecordType):
        return whole
    inside = kind if len(path) == 1 else _with(inner.fields[path[0]], path[1:], kind)
    changed = record({**inner.fields, path[0]: inside}, closed=inner.closed)
    return optional(changed) if isinstance(whole, OptionalType) else changed
