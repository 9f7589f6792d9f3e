"""A shared piece with what only a flow has, or a flow with what only a piece has. Found while a file is read."""

from engine.rules.base import Rule

__all__ = ["RULE"]

RULE = Rule(
    "wrong-piece",
    shape=True,
    why="A piece runs inside other flows: who grants its tools, and when it starts, is said by them.",
    mend="Move the key to the flows that use the piece; or take `gives` out, if the file is a flow of its own.",
)
