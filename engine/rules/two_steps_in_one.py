"""Two steps in one list item: the second needs a `- ` of its own."""

from engine.rules.base import Rule

__all__ = ["RULE"]

RULE = Rule("two-steps-in-one", shape=True)
