"""A keyword of a tool's JSON Schema that does not exist, or that says nothing there."""

from engine.rules.base import Rule

__all__ = ["RULE"]

RULE = Rule(
    "wrong-schema",
    unread=True,
    why="A keyword that is misspelt is no keyword: the schema lets through what it seems to refuse.",
    mend="Write the keyword as JSON Schema has it. One of your own begins with `x-`.",
)
