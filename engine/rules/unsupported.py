"""A part of the language that this version knows and does not build yet."""

from engine.rules.base import Rule

__all__ = ["RULE"]

RULE = Rule("unsupported", shape=True)
