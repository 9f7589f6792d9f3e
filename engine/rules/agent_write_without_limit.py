"""A write that an agent may make as often as it likes."""

from engine.diagnostics import Label, Sink
from engine.rules.base import Case, Rule

__all__ = ["RULE"]


def check(case: Case, sink: Sink) -> None:
    """At the grant; an approval for every call does not do here, for a model may ask for one after the other."""
    for flow in case.flows.values():
        granted = flow.flow.grants()
        for node in flow.nodes("agent"):
            for name in node.data["tools"]:
                text, grant = granted[name]
                if case.project.tools[name].writes and not grant.limit and "limit" not in grant.broken:
                    labels = (Label(flow.graph.places[node.id], "the agent that may call it"),)
                    message = f"an agent may call `{name}`, and no `limit` counts how often"
                    tip = "write `limit: [1 per ...]`"
                    sink.error("agent-write-without-limit", text.place, message, labels=labels, tip=tip)


RULE = Rule(
    "agent-write-without-limit",
    check,
    floor=True,
    why="A model that is led astray would ask for the same write again and again.",
    mend="Add a `limit` to the grant, such as `[1 per order_id, 2 per customer per 90d]`.",
)
