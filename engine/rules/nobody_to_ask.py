"""A flow that no customer begins, with a step that needs one."""

from engine.compile import Compiled
from engine.diagnostics import Label, Sink
from engine.project.step import StepKind
from engine.rules.base import Case, Rule
from engine.steps.agent import Agent
from engine.steps.ask import Ask
from engine.steps.reply import Reply
from engine.steps.tool import Call
from engine.steps.transfer import Transfer
from engine.steps.verify import Verify
from engine.steps.wait import Wait

__all__ = ["RULE"]


def check(case: Case, sink: Sink) -> None:
    """A schedule, or an event that opens no ticket of a channel: nobody reads what is written, or answers."""
    for flow in case.flows.values():
        start = flow.flow.start
        if start is None or start.has_customer or start.broken:
            continue
        labels = (Label(start.spot("event", "schedule"), "this begins without a customer"),)
        for record in flow.graph.steps:
            what = _needs(flow, record.step)
            if what and record.entry in flow.states:
                place = record.step.spot(record.step.WORD)
                tip = "let the event name a ticket: `opens: zendesk`" if "event" in start.at else ""
                message = f"{what}, and no customer begins this flow"
                sink.error("nobody-to-ask", place, message, labels=labels, tip=tip)


def _needs(flow: Compiled, step: StepKind) -> str:
    """What a step wants of the customer, in words; empty where it wants nothing."""
    match step:
        case Reply():
            return "this writes to the customer"
        case Verify():
            return "this asks the customer for proof"
        case Ask() if step.of is None and "of" not in step.broken:
            return "this asks the customer"
        case Agent() if step.bounds is not None and step.bounds.customer_turns:
            return "this may write to the customer"
        case Wait() if any(branch.kind == "reply" for branch in step.branches or ()):
            return "this waits for the customer"
        case Call() if step.tool is not None and _confirmed(flow, step.tool.value):
            return "the customer has to confirm this call"
        case Transfer():
            return "this goes on in a flow that talks to the customer"
    return ""


def _confirmed(flow: Compiled, tool: str) -> bool:
    found = flow.flow.grants().get(tool)
    return found is not None and found[1].asks_customer


RULE = Rule(
    "nobody-to-ask",
    check,
    unread=True,
    why="Nobody would read it or answer, so the ticket would wait until its deadline, or go to a person each time.",
    mend="Ask a team with `of`, hand over with `escalate`, or let the event open a ticket of a channel with `opens`.",
)
