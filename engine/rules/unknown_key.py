"""A key that the language does not have at this place."""

from engine.rules.base import Rule

__all__ = ["RULE"]

RULE = Rule(
    "unknown-key",
    shape=True,
    why="The engine does not guess: a key that it skipped could be the very line that kept a customer safe.",
    mend="Use one of the listed keys. `engine validate --fix` mends a misspelling where only one key can be meant.",
)
