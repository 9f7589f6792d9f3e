"""The types that a shared piece names for what it takes, and an event for what comes with it."""

import re
from typing import Any, NamedTuple

from engine.project.grant import part
from engine.project.shape import Outline, Reader, Schema, Shape, shortened
from engine.syntax import Node, Text

__all__ = ["KIND", "PLAIN_KIND", "Kind"]

WORDS = ("text", "number", "integer", "yes_no", "date", "datetime", "money")
_KIND = re.compile(r"(?P<list>list of )?(?:(?P<money>money) (?P<currency>[A-Z]{3})|(?P<word>[a-z][a-z0-9_.-]*))")


class Kind(NamedTuple):
    """`money EUR`, `list of text`, or `orders.get`: what that tool gives."""

    word: str
    """One of WORDS, or the name of a tool."""
    currency: str | None
    listed: bool
    text: Text

    @property
    def is_tool(self) -> bool:
        """Whether the word is the name of a tool."""
        return self.word not in WORDS


class _Kind(Shape):
    def __init__(self, *, tools: bool) -> None:
        """`tools`: whether a tool's name stands for what it gives."""
        self.tools = tools
        words = "`text`, `number`, `integer`, `yes_no`, `date`, `datetime`, `money`, `money EUR`"
        self.says = f"{words}, {'the name of a tool, ' if tools else ''}or `list of` one of these"

    def read(self, node: Node, reader: Reader) -> Any:
        """A `Kind`; the name of a tool is noted to be resolved."""
        if not isinstance(node, Text):
            return self.wrong(node, reader)
        match = _KIND.fullmatch(node.value)
        word = match and (match["money"] or match["word"])
        if match is None or not word or (word not in WORDS and not (self.tools and "." in word)):
            return self.wrong(node, reader, f"got `{shortened(node.value)}`")
        if word not in WORDS:
            reader.refer("tool", part(node, *match.span("word")))
        return Kind(word, match["currency"], match["list"] is not None, node)

    def schema(self, outline: Outline) -> Schema:
        """A word of the list, or one with a dot."""
        tools = [r"[a-z][a-z0-9_.-]*[.][a-z0-9_.-]*"] if self.tools else []
        words = "|".join([*WORDS, "money [A-Z]{3}", *tools])
        return {"type": "string", "pattern": f"^(?:list of )?(?:{words})$"}


KIND = _Kind(tools=True)
PLAIN_KIND = _Kind(tools=False)
