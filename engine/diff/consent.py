"""`confirm`: whether the customer is asked, and sees what the call is about."""

from collections.abc import Iterator
from typing import Any

from engine.diff.difference import Loosening, Spot
from engine.diff.pair import Granted, Pair
from engine.expressions import paths
from engine.project.scalars import Expr
from engine.types import fields_of

__all__ = ["changed", "looser"]


def looser(pair: Pair) -> Iterator[Loosening]:
    """No question; or one that leaves out an argument of the call, or a fact, that the strict one names."""
    if not pair.strict.grant.asks_customer:
        return
    before = _spot(pair.strict)
    if not pair.loose.grant.asks_customer:
        yield pair.lost("confirm", before, "the customer is no longer asked", "the customer is asked now", "no")
        return
    was, now = _shown(_text(pair.strict)), _shown(_text(pair.loose))
    for path in sorted(path for path in was if path[0] in _telling(pair.strict) and was[path] > now.get(path, 0)):
        name = "{{ " + ".".join((_own(pair.strict, path[0]), *path[1:])) + " }}"
        said = f"the question to the customer does not show `{name}` any more, or not always"
        yield pair.lost("confirm", before, said, f"the question to the customer shows `{name}` now", _words(pair.loose))


def changed(pair: Pair) -> Iterator[Loosening]:
    """Another question."""
    both = pair.strict.grant.asks_customer and pair.loose.grant.asks_customer
    if both and _text(pair.strict) != _text(pair.loose):
        yield pair.lost(
            "confirm", _spot(pair.strict), "the customer is asked in other words", "", _words(pair.loose)
        )  # fmt: skip


def _spot(granted: Granted) -> Spot:
    return Spot(granted.spot("confirm"), _words(granted))


def _words(granted: Granted) -> str:
    confirm = granted.grant.confirm
    return " ".join(confirm.text.value.split()) if isinstance(confirm, Expr) else ""


def _text(granted: Granted) -> Any:
    confirm = granted.grant.confirm
    return granted.tree(confirm if isinstance(confirm, Expr) else None)


def _telling(granted: Granted) -> set[str]:
    """Names that say what the call is about: its arguments and its facts."""
    return {*fields_of(granted.tool.input), *granted.tool.contract.facts, *granted.facts.values()}


def _own(granted: Granted, name: str) -> str:
    return next((own for own, shared in granted.facts.items() if shared == name), name)


def _shown(tree: Any) -> dict[tuple[str, ...], int]:
    """path -> 2 where it is always shown, 1 where it plays some part."""
    return {**dict.fromkeys(paths(tree), 1), **dict.fromkeys(_always(tree), 2)}


def _always(tree: Any) -> set[tuple[str, ...]]:
    """Paths that are shown whichever way the conditions in the text come out."""
    match tree:
        case ["text", *parts]:
            return set().union(*map(_always, parts))
        case ["when", _, then, other]:
            return set().union(*map(_always, then)) & set().union(*map(_always, other))
        case ["cond", _, then, other]:
            return _always(then) & _always(other)
        case ["filter", _, value, *_]:
            return _always(value)
        case ["name" | "dot", *_]:
            return set(paths(tree))
    return set()
