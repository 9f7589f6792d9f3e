"""A write that opens on the customer's or a model's word alone."""

from engine.diagnostics import Sink
from engine.project.contract import json_of
from engine.rules.base import Case, Rule
from engine.rules.grants import Written, is_broken, writes
from engine.rules.logic import opened_without
from engine.rules.route import to_write

__all__ = ["RULE"]


def check(case: Case, sink: Sink) -> None:
    """What the engine knows itself are the tool's facts, which it reads from the call's arguments, and the verified
    customer. Arguments and the ticket are claims: whoever fills them says what suits them."""
    for written in writes(case):
        always = any(line.test is None and "if" not in line.broken for line in written.grant.approve or ())
        if always or is_broken(written, "only_if", "approve") or "facts" in written.tool.entry.broken:
            continue
        lines = [json_of(expr) for expr in written.grant.only_if or ()]
        if opened_without(lines, {*written.tool.contract.facts, "customer"}):
            _report(written, bool(lines), sink)


def _report(written: Written, gated: bool, sink: Sink) -> None:
    name = written.tool.name
    how = "its conditions can hold by claims alone" if gated else "it has no condition at all"
    message = f"`{name}` opens on what a customer or a model says: {how}, and nobody has to approve it"
    facts = sorted(written.tool.contract.facts)
    known = f"`{facts[0]}.customer_id == customer.id`" if facts else "`customer.id == ...`"
    tip = f"add a line to `only_if` that the engine can judge by itself, such as {known}, or an `approve` without `if`"
    place = written.spot("only_if")
    sink.error("claim-opens-gate", place, message, tip=tip, path=to_write(written))


RULE = Rule(
    "claim-opens-gate",
    check,
    why="Whoever says the right words gets the write: nothing that the engine knows by itself stands against it.",
    mend="Add a line to `only_if` over a fact of the tool or the verified customer, or an `approve` line without `if`.",
)
