"""Steps within steps, whatever their kind."""

from collections.abc import Iterator, Sequence
from typing import Any

from engine.project.shape import Declaration
from engine.project.step import StepKind
from engine.steps.close import Close
from engine.steps.each import Each
from engine.steps.escalate import Escalate
from engine.steps.if_ import If
from engine.steps.transfer import Transfer
from engine.steps.verify import Verify
from engine.syntax import Text

__all__ = ["always_ends", "lists", "sets"]


def lists(step: StepKind) -> Iterator[list[StepKind]]:
    """Each list of steps directly inside a step: branches, bodies, and those of `otherwise` and `silence`."""
    for declared in step.KEYS.values():
        yield from _lists(getattr(step, declared.attribute))


def _lists(value: Any) -> Iterator[list[StepKind]]:
    match value:
        case [StepKind(), *_]:
            yield value
        case Declaration():
            for declared in value.KEYS.values():
                yield from _lists(getattr(value, declared.attribute))
        case dict():
            for inside in value.values():
                yield from _lists(inside)
        case list() | tuple():
            for inside in value:
                yield from _lists(inside)


def sets(step: StepKind) -> set[str]:
    """Every name that a step or one inside it may set anew."""
    found = {"customer"} if isinstance(step, Verify) else set()
    names = [getattr(step, "name", None), step.item if isinstance(step, Each) else None]
    found |= {name.value for name in names if isinstance(name, Text)}
    for inner in lists(step):
        for inside in inner:
            found |= sets(inside)
    return found


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
