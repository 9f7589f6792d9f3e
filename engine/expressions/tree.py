"""Our own tree of an expression. It stands in a plan as JSON; while checking it also knows its characters.

["lit", value]  ["num", text]  ["name", name]  ["dot", e, key]  ["index", e, e]  ["list", e...]  ["not", e]
["neg", e]  ["and", a, b]  ["or", a, b]  ["add"|"sub"|"mul"|"div"|"floordiv"|"mod", a, b]
["cmp", e, [operator, e]...]  ["cond", test, then, else]  ["filter", name, e, e...]  ["test", name, e, e...]
["text", part...]  ["for", name, e, [part...], [part...]]  ["when", test, [part...], [part...]]
"""

from collections.abc import Iterator
from typing import Any

__all__ = ["Tree", "dotted", "to_json"]


class Tree:
    """A node: its word, its parts (trees, words, lists of them), and its characters in the scalar's value."""

    __slots__ = ("end", "kind", "parts", "start")

    def __init__(self, kind: str, *parts: Any, start: int = 0, end: int = 0) -> None:
        self.kind = kind
        self.parts = parts
        self.start = start
        self.end = end

    def walk(self) -> Iterator["Tree"]:
        """This node and all below it."""
        yield self
        waiting = [*self.parts]
        while waiting:
            part = waiting.pop()
            if isinstance(part, Tree):
                yield part
                waiting += part.parts
            elif isinstance(part, list | tuple):
                waiting += part


def to_json(tree: Tree) -> list[Any]:
    """The tree as it stands in a plan."""
    return [tree.kind, *(_json(part) for part in tree.parts)]


def _json(part: Any) -> Any:
    if isinstance(part, Tree):
        return to_json(part)
    return [_json(inside) for inside in part] if isinstance(part, list | tuple) else part


def dotted(path: tuple[str, ...]) -> Tree:
    """The tree that reads a dotted path."""
    tree = Tree("name", path[0])
    for key in path[1:]:
        tree = Tree("dot", tree, key)
    return tree
