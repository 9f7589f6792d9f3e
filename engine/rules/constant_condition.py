"""A condition that always comes out the same."""

from collections.abc import Iterator, Mapping, Sequence, Set
from functools import lru_cache
from typing import Any, NamedTuple

from engine.compile import Compiled
from engine.compile.typing import gate_names
from engine.diagnostics import Label, Place, Sink
from engine.expressions import Path, Tree, dotted, infer, to_json
from engine.project.contract import json_of
from engine.project.scalars import Expr
from engine.project.step import StepKind
from engine.rules.base import Case, Rule
from engine.rules.grants import Written, grants
from engine.rules.logic import contradict, possible
from engine.rules.nesting import Nest, always_ends, nests, ticks
from engine.steps.if_ import If
from engine.steps.repeat import Repeat
from engine.syntax import Broken
from engine.types import EnumType, RecordType, Type

__all__ = ["RULE"]

_MOST = 32
"""Conditions before a step that are looked at, the last ones: the checker stays quick on any input."""


class _Known(NamedTuple):
    """A condition that was passed on the way, and how it came out."""

    expr: Expr
    truth: bool
    tree: Any
    reads: frozenset[Path]
    ticks: bool
    """Whether it may come out otherwise later, since it reads the clock."""


def _known(expr: Expr, truth: bool) -> _Known:
    return _Known(expr, truth, json_of(expr), expr.reads, ticks(expr))


def check(case: Case, sink: Sink) -> None:
    """`if` and `until` of steps, with what the conditions around them and before them say; lines of grants."""
    for flow, nested in nests(case):
        entries = {id(step): entry for step, entry in (*flow.steps(If), *flow.steps(Repeat))}
        _steps(flow, nested, (), entries, sink)
    for granted in grants(case):
        _grant(granted, sink)


def _steps(
    flow: Compiled, steps: Sequence[Nest], known: tuple[_Known, ...], entries: Mapping[int, str], sink: Sink
) -> None:  # fmt: skip
    for nested in steps:
        step, changed = nested.step, nested.sets
        known = known[-_MOST:]
        if isinstance(step, If) and step.test is not None:
            _condition(step.test, known, _names(flow, entries, step), "if", sink)
            then = _known(step.test, True)
            other = then._replace(truth=False)
            _steps(flow, nested.of(step.then), (*known, then), entries, sink)
            _steps(flow, nested.of(step.other), (*known, other), entries, sink)
            ends = [always_ends(step.then), always_ends(step.other)]
            known = (*known, *([other] if ends == [True, False] else [then] if ends == [False, True] else []))
        else:
            inside = tuple([one for one in known if not _changed(one, changed)]) if known else ()
            for inner in nested.lists:
                _steps(flow, inner, inside, entries, sink)
            if isinstance(step, Repeat) and step.until is not None:
                _condition(step.until, (), _names(flow, entries, step), "until", sink)
        if known:
            stays = isinstance(step, If)
            known = tuple([one for one in known if (stays or not one.ticks) and not _changed(one, changed)])


def _names(flow: Compiled, entries: Mapping[int, str], step: StepKind) -> Mapping[str, Type]:
    state = flow.states.get(entries.get(id(step), ""))
    return state.names if state is not None else {}


def _changed(known: _Known, names: Set[str]) -> bool:
    return not names.isdisjoint(known.expr.names)


def _grant(granted: Written, sink: Sink) -> None:
    """Lines of `only_if` by themselves; those of `approve` where the lines of `only_if` hold."""
    names = gate_names(granted.flow, granted.tool)
    lines = granted.grant.only_if or []
    for expr in lines:
        _condition(expr, (), names, "line", sink)
    tests = [line.test for line in granted.grant.approve or () if line.test is not None]
    known = tuple(_known(expr, True) for expr in lines) if tests else ()
    for test in tests:
        _condition(test, known, names, "if", sink)


