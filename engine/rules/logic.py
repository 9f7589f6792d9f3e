"""What conditions imply: whether several of them can hold at once, by intervals, sets and normal forms.

A condition becomes a list of ways in which it can hold (its disjunctive normal form), each a list of literals: a linear
comparison of numbers, amounts or times; a word that is one of some; or a text that is compared with nothing else. A
way is impossible where a text is both true and false, no word is left, or the comparisons contradict each other, which
Fourier and Motzkin's elimination decides exactly over the rationals. Everything else (products, filters, functions of
the clock) counts as a value of its own. So what is said to be impossible is; what is not said may be impossible too.

Conditions are read as the engine judges gates: a value that is missing closes them, so every value is there.
"""

from ast import literal_eval
from collections.abc import Iterable, Iterator
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import product
from typing import Any, NamedTuple

from engine.expressions import paths

__all__ = ["Literal", "bounded", "contradict", "implies", "opened_by_others", "possible", "ways"]

_MOST_WAYS = 128
_MOST_COMPARISONS = 64
_MOST_TERMS = 16
"""Beyond these nothing is shown: the checker stays quick on any input."""
_NEGATED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}

Linear = dict[str, int | Fraction]
"""term -> its factor; the constant stands under the empty name. Whole numbers are ints, which are quick."""


class Literal(NamedTuple):
    """One thing that holds in a way: exactly one of `linear`, `words` and neither (a text that is true or false)."""

    term: str
    truth: bool
    reads: frozenset[str]
    """The first names of the paths that it reads."""
    linear: Linear | None = None
    """The sum is below zero, or with `strict` off, at most zero."""
    strict: bool = False
    words: frozenset[str] | None = None


Ways = list[list[Literal]]
_ANYHOW: Ways = [[]]
_KNOWN: dict[tuple[int, bool], tuple[Any, Ways]] = {}
_MOST_KNOWN = 2_000


class _TooMuch(Exception):
    pass


def implies(given: Iterable[Any], goal: Any) -> bool:
    """Whether `goal` holds wherever all of `given` (trees as JSON) do. False where it can't be shown."""
    return contradict([(tree, True) for tree in given] + [(goal, False)])


def contradict(conditions: Iterable[tuple[Any, bool]], given: Ways = _ANYHOW) -> bool:
    """Whether these conditions can't all come out as said in any way of `given`. False where it is not shown."""
    try:
        return all(_impossible(way) for way in ways(conditions, given))
    except _TooMuch:
        return False


def possible(conditions: Iterable[tuple[Any, bool]]) -> Ways:
    """The ways in which all conditions come out as said, of those that can be; `_ANYHOW` where there are too many."""
    try:
        return [way for way in ways(conditions) if not _impossible(way)]
    except _TooMuch:
        return _ANYHOW


def ways(conditions: Iterable[tuple[Any, bool]], given: Ways = _ANYHOW) -> Ways:
    """Each way in which all conditions come out as said. Raises `_TooMuch` where there are far too many."""
    found = given
    for tree, truth in conditions:
        found = _both(found, _known_ways(tree, truth))
    return found


def opened_by_others(conditions: Iterable[Any], name: str) -> bool:
    """Whether the conditions can all hold while nothing says that something else is the same as what `name` has:
    `order.customer_id == customer.id`, or that it is one of its list. With too many ways to look at, they can."""
    try:
        return any(not _ties(way, name) and not _impossible(way) for way in ways((tree, True) for tree in conditions))
    except _TooMuch:
        return True


def _ties(way: list[Literal], name: str) -> bool:
    """An equality holds from both sides: neither is below the other."""
    sums = [literal.linear for literal in way if literal.linear and name in literal.reads and not literal.strict]
    for one in sums:
        if len(one) == 2 and "" not in one and {term: -factor for term, factor in one.items()} in sums:
            left, right = (_named(term) for term in one)
            if (left == {name}) != (right == {name}) and {*one.values()} == {1, -1}:
                return True
    return any(
        literal.truth and literal.term.startswith("['in', ") and literal.reads > {name}
        for literal in way
        if literal.linear is None and literal.words is None
    )


def bounded(conditions: Iterable[Any], tree: Any, firm: Iterable[str]) -> bool:
    """Whether in each way in which the conditions hold a comparison bounds `tree` from above, by a number or by what
    reads the names `firm` alone: nobody who chooses the call chooses them."""
    term, names = _key(tree), frozenset(firm)

    def bounds(literal: Literal) -> bool:
        others = (literal.linear or {}).keys() - {term, ""}
        return (literal.linear or {}).get(term, 0) > 0 and all(_named(one) <= names for one in others)

    try:
        return all(any(map(bounds, way)) for way in ways((condition, True) for condition in conditions))
    except _TooMuch:
        return False


