"""A way through a flow that stops without `close`, `escalate` or `transfer`."""

from engine.compile import Compiled
from engine.diagnostics import Sink
from engine.rules.base import Case, Rule
from engine.steps.switch import Switch

__all__ = ["RULE"]


def check(case: Case, sink: Sink) -> None:
    """One finding for each step after which nothing comes."""
    for flow in case.flows.values():
        if flow.end is None or flow.end not in flow.states or "steps" in flow.flow.broken:
            continue
        before = (flow.graph.before()[flow.end] & set(flow.states)) - _short(flow)
        if not before and flow.graph.before()[flow.end]:
            continue
        places = {flow.graph.places[name] for name in before} or {flow.flow.spot("steps")}
        for place in sorted(places):
            ends = "after this step the flow ends without saying how" if flow.flow.steps else "this flow has no steps"
            message = f"{ends}: a person would have to take over"
            sink.error("falls-off-end", place, message, tip="end every way with `- close: ...` or `- escalate`")


def _short(flow: Compiled) -> set[str]:
    """Each `switch` that alone leads to the end by a word without a case, which is `missing-case`."""
    ways = {
        entry: flow.graph.nodes[entry].on
        for step, entry in flow.steps(Switch)
        if "else" not in step.at and entry in flow.graph.nodes
    }
    return {entry for entry, on in ways.items() if [way for way in on if on[way] == flow.end] == ["else"]}


RULE = Rule(
    "falls-off-end",
    check,
    why=(
        "A ticket that runs out of steps is neither solved nor handed over, so a person would have to find out what "
        "happened."
    ),
    mend="End every way with `- close: solved`, `- escalate` or `- transfer: FLOW`.",
)
