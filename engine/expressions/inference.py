"""Types of expressions, with what is known on the way: one walk, findings at the exact token, unknown silences."""

from typing import Any

from engine.diagnostics import Sink
from engine.expressions.filter_types import check_test, filter_type
from engine.expressions.findings import PASSED_ON, Findings
from engine.expressions.narrowing import Names, narrow
from engine.expressions.operator_types import arithmetic_type, check_comparison, comparison, united
from engine.expressions.tree import SYMBOLS, Tree
from engine.syntax import Broken, Text
from engine.types import (
    BOOL,
    INTEGER,
    JSON,
    NEVER,
    NONE,
    NUMBER,
    TEXT,
    UNKNOWN,
    ListType,
    MapType,
    OptionalType,
    RecordType,
    Type,
    enum,
    field_of,
    fields_of,
    is_known,
    is_printable,
    list_of,
    money,
    optional,
    required,
    show,
)

__all__ = ["infer"]

_LISTED = 24
"""Fields that a message lists."""


def infer(tree: Any, names: Names, sink: Sink, text: Text, *, closes: bool = False) -> Type:
    """The type of an expression whose names have these types. Findings stand at their characters of `text`.

    Where there is none, the evaluator gives a value of this type, or meets a limit, a division by zero, or two
    currencies where only the values tell them. With `closes`, a missing value too: for gates, which it closes.
    """
    return UNKNOWN if isinstance(tree, Broken) else _Walk(sink, text, closes=closes).type(tree, names)


