"""A Python function that is not there, or does not take the arguments of its tool."""

from engine.rules.base import Rule

__all__ = ["RULE"]

RULE = Rule(
    "wrong-function",
    unread=True,
    why="Every call of the tool would fail on the worker, and its tickets would go to people.",
    mend="Write `module:function` as a file below the project's folder, or an installed package, has it. The function "
    "takes each property of `input` by its name, and `call` if it wants to.",
)
