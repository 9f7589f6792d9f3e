"""Our own tree of an expression. It stands in a plan as JSON; while checking it also knows its characters.

["lit", value]  ["num", text]  ["money", text, currency]  ["name", name]  ["dot", e, key]  ["index", e, e]
["list", e...]  ["record", key, e, key, e...]  ["not", e]  ["neg", e]  ["and", a, b]  ["or", a, b]
["add"|"sub"|"mul"|"div"|"floordiv"|"mod", a, b]
["cmp", e, [operator, e]...]  ["cond", test, then, else]  ["filter", name, e, e...]  ["test", name, e, e...]
["text", part...]  ["for", name, e, [part...], [part...]]  ["when", test, [part...], [part...]]
"""

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

__all__ = ["SYMBOLS", "Path", "Tree", "dotted", "paths", "shown", "to_json"]

Path: TypeAlias = tuple[str, ...]
"""A name and the keys behind it: `order.customer.id`."""

SYMBOLS = {"add": "+", "sub": "-", "mul": "*", "div": "/", "floordiv": "//", "mod": "%"}
"""The arithmetic words of a tree, as an author writes them."""
_LONGEST = 80
_DEEPEST = 6


class Tree:
    """A node: its word, its parts (trees, words, lists of them), and its characters in the scalar's value."""

    __slots__ = ("_json", "_names", "_reads", "end", "kind", "parts", "start")

    def __init__(self, kind: str, *parts: Any, start: int = 0, end: int = 0) -> None:
        self.kind = kind
        self.parts = parts
        self.start = start
        self.end = end
        self._json: list[Any] | None = None
        self._reads: frozenset[Path] | None = None
        self._names: frozenset[str] | None = None

    def to_json(self) -> list[Any]:
        """The tree as it stands in a plan. Made once, and shared by whoever asks: nobody may change it."""
        if self._json is None:
            self._json = [self.kind, *[part if type(part) is str else _json(part) for part in self.parts]]
        return self._json

    def reads(self) -> frozenset[Path]:
        """The dotted paths that it reads, each as long as it goes. Found once, as `to_json`."""
        if self._reads is None:
            self._reads = frozenset(paths(self.to_json()))
        return self._reads

    def names(self) -> frozenset[str]:
        """The names that these paths begin with."""
        if self._names is None:
            self._names = frozenset([path[0] for path in self.reads()])
        return self._names

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

    def levels(self) -> int:
        """How deep it is; a chain such as `1 + 1 + 1` has one level for each operator."""
        deepest, waiting = 0, [(self, 1)]
        while waiting:
            at, level = waiting.pop()
            deepest = max(deepest, level)
            parts = [*at.parts]
            while parts:
                part = parts.pop()
                if isinstance(part, Tree):
                    waiting.append((part, level + 1))
                elif isinstance(part, list | tuple):
                    parts += part
        return deepest


def to_json(tree: Tree) -> list[Any]:
    """The tree as it stands in a plan."""
    return tree.to_json()


def _json(part: Any) -> Any:
    if isinstance(part, Tree):
        return part.to_json()
    return [*map(_json, part)] if isinstance(part, list | tuple) else part


def dotted(path: tuple[str, ...]) -> Tree:
    """The tree that reads a dotted path."""
    tree = Tree("name", path[0])
    for key in path[1:]:
        tree = Tree("dot", tree, key)
    return tree


def paths(tree: Any) -> list[Path]:
    """The dotted paths that a tree (as JSON) reads, each as long as it goes; loop variables are no reads."""
    found: list[Path] = []
    _read(tree, frozenset(), found)
    return found


def _read(tree: Any, local: frozenset[str], found: list[Path]) -> None:
    if type(tree) is not list:
        for part in tree.values() if isinstance(tree, dict) else ():
            _read(part, local, found)
        return
    match tree[0] if tree else "lit":
        case "name":
            if tree[1] not in local:
                found.append((tree[1],))
        case "dot":
            _read_path(tree, local, found)
        case "lit" | "num" | "money":
            return
        case "cmp":
            _read(tree[1], local, found)
            for _, operand in tree[2:]:
                _read(operand, local, found)
        case "filter" | "test":
            for part in tree[2:]:
                _read(part, local, found)
        case "when":
            for part in [tree[1], *tree[2], *tree[3]]:
                _read(part, local, found)
        case "for":
            _read(tree[2], local, found)
            for part in [*tree[3], *tree[4]]:
                _read(part, local | {tree[1]}, found)
        case _:
            for part in tree[1:]:
                _read(part, local, found)


def _read_path(tree: Any, local: frozenset[str], found: list[Path]) -> None:
    keys: list[str] = []
    at = tree
    while at[0] == "dot":
        keys.append(at[2])
        at = at[1]
    if at[0] != "name":
        _read(at, local, found)
    elif at[1] not in local:
        found.append((at[1], *reversed(keys)))


def shown(tree: Any) -> str:
    """A tree of a plan as an author would write it, shortened, for messages. What is no tree is `...`."""
    text = _shown(tree, 0)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def _shown(tree: Any, level: int) -> str:
    def part(inside: Any) -> str:
        return _shown(inside, level + 1)

    def listed(parts: Any) -> str:
        return ", ".join(map(part, parts[:_DEEPEST]))

    if level > _DEEPEST:
        return "..."
    match tree:
        case ["lit", str(text)]:
            return repr(text[:_LONGEST])
        case ["lit", None | bool() as value]:
            return str(value).lower()
        case [("name" | "num"), str(text)]:
            return text[:_LONGEST]
        case ["money", str(text), str(currency)]:
            return f"{text[:_LONGEST]} {currency[:_LONGEST]}"
        case ["dot", whole, str(key)]:
            return f"{part(whole)}.{key[:_LONGEST]}"
        case ["index", whole, at]:
            return f"{part(whole)}[{part(at)}]"
        case ["list", *items]:
            return f"[{listed(items)}]"
        case ["record", *parts]:
            pairs = zip(parts[::2], parts[1::2], strict=False)
            return f"{{{', '.join(f'{str(key)[:_LONGEST]}: {part(inside)}' for key, inside in [*pairs][:_DEEPEST])}}}"
        case [("not" | "neg") as word, inside]:
            return f"{'not ' if word == 'not' else '-'}{part(inside)}"
        case [("and" | "or") as word, left, right]:
            return f"{part(left)} {word} {part(right)}"
        case [str(word), left, right] if word in SYMBOLS:
            return f"{part(left)} {SYMBOLS[word]} {part(right)}"
        case ["cmp", first, *rest]:
            return f"{part(first)}{''.join(_compared(pair, part) for pair in rest[:_DEEPEST])}"
        case ["cond", test, then, other]:
            return f"{part(then)} if {part(test)} else {part(other)}"
        case [("filter" | "test") as word, str(name), whole, *given]:
            arguments = f"({listed(given)})" if given else ""
            return f"{part(whole)} {'|' if word == 'filter' else 'is'} {name[:_LONGEST]}{arguments}"
        case ["for", str(name), items, *_]:
            return f"{{% for {name[:_LONGEST]} in {part(items)} %}}"
        case ["when", test, *_]:
            return f"{{% if {part(test)} %}}"
        case ["text", *parts]:
            return " ".join(f"{{{{ {part(inside)} }}}}" for inside in parts[:_DEEPEST])
    return "..."


def _compared(pair: Any, part: Callable[[Any], str]) -> str:
    match pair:
        case [str(operator), other]:
            return f" {operator.replace('-', ' ')} {part(other)}"
    return " ..."
