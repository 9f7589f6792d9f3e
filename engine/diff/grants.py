"""The grants of a flow: which tools it may call, and through which gates."""

from collections.abc import Iterator

from engine.compile import Compiled
from engine.diff import approvals, conditions, consent, limits
from engine.diff.difference import Loosening, Spot
from engine.diff.pair import Granted, Pair

__all__ = ["changed", "looser"]

_GATES = (conditions, limits, consent, approvals)


def looser(strict: Compiled, loose: Compiled) -> Iterator[Loosening]:
    """A tool that is granted, and each gate that is lower."""
    before = _granted(strict)
    for name, granted in _granted(loose).items():
        if name not in before:
            what = "reads" if granted.tool.contract.effect == "read" else "writes"
            yield Loosening(
                "tools", Spot(strict.flow.spot("tools")), Spot(granted.text.place, name),
                f"may be called now: it {what}", "may no longer be called", name,
            )  # fmt: skip
            continue
        pair = Pair(before[name], granted)
        for gate in _GATES:
            yield from gate.looser(pair)


def changed(old: Compiled, new: Compiled) -> Iterator[Loosening]:
    """Gates that say the same in another way."""
    before = _granted(old)
    for name, granted in _granted(new).items():
        if name in before:
            pair = Pair(before[name], granted)
            yield from consent.changed(pair)
            yield from approvals.changed(pair)


def _granted(flow: Compiled) -> dict[str, Granted]:
    """Of tools that exist: no other can be called."""
    tools = flow.project.tools
    return {
        name: Granted(flow, tools[name], text, grant)
        for name, (text, grant) in flow.flow.grants().items()
        if name in tools
    }
