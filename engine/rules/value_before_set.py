"""A name that no way through the flow has set yet. Found while types are checked."""

from engine.rules.base import Rule

__all__ = ["RULE"]

RULE = Rule("value-before-set")
