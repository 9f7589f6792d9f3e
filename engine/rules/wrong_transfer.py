"""A `transfer` into a flow that an event or a schedule alone starts, or such a start of a built-in flow."""

from collections.abc import Sequence
from typing import NamedTuple

from engine.diagnostics import Label, Place, Sink
from engine.rules.base import Across, Case, Rule
from engine.rules.unknown_flow import BUILT_IN

__all__ = ["RULE"]


class _Told(NamedTuple):
    starts: dict[str, tuple[str, Place]]
    """Flow -> `event` or `schedule`, and where it says so."""
    transfers: list[tuple[str, str, Place]]
    """From the flow or piece, to the flow."""


def tell(case: Case) -> _Told:
    """Flows that begin by themselves, and where tickets go on."""
    starts = {}
    for name, flow in case.flows.items():
        start = flow.flow.start
        if start is not None and start.by_itself and not start.broken:
            way = "event" if "event" in start.at else "schedule"
            starts[name] = (way, start.spot(way))
    transfers = [
        (file.flow.name, text.value, text.place)
        for file in case.files
        for what, text in file.flow.references
        if what == "flow"
    ]
    return _Told(starts, transfers)


def judge(told: Sequence[_Told], sink: Sink) -> None:
    """A flow that goes on in itself began as it should. The engine itself goes on in the built-in flows."""
    starts = {name: start for part in told for name, start in part.starts.items()}
    for part in told:
        for source, target, place in part.transfers:
            if target in starts and target != source:
                way, there = starts[target]
                message = f"`{target}` is started by {_said(way)} alone: a ticket cannot go on in it"
                tip = "put what both do in a shared piece, and let each of them `use` it"
                sink.error("wrong-transfer", place, message, labels=(Label(there, "it starts here"),), tip=tip)
    for name in BUILT_IN:
        if name in starts:
            way, there = starts[name]
            message = f"tickets go on in `{name}` by themselves: {_said(way)} cannot start it"
            sink.error("wrong-transfer", there, message, tip="give the flow another name")


def _said(way: str) -> str:
    return "an event" if way == "event" else "a schedule"


RULE = Rule(
    "wrong-transfer",
    across=Across(tell, judge),
    unread=True,
    why=(
        "Such a flow works on what came with its event, or at its time. A ticket that came by another way has neither, "
        "so it would go to a person each time."
    ),
    mend="Go on in a flow that has `examples` or no `start`, or put the common steps in a shared piece.",
)
