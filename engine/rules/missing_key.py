"""A key that is needed at this place and not written."""

from engine.rules.base import Rule

__all__ = ["RULE"]

RULE = Rule(
    "missing-key",
    shape=True,
    why="The engine does not guess what an author left out.",
    mend="Add the key. The tip shows an example.",
)
