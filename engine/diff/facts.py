"""Facts go by what they read, not by their names: a fact that is called otherwise is the same fact."""

from collections.abc import Mapping
from typing import Any

from engine.plan import canonical
from engine.project.contract import Tool

__all__ = ["Names", "common", "named"]

Names = Mapping[str, str]
"""A fact's name -> what stands for it in trees that are compared."""


def common(one: Tool, other: Tool) -> tuple[Names, Names]:
    """For each of two definitions of a tool, a name that both have in common for every fact that both read alike."""
    mine, theirs = _read(one), _read(other)
    shared = set(mine.values()) & set(theirs.values())
    return (
        {name: reading for name, reading in mine.items() if reading in shared},
        {name: reading for name, reading in theirs.items() if reading in shared},
    )


def named(tree: Any, names: Names) -> Any:
    """A tree with these names in place of those of the facts."""
    if isinstance(tree, list):
        if len(tree) == 2 and tree[0] == "name":
            return ["name", names.get(tree[1], tree[1])]
        return [named(part, names) for part in tree]
    if isinstance(tree, dict):
        return {key: named(part, names) for key, part in tree.items()}
    return tree


def _read(tool: Tool) -> dict[str, str]:
    return {name: f"fact {canonical(reading).decode()}" for name, reading in tool.contract.facts.items()}
