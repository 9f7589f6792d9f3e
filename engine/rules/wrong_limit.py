"""A limit on money that no call can meet: the tool takes none, or takes it in another currency."""

from engine.diagnostics import Sink
from engine.rules.base import Case, Rule
from engine.rules.grants import Written, amounts, is_broken, writes

__all__ = ["RULE"]


def check(case: Case, sink: Sink) -> None:
    """The engine adds up all money of a call, and closes the gate where that can't be counted."""
    for written in writes(case):
        if not is_broken(written, "limit") and "input" not in written.tool.entry.broken:
            _limits(written, sink)


def _limits(written: Written, sink: Sink) -> None:
    name = written.tool.name
    known = {one.currency for one in amounts(written.tool)}
    for limit in written.grant.limit or ():
        if limit.currency is None or limit.currency in known or None in known:
            continue
        if known:
            taken = " and ".join(sorted(filter(None, known)))
            message = f"this limit counts {limit.currency}, but `{name}` takes {taken}"
            tip = "write it in the currency of the tool"
        else:
            message = f"this limit counts {limit.currency}, but `{name}` takes no money"
            tip = f"count the calls: `1 per {limit.part.value}`; or say `money:` in the tool's `input`"
        sink.error("wrong-limit", limit.text.place, message, tip=tip)


RULE = Rule(
    "wrong-limit",
    check,
    why="No call could ever be counted, so every one of them would be refused.",
    mend="Write the limit in the currency of the tool's money, or count calls.",
)
