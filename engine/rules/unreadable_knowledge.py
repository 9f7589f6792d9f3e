"""A folder of articles that is not there, or that lies outside of the project."""

from engine.rules.base import Rule

__all__ = ["RULE"]

RULE = Rule(
    "unreadable-knowledge",
    unread=True,
    why="Nothing could be found in it: questions would go to people that the articles answer.",
    mend="Name the folder of the articles as it lies beside `engine.yaml`.",
)
