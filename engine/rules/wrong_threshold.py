"""A threshold that works the wrong way round, always, or never."""

from engine.diagnostics import Place, Sink
from engine.project.flow import When
from engine.project.scalars import Bound
from engine.rules.base import Case, Rule

__all__ = ["RULE"]

_RANGES = {"confidence": ("<", 0, 1), "sentiment": ("<", -1, 1), "customer_turns": (">", 0, None)}
"""name -> the sign with which people take over when it gets bad, the least and the most that is measured."""


def check(case: Case, sink: Sink) -> None:
    """Those of flows, and those of the project's defaults."""
    defaults = case.project.settings.defaults if case.project.settings else None
    found = [defaults.escalate.when if defaults and defaults.escalate else None]
    found += [flow.flow.escalate.when for flow in case.files if flow.flow.escalate]
    for when in found:
        if when is not None:
            _when(when, sink)


def _when(when: When, sink: Sink) -> None:
    for name, (sign, least, most) in _RANGES.items():
        bound: Bound | None = getattr(when, name)
        if bound is None:
            continue
        if bound.op[0] != sign:
            good = "low" if sign == "<" else "high"
            message = f"people take over when {name.replace('_', ' ')} is {good}, and this is the other way round"
            _report(bound.text.place, message, f'write `"{sign} {bound.value}"`', sink)
        elif sign == "<" and (bound.value < least or (bound.value == least and bound.op == "<")):
            _report(bound.text.place, f"{name} is never below {bound.value}: nobody would ever take over", "", sink)
        elif most is not None and (bound.value > most or (bound.value == most and bound.op == "<=")):
            _report(bound.text.place, f"{name} is never above {most}: every ticket would go to people", "", sink)


def _report(place: Place, message: str, tip: str, sink: Sink) -> None:
    sink.error("wrong-threshold", place, message, tip=tip)


RULE = Rule(
    "wrong-threshold",
    check,
    why="People would take over never, always, or just when everything is fine.",
    mend="Turn the sign round, or choose a number within what is measured.",
)
