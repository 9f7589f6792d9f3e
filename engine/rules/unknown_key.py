"""A key that the language does not have at this place."""

from engine.rules.base import Rule

__all__ = ["RULE"]

RULE = Rule("unknown-key", shape=True)
