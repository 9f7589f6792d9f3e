"""A text where a list is expected, a list where a mapping is, and the like."""

from engine.rules.base import Rule

__all__ = ["RULE"]

RULE = Rule(
    "wrong-shape",
    shape=True,
    why="The engine cannot read what stands here, and does not guess.",
    mend="Write it as the message says.",
)
