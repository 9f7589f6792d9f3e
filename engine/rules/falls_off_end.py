"""A way through a flow that stops without `close`, `escalate` or `transfer`."""

from engine.diagnostics import Sink
from engine.rules.base import Case, Rule

__all__ = ["RULE"]


def check(case: Case, sink: Sink) -> None:
    """One finding for each step after which nothing comes."""
    for flow in case.flows.values():
        if flow.end is None or flow.end not in flow.states or "steps" in flow.flow.broken:
            continue
        before = flow.graph.before()[flow.end] & set(flow.states)
        places = {flow.graph.places[name] for name in before} or {flow.flow.spot("steps")}
        for place in sorted(places):
            message = "after this step the flow ends without saying how: a person would have to take over"
            sink.error("falls-off-end", place, message, tip="end every way with `- close: ...` or `- escalate`")


RULE = Rule(
    "falls-off-end",
    check,
    why=(
        "A ticket that runs out of steps is neither solved nor handed over, so a person would have to find out what "
        "happened."
    ),
    mend="End every way with `- close: solved`, `- escalate` or `- transfer: FLOW`.",
)
