"""A fact, a read-back or a proof of identity that would change the world to look at it."""

from engine.diagnostics import Sink
from engine.rules.base import Case, Rule
from engine.steps.verify import Verify
from engine.syntax import Text

__all__ = ["RULE"]


def check(case: Case, sink: Sink) -> None:
    """Only reads may be called without gates of their own."""
    for tool in case.project.tools.values() if case.furniture else ():
        for reader in tool.entry.readers():
            _reads(case, reader.tool, sink)
    for flow in case.flows.values():
        for step, _ in flow.steps(Verify):
            for way in step.ways or ():
                _reads(case, way.by, sink)


def _reads(case: Case, name: Text | None, sink: Sink) -> None:
    tool = case.project.tools.get(name.value) if name else None
    if tool is not None and name is not None and tool.writes and "effect" not in tool.entry.broken:
        message = (
            f"`{tool.name}` changes the world, and here the engine only looks: expected a tool with `effect: read`"
        )
        sink.error("fact-from-write", name.place, message)


RULE = Rule(
    "fact-from-write",
    check,
    floor=True,
    why=(
        "The engine reads facts, read-backs and proofs of identity by itself, without asking anybody. It must not "
        "change anything by looking."
    ),
    mend="Name a tool with `effect: read`.",
)
