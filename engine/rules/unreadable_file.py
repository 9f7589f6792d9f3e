"""A file that the operating system does not hand over."""

from engine.rules.base import Rule

__all__ = ["RULE"]

RULE = Rule("unreadable-file")
