"""A flow whose name is not that of its file."""

from engine.rules.base import Rule

__all__ = ["RULE"]

RULE = Rule(
    "flow-name",
    why="Flows are found by their file's name. Two names for one flow lead whoever looks for it to the wrong file.",
    mend="Write the file's name after `flow:`, or rename the file.",
)
