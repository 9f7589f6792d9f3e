"""A gate of writes on a tool that only reads: a read is judged by `only_if` alone."""

from collections.abc import Sequence

from engine.diagnostics import Sink
from engine.project.contract import Tool
from engine.project.shape import Declaration
from engine.rules.base import Case, Rule
from engine.rules.grants import grants

__all__ = ["RULE"]


def check(case: Case, sink: Sink) -> None:
    """Said aloud, since a gate that nothing evaluates would be believed in: in grants, and in the floors of
    engine.yaml."""
    for granted in grants(case):
        if not granted.tool.writes:
            _report(granted.tool, granted.grant, ("limit", "confirm", "approve"), sink)
    floors = case.project.settings.floors if case.project.settings and case.furniture else None
    for floor in (floors.writes if floors else None) or ():
        tool = case.project.tools.get(floor.tool.value) if floor.tool else None
        if tool is not None and not tool.writes:
            _report(tool, floor, ("limit", "confirm", "approvers"), sink)


def _report(tool: Tool, said: Declaration, keys: Sequence[str], sink: Sink) -> None:
    for name in keys:
        if name in said.at:
            message = f"`{tool.name}` only reads, and a read is judged by `only_if` alone"
            sink.error("gate-on-read", said.at[name].place, message, tip=f"remove `{name}`")


RULE = Rule(
    "gate-on-read",
    check,
    why=(
        "Nothing would evaluate this gate: a read is judged by `only_if` alone. Whoever reads the flow would rely "
        "on it in vain."
    ),
    mend="Remove the line. What must hold before anybody sees the result belongs under `only_if`.",
)
