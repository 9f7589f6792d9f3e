"""Evaluates a compiled expression: the tree as it stands in a plan.

Deterministic and bounded: no clock but the `now` that is given, numbers are decimal, work and size are limited over the
whole evaluation. Dots read keys only. Standard library alone: this is the evaluator that workflow code runs.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from engine.expressions.failure import EvaluationError
from engine.expressions.filters import Scene, apply, field, holds
from engine.expressions.meter import Limits, Meter
from engine.expressions.operators import arithmetic, compare
from engine.expressions.printing import printed
from engine.expressions.tree import SYMBOLS
from engine.expressions.values import Money

__all__ = ["SEMANTICS", "EvaluationError", "Limits", "condition", "evaluate", "render"]

SEMANTICS = 1
"""Version of what a tree means. A plan that an open ticket stands on keeps the version that it was compiled for."""


def evaluate(tree: Any, names: Mapping[str, Any], *, now: datetime | None = None, limits: Limits | None = None) -> Any:
    """The value of a tree over these names, one of `engine.expressions.values`.

    Raises EvaluationError and nothing else, whatever the tree and the values are.
    """
    return _Walk(names, now, limits or Limits(), "en").value(tree)


def condition(tree: Any, names: Mapping[str, Any], *, now: datetime | None = None) -> bool:
    """A condition: exactly a bool. A missing value, or one of another type, raises EvaluationError."""
    value = evaluate(tree, names, now=now)
    if not isinstance(value, bool):
        raise EvaluationError(code="missing" if value is None else "type")
    return value


def render(tree: Any, names: Mapping[str, Any], *, now: datetime | None = None, language: str = "en") -> str:
    """A text. A missing value raises EvaluationError: a customer never reads a gap."""
    return _Walk(names, now, Limits(), language).printed(tree)


class _Walk:
    """One evaluation: the names in scope and what is left of the limits."""

    def __init__(self, names: Mapping[str, Any], now: datetime | None, limits: Limits, language: str) -> None:
        self.names = dict(names)
        self.meter = Meter(limits)
        self.scene = Scene(now, language, self.meter)

    def value(self, tree: Any) -> Any:
        try:
            self.meter.enter()
            found = _NODES[tree[0]](self, *tree[1:])
            if isinstance(found, str | list):
                self.meter.fits(len(found))
        except EvaluationError as error:
            if error.at is None:
                error.at = tree
            raise
        except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError):  # no tree that parse has made
            raise EvaluationError(code="type") from None
        self.meter.leave()
        return found

    def printed(self, tree: Any) -> str:
        value = self.value(tree)
        try:
            return printed(value, self.meter)
        except EvaluationError as error:
            error.at = tree
            raise

    def truth(self, tree: Any) -> bool:
        found = self.value(tree)
        if not isinstance(found, bool):
            raise EvaluationError(code="missing" if found is None else "type")
        return found

    def quiet(self, tree: Any) -> Any:
        """A name that is missing is none: missing and null are one."""
        depth = self.meter.depth
        try:
            return self.value(tree)
        except EvaluationError as error:
            if error.code != "missing":
                raise
            self.meter.depth = depth
            return None

    # nodes

    def lit(self, value: Any) -> Any:
        return value

    def num(self, text: str) -> int | Decimal:
        return Decimal(text) if "." in text else int(text)

    def money(self, text: str, currency: str) -> Money:
        return Money(Decimal(text), str(currency))

    def name(self, name: str) -> Any:
        if name not in self.names:
            raise EvaluationError(code="missing")
        return self.names[name]

    def dot(self, tree: Any, key: str) -> Any:
        return field(self.value(tree), key, self.meter)

    def index(self, tree: Any, at: Any) -> Any:
        whole, key = self.value(tree), self.value(at)
        if whole is None:
            return None
        if isinstance(whole, list) and isinstance(key, int) and not isinstance(key, bool):
            return whole[key] if -len(whole) <= key < len(whole) else None
        if isinstance(whole, Mapping) and isinstance(key, str):
            return whole.get(key)
        raise EvaluationError(code="type")

    def list_(self, *items: Any) -> list[Any]:
        self.meter.make(len(items))
        return [self.value(item) for item in items]

    def record(self, *parts: Any) -> dict[str, Any]:
        self.meter.make(len(parts))
        return {str(key): self.value(tree) for key, tree in zip(parts[::2], parts[1::2], strict=True)}

    def not_(self, tree: Any) -> bool:
        return not self.truth(tree)

    def and_(self, left: Any, right: Any) -> bool:
        return self.truth(left) and self.truth(right)

    def or_(self, left: Any, right: Any) -> bool:
        return self.truth(left) or self.truth(right)

    def neg(self, tree: Any) -> Any:
        return arithmetic("sub", 0, self.value(tree))

    def cond(self, test: Any, then: Any, otherwise: Any) -> Any:
        return self.value(then if self.truth(test) else otherwise)

    def cmp(self, first: Any, *rest: Any) -> bool:
        left = self.value(first)
        for operator, tree in rest:
            right = self.value(tree)
            if not compare(operator, left, right, self.meter):
                return False
            left = right
        return True

    def filter(self, name: str, tree: Any, *arguments: Any) -> Any:
        given = [self.value(argument) for argument in arguments]
        if name == "default":
            found = self.quiet(tree)
            return given[0] if found is None else found
        return apply(name, self.scene, self.value(tree), given)

    def test(self, name: str, tree: Any, *arguments: Any) -> bool:
        if name in ("defined", "none"):
            return (self.quiet(tree) is None) == (name == "none")
        return holds(name, self.value(tree), self.value(arguments[0]), self.meter)

    # texts

    def text(self, *parts: Any) -> str:
        return "".join(self._pieces(parts))

    def when(self, test: Any, then: Sequence[Any], otherwise: Sequence[Any] = ()) -> str:
        return self.text(*(then if self.truth(test) else otherwise))

    def for_(self, name: str, tree: Any, body: Sequence[Any], otherwise: Sequence[Any] = ()) -> str:
        items = self.value(tree)
        if not isinstance(items, list):
            raise EvaluationError(code="missing" if items is None else "type")
        if not items:
            return self.text(*otherwise)
        outer = self.names
        self.names = dict(outer)
        pieces: list[str] = []
        try:
            for item in items:
                self.meter.charge(1)
                self.names[name] = item
                pieces += self._pieces(body)
        finally:
            self.names = outer
        return "".join(pieces)

    def _pieces(self, parts: Sequence[Any]) -> list[str]:
        return [self.printed(part) for part in parts]


def _binary(operator: str) -> Callable[[_Walk, Any, Any], Any]:
    return lambda walk, left, right: arithmetic(operator, walk.value(left), walk.value(right))


_NODES: Mapping[str, Callable[..., Any]] = {
    "lit": _Walk.lit, "num": _Walk.num, "money": _Walk.money, "name": _Walk.name, "dot": _Walk.dot,
    "index": _Walk.index, "list": _Walk.list_, "record": _Walk.record, "not": _Walk.not_, "neg": _Walk.neg,
    "and": _Walk.and_, "or": _Walk.or_, "cmp": _Walk.cmp, "cond": _Walk.cond, "filter": _Walk.filter,
    "test": _Walk.test, "text": _Walk.text, "for": _Walk.for_, "when": _Walk.when,
    **{operator: _binary(operator) for operator in SYMBOLS},
}  # fmt: skip
