"""Steps within steps, whatever their kind."""

from collections.abc import Iterable, Iterator, Sequence, Set
from typing import Any, NamedTuple

from engine.compile import Compiled
from engine.project.containers import Either, ListOf, MapOf
from engine.project.scalars import Expr
from engine.project.shape import Declaration, Section, Shape
from engine.project.step import Otherwise, StepKind
from engine.rules.base import Case
from engine.steps.close import Close
from engine.steps.escalate import Escalate
from engine.steps.if_ import If
from engine.steps.repeat import Repeat
from engine.steps.transfer import Transfer
from engine.steps.verify import Verify
from engine.syntax import Text

__all__ = ["Nest", "always_ends", "nests", "ticks"]

_CLOCKS = ("days_ago", "hours_ago")
"""Filters whose value changes while a ticket waits."""


class Nest(NamedTuple):
    """A step with those inside."""

    step: StepKind
    lists: Sequence[Sequence["Nest"]]
    """Each list of steps directly inside: branches, bodies, and those of `otherwise` and `silence`."""
    sets: Set[str]
    """Every name that it, or a step inside, may set anew."""

    def of(self, steps: Sequence[StepKind] | None) -> Sequence["Nest"]:
        """The list inside that is of these steps."""
        return next((inner for inner in self.lists if steps and inner[0].step is steps[0]), ())


def nests(case: Case) -> Sequence[tuple[Compiled, Sequence[Nest]]]:
    """Every flow and piece in which steps may be done again or left out, with its steps and those inside."""
    return case.once(_nests)


def _nests(case: Case) -> list[tuple[Compiled, Sequence[Nest]]]:
    branching = [flow for flow in case.files if any(flow.steps(kind) for kind in (If, Repeat))]
    return [(flow, nest(flow.flow.steps or [])) for flow in branching]


def nest(steps: Iterable[StepKind]) -> list[Nest]:
    """Steps with those inside."""
    return [_nest(step) for step in steps]


def _nest(step: StepKind) -> Nest:
    parts = [part for name in _holding(type(step)) if (part := getattr(step, name)) is not None]
    inside = [nest(steps) for part in parts for steps in _lists(part)]
    sets = {name.value for name in (getattr(step, "name", None), getattr(step, "item", None)) if isinstance(name, Text)}
    if isinstance(step, Verify):
        sets.add("customer")
    for inner in inside:
        for one in inner:
            sets |= one.sets
    return Nest(step, inside, sets)


def _lists(value: Any) -> Iterator[list[StepKind]]:
    match value:
        case [StepKind(), *_]:
            yield value
        case Otherwise(every=every, causes=causes):
            for cause in (every, *(one for _, one in causes.values())):
                if cause is not None and cause.steps:
                    yield cause.steps
        case Declaration():
            for attribute in _holding(type(value)):
                if (part := getattr(value, attribute)) is not None:
                    yield from _lists(part)
        case dict():
            for part in value.values():
                yield from _lists(part)
        case list() | tuple() if not isinstance(value, Expr):
            for part in value:
                yield from _lists(part)


_HOLDING: dict[type[Declaration], list[str]] = {}


def _holding(declaration: type[Declaration]) -> list[str]:
    """Attributes in which steps may stand."""
    if declaration not in _HOLDING:
        keys = declaration.KEYS.values()
        _HOLDING[declaration] = [declared.attribute for declared in keys if _holds(declared.shape)]
    return _HOLDING[declaration]


def _holds(shape: Shape | None) -> bool:
    match shape:
        case Section():
            return bool(_holding(shape.declaration))
        case ListOf():
            return _holds(shape.element)
        case MapOf():
            return _holds(shape.value)
        case Either():
            return any(map(_holds, (shape.text, shape.items, shape.entries)))
    return shape is not None and shape.nests


def always_ends(steps: Sequence[StepKind] | None) -> bool:
    """Whether no ticket goes on behind these steps."""
    match steps[-1] if steps else None:
        case Close() | Escalate():
            return True
        case Transfer() as step:
            return step.otherwise is None
        case If(then=then, other=other):
            return always_ends(then) and always_ends(other)
    return False


def ticks(expr: Expr) -> bool:
    """Whether it may come out otherwise later, since it reads the clock."""
    return any(clock in expr.text.value for clock in _CLOCKS)
