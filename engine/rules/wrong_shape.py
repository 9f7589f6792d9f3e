"""A text where a list is expected, a list where a mapping is, and the like."""

from engine.rules.base import Rule

__all__ = ["RULE"]

RULE = Rule("wrong-shape", shape=True)
