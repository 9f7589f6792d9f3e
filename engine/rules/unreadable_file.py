"""A file that the operating system does not hand over."""

from engine.rules.base import Rule

__all__ = ["RULE"]

RULE = Rule(
    "unreadable-file",
    unread=True,
    why="A project of which a part is unknown cannot be judged.",
    mend="Give the file's reader the right to read it, or remove it. A link has to lead to a file.",
)
