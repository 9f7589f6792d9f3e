"""A gate of writes on a tool that only reads: a read is judged by `only_if` alone."""

from engine.diagnostics import Sink
from engine.rules.base import Case, Rule
from engine.rules.grants import grants

__all__ = ["RULE"]


def check(case: Case, sink: Sink) -> None:
    """Said aloud, since a gate that nothing evaluates would be believed in."""
    for granted in grants(case):
        if not granted.tool.writes:
            for name in ("limit", "confirm", "approve"):
                if name in granted.grant.at:
                    message = f"`{granted.tool.name}` only reads, and a read is judged by `only_if` alone"
                    sink.error("gate-on-read", granted.grant.at[name].place, message, tip=f"remove `{name}`")


RULE = Rule(
    "gate-on-read",
    check,
    why=(
        "Nothing would evaluate this gate: a read is judged by `only_if` alone. Whoever reads the flow would rely "
        "on it in vain."
    ),
    mend="Remove the line. What must hold before anybody sees the result belongs under `only_if`.",
)
