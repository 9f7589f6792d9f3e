"""A flow whose name is not that of its file."""

from engine.rules.base import Rule

__all__ = ["RULE"]

RULE = Rule("flow-name")
