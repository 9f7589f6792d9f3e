"""What a flow says to the customer once people have decided, for those who decide: read from the plan, not run.

What is not known before it happens (a tool's answer, a text that a model writes) stands as the flow's author wrote it.
"""

from collections.abc import Mapping
from typing import Any, Final

from engine.expressions.tree import shown
from engine.plan import Plan

__all__ = ["said_next"]

_ON: Final[Mapping[str, str]] = {"gate": "pass", "call": "done", "read": "done", "search": "done", "set": "done"}
"""Kind of node -> the way on that is looked along. Where a flow branches by itself, nothing is foretold."""
_FAR: Final = 50


def said_next(plan: Plan, start: str | None, language: str) -> str:
    """The next text to the customer from a node on; empty where there is none, or none that can be told ahead."""
    at = start
    for _ in range(_FAR):
        node = plan.nodes.get(at or "")
        if node is None:
            return ""
        if node.kind == "escalate":
            return "A person takes the ticket over."
        if node.kind == "reply":
            return _text(node.data, language)
        at = node.on.get(_ON.get(node.kind, ""))
    return ""


def _text(data: Mapping[str, Any], language: str) -> str:
    if "write" in data:
        return f"A model writes it: {data['write']}"
    texts = data.get("texts", {})
    tree = texts.get(language) or texts.get("") or next(iter(texts.values()), None)
    return "" if tree is None else "".join(map(_part, tree[1:] if tree[0] == "text" else [tree]))


def _part(tree: Any) -> str:
    match tree:
        case ["lit", str(text)]:
            return text
    return f"{{{{ {shown(tree)} }}}}"
