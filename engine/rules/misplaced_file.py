"""A file in the folder `flows` or `tools` that is not read, for its name or for the folder that it lies in."""

from engine.rules.base import Rule

__all__ = ["RULE"]

RULE = Rule(
    "misplaced-file",
    unread=True,
    why="A flow that somebody takes to be at work would be given no ticket, and a tool would not be there.",
    mend="Let its name end in `.yaml` and put it into `flows` or `tools` itself, or move it out of there.",
)
