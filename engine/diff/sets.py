"""The checks behind the names of guardrail sets."""

from typing import Any

from engine.diff.whole import Whole
from engine.plan import canonical
from engine.project.containers import plain
from engine.syntax import Mapping, Node, Text

__all__ = ["checks"]


def checks(whole: Whole) -> dict[bytes, str]:
    """Every check with its options that the flow's texts are held against -> how people call it."""
    settings = whole.project.settings
    sets = (settings.guardrails if settings else None) or {}
    found: list[Any] = []
    for said in whole.said["guardrails"]:
        named = sets.get(said) if isinstance(said, str) else None
        found += [said] if named is None else [_check(node) for node in named[1] or ()]
    return {canonical(check): check if isinstance(check, str) else canonical(check).decode() for check in found}


def _check(node: Node) -> Any:
    return plain(node) if isinstance(node, Mapping) else node.value if isinstance(node, Text) else ""
