"""A write that nothing counts and nobody approves: repeated without end, it would go unnoticed."""

from engine.diagnostics import Sink
from engine.rules.base import Case, Rule
from engine.rules.grants import is_broken, writes
from engine.rules.route import to_write

__all__ = ["RULE"]


def check(case: Case, sink: Sink) -> None:
    """An approval counts only where it applies to every call: a line without `if`."""
    for written in writes(case):
        always = any(line.test is None and "if" not in line.broken for line in written.grant.approve or ())
        if not written.grant.limit and not always and not is_broken(written, "limit", "approve"):
            message = (
                f"`{written.tool.name}` changes the world and has neither a `limit` nor an `approve` for every call"
            )
            tip = "write `limit: [1 per ...]`"
            sink.error("write-without-limit", written.place, message, tip=tip, path=to_write(written))


RULE = Rule(
    "write-without-limit",
    check,
    floor=True,
    why="Repeated by mistake or on purpose, it would go unnoticed.",
    mend="Add a `limit`, such as `[1 per order_id]`, or an `approve` line without `if`.",
)
