"""A shared piece with what only a flow has, or a flow with what only a piece has. Found while a file is read."""

from engine.rules.base import Rule

__all__ = ["RULE"]

RULE = Rule("wrong-piece", shape=True)
