"""A tool that asks for something which its OpenAPI operation does not have, or leaves out what it needs."""

from engine.rules.base import Rule

__all__ = ["RULE"]

RULE = Rule(
    "outside-operation",
    unread=True,
    why="A tool may narrow what the operation takes and gives. Beyond that, the system would refuse each call, or the "
    "engine each answer.",
    mend="Use arguments and fields of the operation, take or fix those that it needs, and name the fields of a large "
    "answer that flows need.",
)
