"""A word of a list that no case of a `switch` names, without an `else`."""

from engine.diagnostics import Sink
from engine.project.shape import quoted
from engine.rules.base import Case, Rule
from engine.rules.unknown_case import value_type
from engine.steps.switch import Switch
from engine.types import EnumType, is_known

__all__ = ["RULE"]

_TIP = "add the cases, or `else: [...]`; `else: []` says that nothing is done for the others"


def check(case: Case, sink: Sink) -> None:
    """A text may be anything, so it always needs an `else`."""
    for flow in case.files:
        for step, entry in flow.steps(Switch):
            if "else" in step.at or not step.cases or {"else", "cases"} & step.broken:
                continue
            found = value_type(flow, step, entry)
            if isinstance(found, EnumType):
                if step.cases.keys() - found.values:
                    continue  # a misspelt one, which is reported as such
                if left := sorted(found.values - step.cases.keys()):
                    message = f"no case for {quoted(left, 'and')}"
                    sink.error("missing-case", step.spot("switch"), message, tip=_TIP)
            elif found is not None and is_known(found):
                message = "a text may be any other word, and there is no `else` for it"
                sink.error("missing-case", step.spot("switch"), message, tip=_TIP)


RULE = Rule(
    "missing-case",
    check,
    why="A ticket with the value that no case names would go on as if nothing had been said about it.",
    mend="Add a case for each word, or an `else` with what holds for all others.",
)
