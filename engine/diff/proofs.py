"""Who the customer is: how it is proved, how often it may be tried, and what comes before the proof."""

from collections.abc import Iterator, Mapping
from typing import Any

from engine.compile import Compiled
from engine.diff.difference import Loosening, Spot
from engine.plan import Node

__all__ = ["looser"]


def looser(strict: Compiled, loose: Compiled) -> Iterator[Loosening]:
    """Fewer facts asked for, more tries, a call before the proof, a piece that no longer needs one."""
    before, after = _nodes(strict, "verify"), _nodes(loose, "verify")
    if before and after:
        yield from _ways(strict, before, loose, after)
    elif before:
        place = strict.graph.places[before[0].id]
        yield Loosening(
            "verify", Spot(place, _said(before[0])), Spot(loose.flow.spot("steps")),
            "nobody proves who they are any more", "the customer proves who they are now",
        )  # fmt: skip
    yield from _calls(strict, loose)
    yield from _pieces(strict, loose)


def _ways(strict: Compiled, before: list[Node], loose: Compiled, after: list[Node]) -> Iterator[Loosening]:
    known = [way for node in before for way in node.data["ways"]]
    first = Spot(strict.graph.places[before[0].id], _said(before[0]))
    for node in after:
        here = Spot(loose.graph.places[node.id], _said(node))
        for way in node.data["ways"]:
            if not any(_as_much(way, one) for one in known):
                proof = f"`{way['tool']}` {' '.join(_by(way))}"
                yield Loosening(
                    "verify", first, here, f"{proof} is proof enough now", f"{proof} is no proof any more"
                )  # fmt: skip
    was, now = (max(node.data["attempts"] for node in nodes) for nodes in (before, after))
    if was < now:
        last = Spot(loose.graph.places[after[0].id], f"attempts: {now}")
        said, mirrored = f"{now} tries to prove it, not {was}", f"{was} tries to prove it, not {now}"
        yield Loosening("attempts", first._replace(text=f"attempts: {was}"), last, said, mirrored)


def _calls(strict: Compiled, loose: Compiled) -> Iterator[Loosening]:
    """A tool that was called behind a proof alone."""
    before, after = _unproved(strict), _unproved(loose)
    for tool, unproved in after.items():
        if unproved and tool in before and not before[tool]:
            place = next((p for p in (strict.graph.places[n.id] for n in _of(strict, tool))), strict.flow.place)
            yield Loosening(
                "verify", Spot(place), Spot(loose.graph.places[unproved[0].id]),
                "can be reached on a way without a proof of who the customer is",
                "cannot be reached without a proof of who the customer is any more", tool,
            )  # fmt: skip


def _unproved(flow: Compiled) -> dict[str, list[Node]]:
    """Tool -> the calls of it that are reached without a proof, for every tool that is called."""
    found: dict[str, list[Node]] = {}
    for node in _nodes(flow, "call", "read"):
        here = found.setdefault(node.data["tool"], [])
        if not flow.states[node.id].verified:
            here.append(node)
    return found


def _of(flow: Compiled, tool: str) -> list[Node]:
    return [node for node in _nodes(flow, "call", "read") if node.data["tool"] == tool]


def _pieces(strict: Compiled, loose: Compiled) -> Iterator[Loosening]:
    needing = {n.data["piece"] for n in _nodes(strict, "use") if n.data.get("needs")}
    for name in sorted({n.data["piece"] for n in _nodes(loose, "use") if not n.data.get("needs")} & needing):
        was, now = strict.project.pieces[name], loose.project.pieces[name]
        yield Loosening(
            "needs", Spot(was.spot("needs"), "needs: verified"), Spot(now.spot("flow")),
            f"the piece `{name}` no longer needs a verified customer", f"the piece `{name}` needs a verified customer",
        )  # fmt: skip


def _nodes(flow: Compiled, *kinds: str) -> list[Node]:
    """Those that a ticket can reach."""
    return [node for name, node in flow.plan.nodes.items() if node.kind in kinds and name in flow.states]


def _said(node: Node) -> str:
    return "; ".join(f"by: {way['tool']}, {': '.join(_by(way))}" for way in node.data["ways"])


def _as_much(way: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether a way asks for all that another does, of the same tool."""
    same = way["tool"] == other["tool"] and way.get("signed_in") == other.get("signed_in")
    return same and set(way["with"]) >= set(other["with"])


def _by(way: Mapping[str, Any]) -> tuple[str, str]:
    """The key, and what stands behind it."""
    if "signed_in" in way:
        return "signed_in", ", ".join(f"{name}: {word}" for name, word in way["signed_in"].items())
    return "with", ", ".join(way["with"])
