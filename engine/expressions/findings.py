"""Findings about one expression, at the characters of its text."""

from collections.abc import Iterable

from engine.diagnostics import Edit, Meant, Place, Sink, meant
from engine.expressions.tree import Tree
from engine.syntax import Text
from engine.types import JSON, NONE, UNKNOWN, ListType, OptionalType, Type, required, show

__all__ = ["PASSED_ON", "Findings"]

PASSED_ON = "Data of any shape is only passed on: declare its type in the schema of the tool that gives it."


_TIGHT = frozenset({"name", "dot", "index", "lit", "num", "list", "filter"})
"""Kinds that a filter or a test behind them takes as a whole, without parentheses."""


def _is_none(tree: Tree) -> bool:
    return tree.kind == "lit" and tree.parts[0] is None


class Findings:
    """Where the checker of an expression says what is wrong. Each method gives the type to go on with.

    `closes`: a missing value, wherever it comes up, closes what the expression stands for, as in a gate: it needs no
    guard.
    """

    def __init__(self, sink: Sink, text: Text, *, closes: bool = False) -> None:
        self.sink = sink
        self.text = text
        self.closes = closes

    def place(self, tree: Tree) -> Place:
        """Where a part stands in the file."""
        return self.text.place_of(tree.start, tree.end)

    def said(self, tree: Tree) -> str:
        """A part as its author wrote it."""
        return self.text.value[tree.start : tree.end]

    def wrong(self, tree: Tree, message: str, tip: str = "", fix: Edit | None = None) -> Type:
        """A value of a type that does not fit; what depends on it is silenced."""
        self.sink.error("wrong-type", self.place(tree), message, tip=tip, fix=fix)
        return UNKNOWN

    def unfit(self, tree: Tree, message: str, kind: Type) -> Type:
        """A value of another type than a place takes."""
        return self.wrong(tree, f"{message}, but this is {show(kind)}", PASSED_ON if kind == JSON else "")

    def there(self, tree: Tree, found: Type) -> Type:
        """The type without none; a value that may be missing where it is needed is a finding."""
        if not isinstance(found, OptionalType) and found != NONE:
            return found
        if self.closes and isinstance(found, OptionalType):
            return required(found)
        shown = self.said(tree)
        whole = shown if tree.kind in _TIGHT else f"({shown})"
        tip = f"Ask first: `{whole} is not none`; or give what holds otherwise: `{whole} | default(...)`."
        if tree.kind == "cond" and _is_none(tree.parts[2]):
            tip = f"Say what holds otherwise: `{shown} else ...`."
        self.sink.error("maybe-missing", self.place(tree), f"`{shown}` may be missing here", tip=tip)
        return required(found) if isinstance(found, OptionalType) else UNKNOWN

    def elements_there(self, tree: Tree, kind: Type) -> None:
        """A list whose elements are looked for: one that may be missing is a finding."""
        if isinstance(kind, ListType) and isinstance(kind.element, OptionalType) and not self.closes:
            message = f"elements of `{self.said(tree)}` may be missing here"
            self.sink.error("maybe-missing", self.place(tree), message, tip="What is missing is in no list.")

    def unknown(self, rule: str, tree: Tree, message: str, word: str, known: list[str]) -> Type:
        """A name that is not there, with the nearest that is."""
        tip, fix = self.meant(tree, word, known)
        self.sink.error(rule, self.place(tree), message, tip=tip, fix=fix)
        return UNKNOWN

    def meant(self, tree: Tree, word: str, known: Iterable[str]) -> Meant:
        """What a name, or a text in quotes, was probably meant to be. In a gate nothing is written unasked."""
        start, end = tree.start, tree.end
        if self.said(tree) in (f"'{word}'", f'"{word}"'):
            start, end = start + 1, end - 1
        found = meant(word, known, self.text.place_of(start, end))
        return found._replace(fix=None) if self.closes else found