def _known_ways(tree: Any, truth: bool) -> Ways:
    """As `_ways`, found once: several rules ask about each line of a grant. A tree that is held on to keeps its
    identity for itself, and nobody changes it."""
    known = _KNOWN.get((id(tree), truth))
    if known is None:
        if len(_KNOWN) >= _MOST_KNOWN:
            _KNOWN.clear()
        known = _KNOWN[id(tree), truth] = (tree, _ways(tree, truth))
    return known[1]


def _both(left: Ways, right: Ways) -> Ways:
    if left is _ANYHOW:
        return right
    if len(left) * len(right) > _MOST_WAYS:
        raise _TooMuch
    return [one + other for one, other in product(left, right)]


def _ways(tree: Any, truth: bool) -> Ways:
    match tree:
        case ["lit", bool() as value]:
            return [[]] if value == truth else []
        case ["not", inside]:
            return _ways(inside, not truth)
        case [("and" | "or") as word, left, right]:
            one, other = _ways(left, truth), _ways(right, truth)
            return _both(one, other) if (word == "and") == truth else one + other
        case ["cond", test, then, other]:
            yes = _both(_ways(test, True), _ways(then, truth))
            return yes + _both(_ways(test, False), _ways(other, truth))
        case ["cmp", first, *rest]:
            return _chain(first, rest, truth)
        case ["test", "defined", inside]:
            return [[_none(inside, not truth)]]
        case ["test", "none", inside]:
            return [[_none(inside, truth)]]
    return [[Literal(_key(tree), truth, _names(tree))]]


def _chain(first: Any, rest: list[Any], truth: bool) -> Ways:
    found: Ways = [[]] if truth else []
    left = first
    for operator, right in rest:
        pair = _pair(left, operator, right, truth)
        found = _both(found, pair) if truth else found + pair
        left = right
    return found


def _pair(left: Any, operator: str, right: Any, truth: bool) -> Ways:
    if operator in ("in", "not-in"):
        return _within(left, right, truth == (operator == "in"))
    operator = operator if truth else _NEGATED[operator]
    if operator in ("==", "!="):
        for one, other in ((left, right), (right, left)):
            if other[:1] == ["lit"]:
                return _same(one, other[1], operator == "==")
    return [[*_compared(left, sign, right)] for sign in (("<", ">") if operator == "!=" else (operator,))]


def _same(tree: Any, value: Any, truth: bool) -> Ways:
    """Compared with a word, with true or false, or with none."""
    if tree[:1] == ["lit"]:
        return [[]] if (tree[1] == value) == truth else []
    if value is None:
        return [[_none(tree, truth)]]
    if isinstance(value, bool):
        return _ways(tree, value == truth)
    return [[Literal(_key(tree), truth, _names(tree), words=frozenset({value}))]]


def _within(item: Any, whole: Any, truth: bool) -> Ways:
    words = whole[1:] if whole[:1] == ["list"] else []
    if words and all(word[:1] == ["lit"] and isinstance(word[1], str) for word in words):
        if item[:1] == ["lit"]:
            return [[]] if (item in words) == truth else []
        return [[Literal(_key(item), truth, _names(item), words=frozenset(word[1] for word in words))]]
    return [[Literal(_key(["in", item, whole]), truth, _names(item) | _names(whole))]]


def _compared(left: Any, operator: str, right: Any) -> Iterator[Literal]:
    reads = _names(left) | _names(right)
    below = _sum(_linear(left), _linear(right), -1)
    above = {term: -factor for term, factor in below.items()}
    match operator:
        case "<" | "<=":
            yield Literal("", True, reads, below, operator == "<")
        case ">" | ">=":
            yield Literal("", True, reads, above, operator == ">")
        case "==":
            yield Literal("", True, reads, below)
            yield Literal("", True, reads, above)


def _linear(tree: Any) -> Linear:
    match tree:
        case ["num", str(value)] | ["money", str(value), _]:  # of the one currency, as its type says
            return {"": _number(value)}
        case ["neg", inside]:
            return _sum({}, _linear(inside), -1)
        case [("add" | "sub") as word, left, right]:
            return _sum(_linear(left), _linear(right), 1 if word == "add" else -1)
        case [("mul" | "div") as word, left, right]:
            return _scaled(tree, word, _linear(left), _linear(right))
    return {_key(tree): 1}


