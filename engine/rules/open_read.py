"""A read that hands over what it finds to whoever asks for it."""

from engine.diagnostics import Sink
from engine.project.contract import Tool, expressions_in, json_of
from engine.rules.base import Case, Rule
from engine.rules.grants import Written, grants, is_broken
from engine.rules.logic import opened_by_others
from engine.steps.agent import Agent
from engine.steps.tool import Call
from engine.types import fields_of

__all__ = ["RULE"]


def check(case: Case, sink: Sink) -> None:
    """The customer, or a model, chooses what is read: a line of `only_if` says that it is the verified customer's own,
    most often over `result`. Needless where the tool is for anybody, where `verify` goes by it, and where each call of
    a flow takes its arguments from the verified customer."""
    for granted in grants(case):
        tool = granted.tool
        if tool.writes or tool.entry.audience or tool.entry.identifies:
            continue
        if is_broken(granted, "only_if") or tool.entry.broken & {"audience", "identifies", "effect"}:
            continue
        if opened_by_others([json_of(expr) for expr in granted.grant.only_if or ()], "customer") and _chosen(granted):
            message = f"`{tool.name}` hands over whatever is asked for: nothing says that it is the customer's own"
            tip = f"write {_line(tool)}, or `audience: public` at the tool if it is for anybody"
            sink.error("open-read", granted.spot("only_if"), message, tip=tip)


def _chosen(granted: Written) -> bool:
    """Whether some call reads what neither the flow names nor the verified customer's record."""
    for agent, _ in granted.flow.steps(Agent):
        if agent.named_tools is None or granted.tool.name in {text.value for text in agent.named_tools}:
            return True
    for call, _ in granted.flow.steps(Call):
        if call.tool is not None and call.tool.value == granted.tool.name:
            given = [expr for _, value in (call.arguments or {}).values() for expr in expressions_in(value)]
            if any(name != "customer" for expr in given for name in expr.names):
                return True
    return False


def _line(tool: Tool) -> str:
    """With the field of its answer that most likely says whose it is."""
    named = sorted((name for name in fields_of(tool.output) if "customer" in name), key=len)
    return f"`only_if: [result.{named[0]} == customer.id]`" if named else "an `only_if` over `result` and `customer`"


RULE = Rule(
    "open-read",
    check,
    why="Whoever names somebody else's order would be told all about it: the customer chooses which one is read.",
    mend=(
        "Add a line to `only_if` that ties what is read to the verified customer, such as "
        "`result.customer_id == customer.id`; or write `audience: public` at a tool whose answers are for anybody."
    ),
)
