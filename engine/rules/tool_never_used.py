"""A grant that no step uses: a right without a need."""

from engine.diagnostics import Sink
from engine.rules.base import Case, Rule
from engine.rules.tool_not_granted import used
from engine.steps.agent import Agent

__all__ = ["RULE"]


def check(case: Case, sink: Sink) -> None:
    """Nothing is said of a flow whose steps could not all be read, or that uses unknown tools."""
    for flow in case.flows.values():
        if "steps" in flow.flow.broken:
            continue
        if any(step.named_tools is None for step, _ in flow.steps(Agent)):
            continue  # an agent has them all
        names = {tool.value for tool in used(flow)}
        pieces = {text.value for what, text in flow.flow.references if what == "piece"}
        if names - set(case.project.tools) or pieces - set(case.project.pieces):
            continue  # a misspelt use, which is reported as such
        for name, (text, _) in (flow.flow.tools or {}).items():
            if name not in names and name in case.project.tools:
                message = f"`{name}` is granted and no step uses it: a right that nobody needs"
                sink.error("tool-never-used", text.place, message, tip="remove the grant")


RULE = Rule(
    "tool-never-used",
    check,
    why="A right that nobody needs is a risk without a use: an agent or a later edit could use it unseen.",
    mend="Remove the grant, or add the step that was meant to use it.",
)
