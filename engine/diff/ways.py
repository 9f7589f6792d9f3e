"""`otherwise`: what follows where a gate, a question or a check did not let a ticket pass."""

from collections.abc import Iterator
from enum import IntEnum
from typing import NamedTuple

from engine.compile import Compiled
from engine.diagnostics import Place
from engine.diff.difference import Loosening, Spot
from engine.plan import Node

__all__ = ["looser"]

_KINDS = frozenset({"verify", "ask", "gate", "read", "agent", "judge", "reply"})
_CAUSES = frozenset({
    "failed", "silent", "invalid", "unsure", "late", "refused", "declined", "rejected", "exhausted", "blocked",
})  # fmt: skip


class _Far(IntEnum):
    """How far a ticket gets from there."""

    HANDS_OVER = 0
    ENDS = 1
    GOES_ON = 2


_WORDS = {_Far.HANDS_OVER: "a person takes over", _Far.ENDS: "the ticket ends", _Far.GOES_ON: "the flow goes on"}


class _Way(NamedTuple):
    far: _Far
    place: Place


def looser(strict: Compiled, loose: Compiled) -> Iterator[Loosening]:
    """Fewer places than before where such a cause stops a ticket, and more where it does not. Places are not matched
    by their names, which an author may change."""
    before, after = _ways(strict), _ways(loose)
    for (what, tool, cause), ways in after.items():
        known = before.get((what, tool, cause), [])
        for far in (_Far.ENDS, _Far.HANDS_OVER):
            further = [way for way in ways if way.far > far]
            stopped = [way for way in known if way.far <= far]
            more = len(further) > len(known) - len(stopped)
            if more and len(ways) - len(further) < len(stopped):
                was, now = min(stopped).far, max(further)
                yield Loosening(
                    "otherwise", Spot(stopped[0].place, f"{cause}: {_WORDS[was]}"),
                    Spot(now.place, f"{cause}: {_WORDS[now.far]}"),
                    f"where {what} ends `{cause}`, {_WORDS[now.far]} now; before, {_WORDS[was]}",
                    f"where {what} ends `{cause}`, {_WORDS[was]} now; before, {_WORDS[now.far]}", tool,
                )  # fmt: skip
                break


def _ways(flow: Compiled) -> dict[tuple[str, str, str], list[_Way]]:
    found: dict[tuple[str, str, str], list[_Way]] = {}
    for name, node in flow.plan.nodes.items():
        if node.kind in _KINDS and name in flow.states:
            what, tool = _what(flow, node)
            for cause in sorted(_CAUSES & node.on.keys()):
                way = _Way(_far(flow, node, cause), flow.graph.places[name])
                found.setdefault((what, tool, cause), []).append(way)
    return found


def _what(flow: Compiled, node: Node) -> tuple[str, str]:
    """What a person calls it, and the tool. All gates of a call are one: an author writes one `otherwise` for them."""
    if node.kind == "gate":
        return "a call", flow.plan.nodes[node.data["intent"]].data["tool"]
    return ("a call", node.data["tool"]) if node.kind == "read" else (f"`{node.kind}`", "")


def _far(flow: Compiled, node: Node, cause: str) -> _Far:
    """What an agent is told is no way of its own: the model decides anew, through the same gates."""
    target = node.on[cause]
    if flow.plan.nodes[target].kind == "agent":
        return _Far.HANDS_OVER
    reached = flow.graph.reachable(target)
    if _beyond(flow, node) in reached or any(flow.plan.nodes[name].kind == "call" for name in reached):
        return _Far.GOES_ON
    ends = any(flow.plan.nodes[name].kind in ("close", "transfer") for name in reached)
    return _Far.ENDS if ends else _Far.HANDS_OVER


def _beyond(flow: Compiled, node: Node) -> str | None:
    """Where a ticket gets that passed: for a gate behind the call that it guards."""
    at: Node | None = node
    while at is not None and at.kind in ("gate", "propose"):
        at = flow.plan.nodes.get(at.on.get("pass", ""))
    return at.on.get("done") if at is not None else None
