"""What a flow begins with that no customer begins: the node before its first step, and what the service is told."""

from collections.abc import Iterable
from typing import Any

from engine.compile.lowering import Lowering
from engine.compile.pieces import kind_type
from engine.plan import Node
from engine.project.flow import Flow
from engine.project.kind import Kind
from engine.project.start import Schedule, Start
from engine.syntax import Text
from engine.types import UNKNOWN, Type, record

__all__ = ["EVENT", "begin", "starts"]

EVENT = "event"
"""The name under which a flow knows what came with the event that started it."""


def begin(low: Lowering, first: str) -> str:
    """The entry: the first step, or before it the node that takes up what came with the event."""
    start = low.flow.start
    if start is None and "start" in low.flow.broken:  # what it binds is what could not be read
        node = Node(low.graph.reserve("start"), "start", on={"done": first}, data={"of": EVENT}, binds=EVENT)
        return low.graph.add(node, low.flow.node, gives=lambda env: UNKNOWN)
    if start is None or not start.by_itself:
        return first
    of = "event" if "event" in {*start.at, *start.broken} else "schedule"
    node = Node(
        low.graph.reserve("start"), "start", on={"done": first}, data={"of": of}, binds=EVENT if of == EVENT else None
    )  # fmt: skip
    return low.graph.add(node, start.part(of), gives=lambda env: _event(low, start))


def _event(low: Lowering, start: Start) -> Type:
    found = start.happening
    if found is None or "event" in start.broken:
        return UNKNOWN
    return record({name: kind_type(kind, low) for name, (_, kind) in found[1].items()})


def starts(flow: Flow) -> dict[str, Any]:
    """As plans say it; nothing of a flow that customers begin, so that its plan is what it was."""
    start = flow.start
    if start is None or start.broken & {"event", "schedule"}:
        return {}
    if start.schedule is not None:
        return {"start": {"schedule": _schedule(start.schedule)}}
    name, fields, opens = start.happening or (None, {}, None)
    if name is None:
        return {}
    kinds = {field: _word(kind) for field, (_, kind) in sorted(fields.items()) if kind is not None}
    return {"start": {"event": name.value, "with": kinds, "opens": opens.value if opens else None}}


def _word(kind: Kind) -> str:
    word = f"{kind.word} {kind.currency}" if kind.currency else kind.word
    return f"list of {word}" if kind.listed else word


def _schedule(schedule: Schedule) -> dict[str, Any]:
    if schedule.every is not None:
        return {"every": schedule.every.seconds}
    return {"at": _sorted(schedule.times), "on": _sorted(schedule.days)}


def _sorted(texts: Iterable[Text] | None) -> list[str]:
    return sorted({text.value for text in texts or ()})
