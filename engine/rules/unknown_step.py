"""A list item that begins with no word of a step."""

from engine.rules.base import Rule

__all__ = ["RULE"]

RULE = Rule("unknown-step", shape=True)
