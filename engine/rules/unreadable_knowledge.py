"""A folder of articles, or of one of their collections, that is not there or lies outside of the project."""

from engine.rules.base import Rule

__all__ = ["RULE"]

RULE = Rule(
    "unreadable-knowledge",
    unread=True,
    why="Nothing could be found in it: questions would go to people that the articles answer.",
    mend="Name the folder of the articles as it lies beside `engine.yaml`, and its sub-folders as `collections`.",
)
