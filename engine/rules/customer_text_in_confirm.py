"""What a customer wrote in free text, in the question that the customer's yes is an answer to."""

from engine.diagnostics import Label, Sink
from engine.expressions import paths
from engine.project.contract import json_of
from engine.project.scalars import Expr
from engine.rules.base import Case, Rule
from engine.rules.free_text import calls, reads_free, written
from engine.rules.grants import Written, writes

__all__ = ["RULE"]

_TIP = "name what will be done in your own words, with values that a tool gave or that the field's form bounds"


def check(case: Case, sink: Sink) -> None:
    """Read from the ticket, or handed over by a call as the argument that the question shows."""
    for granted in writes(case):
        confirm = granted.grant.confirm
        if granted.grant.asks_customer and isinstance(confirm, Expr):
            _confirm(granted, confirm, sink)


def _confirm(granted: Written, confirm: Expr, sink: Sink) -> None:
    tree, free = json_of(confirm), written(granted.flow)
    shown = {path[0] for path in paths(tree)}
    message = "a yes must be to words of yours, and this question holds what the customer wrote"
    if reads_free(tree, frozenset(path for path in free if path[0] in ("ticket", "conversation"))):
        sink.error("customer-text-in-confirm", confirm.text.place, message, tip=_TIP)
        return
    for node, tool, argument, given in calls(granted.flow):
        if tool == granted.tool.name and argument in shown and reads_free(given, free):
            labels = (Label(granted.flow.graph.places[node.id], f"`{argument}` is the customer's text here"),)
            sink.error("customer-text-in-confirm", confirm.text.place, message, tip=_TIP, labels=labels)
            return


RULE = Rule(
    "customer-text-in-confirm",
    check,
    why="A customer could be led to say yes to words that somebody else put in, and the yes would count.",
    mend="Ask in words of your own, with values that a tool gave or that the form of a field bounds.",
)
