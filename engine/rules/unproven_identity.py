"""A `verify` by facts that prove nobody: its tool does not say that it identifies customers."""

from engine.diagnostics import Label, Sink
from engine.rules.base import Case, Rule
from engine.steps.verify import Verify

__all__ = ["RULE"]


def check(case: Case, sink: Sink) -> None:
    """Of ways whose facts the customer is asked for: by `signed_in` the channel has proved them. Whoever describes the
    tool knows whether its arguments are known to the customer alone; a flow can't say so."""
    for flow in case.files:
        for step, _ in flow.steps(Verify):
            for way in step.ways or ():
                tool = case.project.tools.get(way.by.value) if way.by is not None and way.facts else None
                if way.by is None or tool is None or tool.writes or tool.entry.broken & {"identifies", "effect"}:
                    continue
                if tool.entry.identifies is None:
                    message = f"`{tool.name}` does not say that its arguments prove who a customer is"
                    tip = f"if the customer alone knows them, write `identifies: customer` at `{tool.name}`"
                    labels = (Label(tool.entry.spot("tool"), "it is described here"),)
                    sink.error("unproven-identity", way.by.place, message, tip=tip, labels=labels)


RULE = Rule(
    "unproven-identity",
    check,
    floor=True,
    why="Whoever has seen a parcel or an invoice knows the number on it. By such a fact anybody would be the customer.",
    mend=(
        "Verify by a tool with `identifies: customer`: one whose arguments, such as an e-mail address and a postcode, "
        "are known to the customer alone."
    ),
)