class _Walk(Findings):
    def type(self, tree: Tree, names: Names) -> Type:
        """One node."""
        match tree.kind:
            case "lit":
                return _literal(tree.parts[0])
            case "num":
                return NUMBER if "." in tree.parts[0] else INTEGER
            case "money":
                return money(tree.parts[1])
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
        return self.there(tree, self.type(tree, names))

    def _truth(self, tree: Tree, names: Names) -> None:
        found = self.certain(tree, names)
        if is_known(found) and found != BOOL:
            message = f"expected true or false, but this is {show(found)}"
            self.wrong(tree, message, comparison(self.said(tree), found))

    # names, fields, elements

    def _name(self, tree: Tree, names: Names) -> Type:
        name = tree.parts[0]
        if name in names:
            return names[name]
        own = [other for other in sorted(names) if "/" not in other]
        listed = ", ".join(own[:12]) or "none"
        return self.unknown("unknown-name", tree, f"there is no `{name}` here; there are {listed}", name, own)

    def _dot(self, tree: Tree, names: Names) -> Type:
        whole, key = self.type(tree.parts[0], names), tree.parts[1]
        inner = required(whole)
        known = inner.field(key) if isinstance(inner, RecordType) else None
        if known is not None:  # as almost always
            return optional(known) if isinstance(whole, OptionalType) else known
        at = Tree("name", key, start=tree.end - len(key), end=tree.end)
        if isinstance(inner, ListType):
            found = self._field(at, key, inner.element, tree.parts[0])
            found = list_of(found) if is_known(found) or found == NEVER else UNKNOWN
        else:
            found = self._field(at, key, inner, tree.parts[0])
        return optional(found) if isinstance(whole, OptionalType) else found

    def _field(self, at: Tree, key: str, whole: Type, of: Tree) -> Type:
        """A field of a record that may be missing itself; `at` is its name's place, `of` what it is a field of."""
        inner = required(whole)
        if not is_known(inner):
            return inner
        if not isinstance(inner, RecordType | MapType):
            tip = PASSED_ON if inner == JSON else ""
            return self.wrong(at, f"{show(inner)} has no fields, so no `{key}`", tip)
        found = field_of(inner, key)
        if found is None:
            fields = list(fields_of(inner))
            known = ", ".join([*fields[:_LISTED], *(["..."] if len(fields) > _LISTED else [])]) or "none"
            message = f"`{self.said(of)}` has no field `{key}`; it has {known}"
            return self.unknown("unknown-field", at, message, key, fields)
        return optional(found) if isinstance(whole, OptionalType) or isinstance(inner, MapType) else found

    def _index(self, tree: Tree, names: Names) -> Type:
        whole, at = self.certain(tree.parts[0], names), self.certain(tree.parts[1], names)
        key = tree.parts[1]
        match whole:
            case ListType(element):
                if is_known(at) and at != INTEGER:
                    return self.unfit(key, "an element is taken by a whole number", at)
                return optional(element)
            case RecordType() | MapType() if key.kind == "lit" and isinstance(key.parts[0], str):
                return self._field(key, key.parts[0], whole, tree.parts[0])
            case MapType(value) if at == TEXT or not is_known(at):
                return optional(value)
        if not is_known(whole):
            return UNKNOWN
        return self.wrong(tree, f"{show(whole)} has no elements", PASSED_ON if whole == JSON else "")

    def _list(self, tree: Tree, names: Names) -> Type:
        found: Type = NEVER
        for part in tree.parts:
            found = united(self, part, found, self.certain(part, names))
        return list_of(found)

    def _cond(self, tree: Tree, names: Names) -> Type:
        test, then, other = tree.parts
        self._truth(test, names)
        one, two = self.type(then, narrow(test, True, names)), self.type(other, narrow(test, False, names))
        return united(self, tree, one, two)

    # operators

    def _compare(self, tree: Tree, names: Names) -> Type:
        left = (tree.parts[0], self.type(tree.parts[0], names))
        for operator, part in tree.parts[1:]:
            right = (part, self.type(part, names))
            check_comparison(self, operator, left, right)
            left = right
        return BOOL

    def _negative(self, tree: Tree, names: Names) -> Type:
        found = self.certain(tree.parts[0], names)
        gives = arithmetic_type("sub", INTEGER, found)
        if gives is not None or not is_known(found):
            return gives or UNKNOWN
        return self.wrong(tree, f"{show(found)} has no negative")

    def _arithmetic(self, tree: Tree, names: Names) -> Type:
        left, right = self.certain(tree.parts[0], names), self.certain(tree.parts[1], names)
        self._tighter(*tree.parts)
        if not is_known(left) or not is_known(right):
            return UNKNOWN
        found = arithmetic_type(tree.kind, left, right)
        if found is not None:
            return found
        message = f"{show(left)} and {show(right)} cannot be joined by `{SYMBOLS[tree.kind]}`"
        return self.wrong(tree, message)

    def _tighter(self, left: Tree, loose: Tree) -> None:
        """`a - b | round` rounds b alone. Brackets around the filter show that this is meant."""
        if loose.kind != "filter":
            return
        name, subject = loose.parts[0], loose.parts[1]
        source = self.text.value
        open_brackets = 0
        for char in source[left.end : source.find("|", subject.end)]:
            open_brackets = max(0, open_brackets + (char in "([") - (char in ")]"))
        if not open_brackets:
            self.sink.error(
                "filter-binds-tighter", self.place(loose),
                f"`| {name}` applies to `{self.said(subject)}` alone",
                tip="Put what belongs together in parentheses: `(a * b) | round`, or `a * (b | round)`.",
            )  # fmt: skip

    # filters, tests, texts

    def _filter(self, tree: Tree, names: Names) -> Type:
        name, whole, *given = tree.parts
        if name == "default":
            found, other = self.type(whole, names), self.type(given[0], names)
            return other if found == NONE else united(self, tree, required(found), other)
        subject = (whole, self.certain(whole, names))
        return filter_type(self, tree, subject, [(part, self.certain(part, names)) for part in given])

    def _test(self, tree: Tree, names: Names) -> Type:
        name, whole, *given = tree.parts
        if name in ("defined", "none"):
            self.type(whole, names)
        else:
            left, right = (whole, self.certain(whole, names)), (given[0], self.certain(given[0], names))
            check_test(self, name, left, right)
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
                    self.unfit(items, "a loop goes over a list", found)
                element = found.element if isinstance(found, ListType) else UNKNOWN
                self._printed(body, {**names, name: element})
                self._printed(other, names)
        return TEXT

    def _printed(self, parts: Any, names: Names) -> None:
        for part in parts:
            if part.kind == "lit" and isinstance(part.parts[0], str):
                continue  # the words between the values
            found = self.certain(part, names)
            if not is_printable(found):
                message = f"{show(found)} does not print by itself"
                self.wrong(part, message, "Use a filter such as `| money` or `| date`.")


def _literal(value: Any) -> Type:
    if value is None:
        return NONE
    return BOOL if isinstance(value, bool) else enum([value])
