"""A list item that begins with no word of a step."""

from engine.rules.base import Rule

__all__ = ["RULE"]

RULE = Rule(
    "unknown-step",
    shape=True,
    why="A step that the engine does not know cannot be run, and leaving it out would change what the flow does.",
    mend="Begin the item with one of the listed words.",
)
