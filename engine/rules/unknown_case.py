"""A case of `switch` that its value never is."""

from engine.compile import Compiled
from engine.diagnostics import Sink
from engine.expressions import infer
from engine.project.shape import misspelt, quoted, shortened
from engine.rules.base import Case, Rule
from engine.steps.switch import Switch
from engine.types import EnumType, Type, required

__all__ = ["RULE", "value_type"]


def check(case: Case, sink: Sink) -> None:
    """Where the words are known, as those of a field, of an `enum`, or of the answers of a `judge`."""
    for flow in case.files:
        for step, entry in flow.steps(Switch):
            if isinstance(found := value_type(flow, step, entry), EnumType):
                _words(step, found, sink)


def value_type(flow: Compiled, step: Switch, entry: str) -> Type | None:
    """The type of the value where the step stands; None where no ticket reaches it, or it could not be read."""
    state = flow.states.get(entry)
    if state is None or step.value is None:
        return None
    return required(infer(step.value.tree, state.names, Sink(), step.value.text))


def _words(step: Switch, found: EnumType, sink: Sink) -> None:
    for word, (text, _) in (step.cases or {}).items():
        if word not in found.values:
            known = sorted(found.values)
            message = f"the value is never `{shortened(word)}` here: expected {quoted(known)}"
            tip, _ = misspelt(text, known, step.cases or ())  # it may be the other side that is misspelt
            sink.error("unknown-case", text.place, message, tip=tip)


RULE = Rule(
    "unknown-case",
    check,
    why="These steps never run. Most often the word is misspelt, and the tickets that are meant go elsewhere.",
    mend="Use one of the listed words, or remove the case.",
)
