"""An OpenAPI document that is not there, or cannot be read."""

from engine.rules.base import Rule

__all__ = ["RULE"]

RULE = Rule(
    "unreadable-spec",
    unread=True,
    why="What the tool takes and gives stands in the document, and nothing else says it.",
    mend="Name a file below the project's folder that is an OpenAPI document of version 3.0 or 3.1, as JSON or YAML.",
)
