"""Two tools of one name."""

from engine.rules.base import Rule

__all__ = ["RULE"]

RULE = Rule("duplicate-tool")
