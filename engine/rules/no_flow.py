"""A project without a flow."""

from engine.rules.base import Rule

__all__ = ["RULE"]

RULE = Rule(
    "no-flow",
    unread=True,
    why="Nothing would be done for any ticket: all of them would go to people.",
    mend="Put flows into the folder `flows` beside `engine.yaml`, each in a file whose name ends in `.yaml`.",
)
