"""`# engine: ignore[rule] why` that silences nothing, gives no reason, or tries to silence a floor."""

from engine.rules.base import Rule

__all__ = ["RULE"]

RULE = Rule("unused-ignore", floor=True)
