"""Two steps in one list item: the second needs a `- ` of its own."""

from engine.rules.base import Rule

__all__ = ["RULE"]

RULE = Rule(
    "two-steps-in-one",
    shape=True,
    why="One list item is one step. Which of the two would come first, and whether both do, could not be told.",
    mend="Begin the second step on a line of its own with `- `.",
)
