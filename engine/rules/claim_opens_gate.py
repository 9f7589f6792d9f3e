"""A write that opens on the customer's or a model's word alone."""

from engine.diagnostics import Sink
from engine.project.contract import json_of
from engine.rules.base import Case, Rule
from engine.rules.grants import Written, is_broken, writes
from engine.rules.logic import opened_by_others
from engine.rules.route import to_write

__all__ = ["RULE"]


def check(case: Case, sink: Sink) -> None:
    """Arguments and the ticket are claims, and a claim chooses the facts that are read: whatever the lines say of an
    order, it may be somebody else's. So in each way in which they can hold, one of them says that something of the
    call is the verified customer's own; or a person approves every call."""
    for written in writes(case):
        always = any(line.test is None and "if" not in line.broken for line in written.grant.approve or ())
        if always or is_broken(written, "only_if", "approve") or "facts" in written.tool.entry.broken:
            continue
        lines = [json_of(expr) for expr in written.grant.only_if or ()]
        if opened_by_others(lines, "customer"):
            _report(written, bool(lines), sink)


def _report(written: Written, gated: bool, sink: Sink) -> None:
    name = written.tool.name
    how = "no line of `only_if` ties it to the verified customer" if gated else "it has no condition at all"
    message = f"`{name}` opens on what a customer or a model says: {how}, and nobody has to approve it"
    facts = sorted(written.tool.contract.facts)
    known = f"`{facts[0]}.customer_id == customer.id`" if facts else "`customer_id == customer.id`"
    tip = f"add a line to `only_if` that says whose it is, such as {known}, or an `approve` without `if`"
    place = written.spot("only_if")
    sink.error("claim-opens-gate", place, message, tip=tip, path=to_write(written))


RULE = Rule(
    "claim-opens-gate",
    check,
    why="Whoever names somebody else's order gets the write: nothing that the engine knows itself stands against it.",
    mend=(
        "Add a line to `only_if` that ties a fact or an argument to the verified customer, such as "
        "`order.customer_id == customer.id`, or an `approve` line without `if`."
    ),
)
