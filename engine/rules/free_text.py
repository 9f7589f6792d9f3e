"""Where what a customer wrote in free text goes: the rules about it share this."""

from collections.abc import Iterator, Mapping
from typing import Any

from engine.compile import Compiled
from engine.expressions import paths
from engine.plan import Node
from engine.types import TEXT, to_json

__all__ = ["Path", "calls", "reads_free", "written"]

Path = tuple[str, ...]
_TICKET: frozenset[Path] = frozenset({("ticket", "question"), ("ticket", "subject"), ("conversation",)})


def written(flow: Compiled) -> frozenset[Path]:
    """Paths whose values are the customer's own words: the ticket's, `text` fields, and what `set` makes of them.

    A field with a `pattern`, a kind such as `order_number`, or a choice holds only what its form allows.
    """
    found = set(_TICKET)
    for node in flow.nodes("ask"):
        if "of" not in node.data and node.binds:
            fields: Mapping[str, Any] = node.data["fields"]
            known = {name for name, field in fields.items() if field["type"] == to_json(TEXT)}  # not a broken one
            found |= {(node.binds, name) for name in known if fields[name]["kind"] == "text"}
    before = 0
    while len(found) > before:
        before = len(found)
        for node in flow.nodes("set", "give"):
            if node.kind == "set" and node.binds and reads_free(node.data["value"], found):
                found.add((node.binds,))
            elif node.kind == "give" and node.binds:
                values: Mapping[str, Any] = node.data["values"]
                found |= {(node.binds, name) for name, tree in values.items() if reads_free(tree, found)}
    return frozenset(found)


def reads_free(tree: Any, free: frozenset[Path] | set[Path]) -> bool:
    """Whether a tree reads one of these paths, or a whole record that one lies in."""
    return any(path[: len(one)] == one or one[: len(path)] == path for path in paths(tree) for one in free)


def calls(flow: Compiled) -> Iterator[tuple[Node, str, str, Any]]:
    """(node, tool, argument, tree) of every call that a step makes, the ways of `verify` included."""
    for node in flow.nodes("read", "propose"):
        for argument, tree in node.data["arguments"].items():
            yield node, node.data["tool"], argument, tree
