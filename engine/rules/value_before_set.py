"""A name that no way through the flow has set yet."""

from engine.rules.base import Rule

__all__ = ["RULE"]

RULE = Rule(
    "value-before-set",
    why="On every way to this step the value is missing, so the step would fail each time.",
    mend="Move the step that sets the value before this one.",
)
