"""A shared piece with what only a flow has, or a flow with what only a piece has."""

from engine.rules.base import Rule

__all__ = ["RULE"]

RULE = Rule(
    "wrong-piece",
    shape=True,
    why="Rights, waits and examples are the using flow's own, so that whoever reviews it sees all of them there.",
    mend="Move the key to the flow that uses the piece, or add `gives` if the file is meant to be a piece.",
)
