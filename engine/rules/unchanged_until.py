"""A `repeat` whose `until` is about values that nothing in it changes."""

from collections.abc import Iterable, Iterator

from engine.diagnostics import Sink
from engine.project.shape import quoted
from engine.rules.base import Case, Rule
from engine.rules.nesting import Nest, nests, ticks
from engine.steps.agent import Agent
from engine.steps.ask import Ask
from engine.steps.repeat import Repeat
from engine.steps.tool import Call
from engine.steps.use import Use
from engine.steps.verify import Verify
from engine.steps.wait import Wait
from engine.syntax import Broken

__all__ = ["RULE"]

_WAITS = (Agent, Ask, Call, Use, Verify, Wait)
"""Steps that may take time, in which customers write and people work on the ticket."""
_MEANWHILE = frozenset({"customer", "ticket", "conversation"})
"""What may be another then."""


def check(case: Case, sink: Sink) -> None:
    """Whatever a step in it names counts as changed, and what changes by itself where a step in it takes time."""
    for flow, nested in nests(case):
        if flow.steps(Repeat) and not flow.flow.lost:
            for one in _all(nested):
                if isinstance(one.step, Repeat):
                    _repeat(one.step, one, sink)


def _all(nested: Iterable[Nest]) -> Iterator[Nest]:
    for one in nested:
        yield one
        for inner in one.lists:
            yield from _all(inner)


def _repeat(step: Repeat, nested: Nest, sink: Sink) -> None:
    body = nested.of(step.body)
    inside = [*_all(body)]
    until = step.until
    if until is None or isinstance(until.tree, Broken) or not until.names or step.broken or not body:
        return
    if any(one.step.broken for one in inside) or ticks(until):
        return
    changed = frozenset().union(*(one.sets for one in body))
    if any(isinstance(one.step, _WAITS) for one in inside):
        changed |= _MEANWHILE | {"refused"}
    if changed.isdisjoint(until.names):
        message = f"nothing that is done here changes {quoted(sorted(until.names), 'and')}: this ends after one round, "
        message += f"or goes round {step.most or 1} times"
        place = until.text.place_of(until.tree.start, until.tree.end)
        tip = "name the value in a step of `do` (`as`, `set`), or wait for something there"
        sink.error("unchanged-until", place, message, tip=tip)


RULE = Rule(
    "unchanged-until",
    check,
    why="The same is done again and again, and the customer may read the same reply a hundred times.",
    mend="Do in the loop what changes the value: call the tool again, ask again, or set it.",
)