def _condition(
    expr: Expr, known: tuple[_Known, ...], names: Mapping[str, Type], what: str, sink: Sink
) -> None:  # fmt: skip
    if isinstance(expr.tree, Broken) or any(isinstance(one.expr.tree, Broken) for one in known):
        return
    tree, mine = json_of(expr), expr.reads
    domains = [(domain, True) for domain in _domains(mine.union(*(one.reads for one in known)), names)]
    before = [(one.tree, one.truth) for one in known] if any(mine & one.reads for one in known) else []
    alone: list[list[tuple[Any, bool]]] = [[]] if domains or _constant(expr.tree) else []
    for given in [*alone, before] if before else alone:
        here = possible([*domains, *given])
        if not here:
            return  # no ticket comes here, which is another rule's
        for truth, word in ((True, "never"), (False, "always")):
            if contradict([(tree, truth)], here):
                if _is_wrong(expr, names):
                    return
                why = _needed(domains, known, (tree, truth)) if given else _about(known, mine)
                _report(expr, what, word, why, sink)
                return


@lru_cache(maxsize=5_000)
def _constant(tree: Tree) -> bool:
    """Whether it comes out the same whatever the values are: of a tree that many flows share, found once."""
    if tree.kind in ("name", "dot") or _compares(tree):
        return False
    said = to_json(tree)
    return contradict([(said, True)]) or contradict([(said, False)])


def _compares(tree: Tree) -> bool:
    """Whether it compares values with each other, and at most one number or word: then some values tell. So do most
    conditions."""
    if tree.kind != "cmp" or any(operator in ("in", "not-in") for operator, _ in tree.parts[1:]):
        return False
    terms = [tree.parts[0], *(right for _, right in tree.parts[1:])]
    values = [str(to_json(term)) for term in terms if term.kind in ("name", "dot")]
    fixed = sum(term.kind in ("num", "lit", "money") for term in terms)
    return fixed <= 1 and len(set(values)) == len(values) == len(terms) - fixed


def _is_wrong(expr: Expr, names: Mapping[str, Type]) -> bool:
    """Whether a word that the value never is, and the like, was reported where types are checked."""
    own = Sink()
    infer(expr.tree, names, own, expr.text)
    return bool(len(own))


def _about(known: tuple[_Known, ...], reads: frozenset[Path]) -> tuple[Label, ...]:
    """The conditions on the same values: what a type is narrowed to was said by one of them."""
    return tuple(_label(one) for one in known if reads & one.reads)


def _needed(
    domains: list[tuple[Any, bool]], known: tuple[_Known, ...], goal: tuple[Any, bool]
) -> tuple[Label, ...]:  # fmt: skip
    """Those conditions without which it would not be so."""
    needed = list(known)
    for one in known:
        rest = [other for other in needed if other is not one]
        if contradict([*domains, *((other.tree, other.truth) for other in rest), goal]):
            needed = rest
    return tuple(map(_label, needed))


def _label(known: _Known) -> Label:
    return Label(_place(known.expr), "this holds here" if known.truth else "this does not hold here")


def _domains(reads: frozenset[Path], names: Mapping[str, Type]) -> Iterator[Any]:
    """That a value whose words are known is one of them."""
    for path in reads:
        kind = names.get(path[0])
        for key in path[1:]:
            kind = kind.field(key) if isinstance(kind, RecordType) else None
        if isinstance(kind, EnumType):
            yield _domain(path, kind.values)


@lru_cache(maxsize=1_000)
def _domain(path: Path, values: frozenset[str]) -> Any:
    """The same tree each time, so that what it implies is found once."""
    words = [["lit", word] for word in sorted(values)]
    return ["cmp", to_json(dotted(path)), ["in", ["list", *words]]]


def _report(expr: Expr, what: str, word: str, labels: tuple[Label, ...], sink: Sink) -> None:
    said = {"if": "condition", "until": "condition", "line": "line"}[what]
    message = f"this {said} {word} holds"
    tip = "" if what != "if" else "remove it, or say what was meant"
    sink.error("constant-condition", _place(expr), message, tip=tip, labels=labels)


def _place(expr: Expr) -> Place:
    tree = expr.tree
    return expr.text.place_of(tree.start, tree.end) if not isinstance(tree, Broken) else expr.text.place


RULE = Rule(
    "constant-condition",
    check,
    why="One of its branches is never taken, or a gate is no gate: something else was meant.",
    mend="Say what was meant, or remove the condition.",
)
