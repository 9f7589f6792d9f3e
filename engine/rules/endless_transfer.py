"""Flows that hand tickets on to each other in a circle that no ticket gets out of."""

from collections.abc import Mapping, Sequence
from itertools import chain, pairwise
from typing import NamedTuple

from engine.compile import Compiled
from engine.diagnostics import Label, Place, Sink
from engine.rules.base import Across, Case, Rule
from engine.rules.endless_use import circle
from engine.steps.escalate import Escalate

__all__ = ["RULE"]

_FAULTS = frozenset({"blocked", "unsure", "else"})
"""Outcomes of a reply or a call that went wrong: that a person has such a ticket is no way out that anybody meant."""


class _Told(NamedTuple):
    flow: str
    targets: Mapping[str, Place]
    """The flows that a ticket can go on in."""
    out: bool
    """Whether it can also end here, go to people, or go wherever it fits."""


def tell(case: Case) -> list[_Told]:
    """How tickets leave each flow."""
    return [_leaving(name, flow) for name, flow in case.flows.items()]


def _leaving(name: str, flow: Compiled) -> _Told:
    if not any(flow.nodes("transfer")):
        return _Told(name, {}, out=True)
    steps = {entry for _, entry in flow.steps(Escalate)}
    out = flow.flow.lost or bool(flow.graph.broken) or (flow.end is not None and flow.end in flow.states)
    targets: dict[str, Place] = {}
    seen, waiting = {flow.entry}, [flow.entry]
    while waiting:
        node = flow.graph.nodes[waiting.pop()]
        if node.kind == "transfer" and node.data["to"] is not None:
            targets.setdefault(node.data["to"], flow.graph.places[node.id])
            continue
        out = out or node.kind in ("close", "transfer", "escalate")
        for outcome, target in node.on.items():
            if target in seen or target not in flow.states:
                continue
            fault = node.kind in ("reply", "read", "propose", "call") and outcome in _FAULTS
            if not fault or target in steps or flow.graph.nodes[target].kind != "escalate":
                seen.add(target)
                waiting.append(target)
    return _Told(name, targets, out)


def judge(told: Sequence[list[_Told]], sink: Sink) -> None:
    """One finding for each circle, at the transfer that closes it. A flow that is not there lets tickets out."""
    flows = {one.flow: one for one in chain.from_iterable(told)}
    kept = dict(flows)
    while out := [name for name, one in kept.items() if one.out or not one.targets.keys() <= kept.keys()]:
        kept = {name: one for name, one in kept.items() if name not in out}
    seen: set[frozenset[str]] = set()
    for name in sorted(kept):
        found = circle({flow: one.targets for flow, one in kept.items()}, name)
        if not found or frozenset(found) in seen:
            continue
        seen.add(frozenset(found))
        *others, last = [(other, flows[one].targets[other]) for one, other in pairwise(found)]
        labels = [Label(place, f"the ticket goes on in `{other}` here") for other, place in others]
        message = (
            f"a ticket comes back to `{last[0]}` on every way, and never ends: after six transfers a person has it"
        )
        sink.error("endless-transfer", last[1], message, labels=labels, tip="let one of these flows end, or escalate")


RULE = Rule(
    "endless-transfer",
    across=Across(tell, judge),
    why="Every ticket that comes into such a flow is handed on six times for nothing, and then to a person.",
    mend="End one of the flows with `close` or `escalate`, or go on in a flow that does.",
)
