"""A word that is none of those accepted at this place."""

from engine.rules.base import Rule

__all__ = ["RULE"]

RULE = Rule(
    "wrong-word",
    shape=True,
    why="Only the listed words mean something here. Another one would be left out.",
    mend="Use one of them.",
)
