"""Two tools of one name."""

from engine.rules.base import Rule

__all__ = ["RULE"]

RULE = Rule(
    "duplicate-tool",
    unread=True,
    why="A flow grants and calls a tool by its name. With two of one name it would be open which system is called.",
    mend="Rename one of the two, or remove the copy.",
)
