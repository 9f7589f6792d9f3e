"""A part of the language that this version knows and does not build yet."""

from engine.rules.base import Rule

__all__ = ["RULE"]

RULE = Rule(
    "unsupported",
    shape=True,
    why="The language has this, and the version of the engine that you run does not do it yet.",
    mend="Do without it, or update the engine.",
)
