"""A step that no ticket can reach, since every way before it ends."""

from engine.diagnostics import Label, Sink
from engine.rules.base import Case, Rule

__all__ = ["RULE"]


def check(case: Case, sink: Sink) -> None:
    """The first such step of a list; what follows it, or stands inside it, follows from it."""
    for flow in case.files:
        for record in flow.graph.steps if flow.graph.beyond is None else ():
            before = record.previous if record.previous is not None else record.parent
            if record.entry in flow.states or before not in flow.states:
                continue
            places = flow.graph.places
            label = Label(places[before], "every way through this one ends") if before and before in places else None
            place = record.step.spot(record.step.WORD)
            sink.error("unreachable-step", place, "no ticket can reach this step", labels=[label] if label else ())


RULE = Rule(
    "unreachable-step",
    check,
    why="Nobody ever gets what stands here. Mostly a step before it ends the ticket too early, or in every case.",
    mend="Move the step before the one that ends the ticket, or remove it.",
)
