"""A text to the customer of which nothing may be left."""

from collections.abc import Iterator
from typing import Any

from engine.diagnostics import Sink
from engine.project.contract import json_of
from engine.project.scalars import Expr
from engine.rules.base import Case, Rule
from engine.rules.grants import grants
from engine.steps.ask import Ask
from engine.steps.reply import Reply, Texts
from engine.syntax import Broken

__all__ = ["RULE"]


def check(case: Case, sink: Sink) -> None:
    """Replies, questions and `confirm`: whatever their conditions and lists come to, some word is left."""
    for expr in _texts(case):
        if not isinstance(expr.tree, Broken) and _empty(json_of(expr)):
            message = "this text may come out empty: it has no word that stands outside conditions and lists"
            sink.error("empty-text", expr.text.place, message, tip="add an `{% else %}`, or a word that always stands")


def _texts(case: Case) -> Iterator[Expr]:
    for flow in case.files:
        for reply, _ in flow.steps(Reply):
            if isinstance(reply.what, Texts):
                yield from (expr for _, expr in reply.what.by_language.values() if expr is not None)
        for ask, _ in flow.steps(Ask):
            for _, spec in (ask.fields or {}).values():
                if spec is not None and spec.ask is not None:
                    yield spec.ask
    for granted in grants(case):
        if granted.grant.asks_customer and isinstance(granted.grant.confirm, Expr):
            yield granted.grant.confirm


def _empty(tree: Any) -> bool:
    """A value by itself counts as a word; so what may come out empty is a matter of `if`, `for` and `default`."""
    match tree:
        case ["lit", str(text)]:
            return not text.strip()
        case ["text", *parts]:
            return all(map(_empty, parts))
        case ["when", _, then, other]:
            return all(map(_empty, then)) or all(map(_empty, other))
        case ["for", _, _, body, other]:
            return all(map(_empty, body)) or all(map(_empty, other))
        case ["cond", _, then, other]:
            return _empty(then) or _empty(other)
        case ["filter", "default", _, other]:
            return _empty(other)
        case ["filter", "join", *_]:
            return True
        case ["filter", "lower" | "upper" | "title", inside]:
            return _empty(inside)
    return False


RULE = Rule(
    "empty-text",
    check,
    why="A customer would get an empty message.",
    mend="Add an `else`, or a word that stands outside conditions and lists.",
)