def _number(value: str) -> int | Fraction:
    return int(value) if value.isdecimal() else Fraction(Decimal(value))


def _scaled(tree: Any, word: str, left: Linear, right: Linear) -> Linear:
    """A product with a number; any other product is a value of its own."""
    for one, other in ((left, right), (right, left))[: 2 if word == "mul" else 1]:
        if other.keys() <= {""}:
            factor = other.get("", 0)
            if word == "mul":
                return _sum({}, one, factor)
            if factor:
                return _sum({}, one, 1 / Fraction(factor))
    return {_key(tree): 1}


def _sum(left: Linear, right: Linear, factor: int | Fraction) -> Linear:
    found = dict(left)
    for term, value in right.items():
        found[term] = found.get(term, 0) + factor * value
    return {term: value for term, value in found.items() if value}


def _none(tree: Any, truth: bool) -> Literal:
    return Literal(f"none {_key(tree)}", truth, _names(tree))


def _key(tree: Any) -> str:
    return repr(tree)


def _names(tree: Any) -> frozenset[str]:
    return frozenset(path[0] for path in paths(tree))


@lru_cache(maxsize=2_000)
def _named(term: str) -> frozenset[str]:
    """The names that a term of `_key` reads: flows of one project have many in common."""
    return _names(literal_eval(term))


# whether a way is impossible


def _impossible(way: list[Literal]) -> bool:
    if len(way) == 1 and way[0].linear is None and way[0].words != frozenset():
        return False  # the most common way: one value that may well be so
    plain = {(literal.term, literal.truth) for literal in way if literal.linear is None and literal.words is None}
    if any((term, not truth) in plain for term, truth in plain):
        return True
    if any(not words or (f"none {term}", True) in plain for term, words in _left(way)):
        return True
    return _unequal([(literal.linear, literal.strict) for literal in way if literal.linear is not None])


def _left(way: list[Literal]) -> Iterator[tuple[str, frozenset[str]]]:
    """The words that each value still can be, where some are named that it must be."""
    for term in {literal.term for literal in way if literal.words is not None and literal.truth}:
        words: frozenset[str] | None = None
        for literal in way:
            if literal.term == term and literal.words is not None and literal.truth:
                words = literal.words if words is None else words & literal.words
        without = [literal.words for literal in way if literal.term == term and literal.words and not literal.truth]
        yield term, (words or frozenset()).difference(*without)


def _unequal(comparisons: list[tuple[Linear, bool]]) -> bool:
    """Whether sums can't all be below zero: eliminates one term after the other."""
    while True:
        left = []
        for sum_, strict in comparisons:
            if not sum_.keys() <= {""}:
                left.append((sum_, strict))
            elif sum_.get("", 0) > 0 or (strict and not sum_.get("", 0)):
                return True
        pairs = _pairs(left) if len(left) > 1 else {}
        if not pairs or len(pairs) > _MOST_TERMS:
            return False
        free = {term for term, count in pairs.items() if not count}
        if free:  # nothing bounds these from one side, so whatever they stand in can be
            comparisons = [one for one in left if free.isdisjoint(one[0])]
            continue
        term = min(sorted(pairs), key=pairs.__getitem__)
        if pairs[term] > _MOST_COMPARISONS:
            return False
        comparisons = _without(term, left)


def _pairs(comparisons: list[tuple[Linear, bool]]) -> dict[str, int]:
    """term -> in how many pairs of comparisons it stands with one sign and with the other."""
    above: dict[str, int] = {}
    below: dict[str, int] = {}
    for sum_, _ in comparisons:
        for term, factor in sum_.items():
            side = above if factor > 0 else below
            side[term] = side.get(term, 0) + 1
    return {term: above.get(term, 0) * below.get(term, 0) for term in {**above, **below} if term}


def _without(term: str, comparisons: list[tuple[Linear, bool]]) -> list[tuple[Linear, bool]]:
    above = [one for one in comparisons if one[0].get(term, 0) > 0]
    below = [one for one in comparisons if one[0].get(term, 0) < 0]
    found = [one for one in comparisons if term not in one[0]]
    for (high, strict), (low, also) in product(above, below):
        scaled = _sum({}, high, -low[term])
        found.append((_sum(scaled, low, high[term]), strict or also))
    return found[: _MOST_COMPARISONS * 2]
