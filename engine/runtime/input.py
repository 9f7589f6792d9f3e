"""What travels into a workflow, and between its runs: references and the scalars that conditions read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Checkpoint", "Frame", "Result", "Step", "TicketInput", "Value", "Work"]

CHECKPOINT = 1


@dataclass(slots=True)
class Value:
    """A named value: the id of its row in the store, and those of its scalars that the plan's conditions read."""

    id: str
    scalars: dict[str, Any] = field(default_factory=dict)
    """dotted path -> encoded scalar (`engine.expressions.values.encode`)"""


@dataclass(slots=True)
class Frame:
    """One token of a position: a node, the iteration path that leads to it, and the branch of a `parallel`."""

    node: str
    iteration: str = ""
    branch: str = ""


@dataclass(slots=True)
class Checkpoint:
    """All that a run hands to the next one. Made only when quiescent: at a wait, nothing in flight."""

    cursor: int = 0
    """Sequence of the last message that was taken up."""
    frames: list[Frame] = field(default_factory=list)
    values: dict[str, Value] = field(default_factory=dict)
    ordinal: int = 0
    """Steps recorded so far in this epoch."""
    visits: dict[str, int] = field(default_factory=dict)
    """How often each node was entered in this epoch, over transfers: the iteration of intents and texts."""
    transfers: int = 0
    last_ask: str | None = None
    """The node that asked the customer last in this flow: where a correction leads back to."""
    loops: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Loops that are under way, by their node: {at: round}, and for a list {list, given}: ids of values."""
    version: int = CHECKPOINT


@dataclass(slots=True)
class TicketInput:
    """The input of every run of a ticket's workflow."""

    ticket_id: str
    epoch: int
    plan: Mapping[str, Any]
    checkpoint: Checkpoint | None = None


@dataclass(slots=True)
class Step:
    """One line of a ticket's account: what a node came to. Recorded with the next activity, keyed by its ordinal."""

    ordinal: int
    node: str
    iteration: str
    kind: str
    place: str
    outcome: str
    at: str
    """Workflow time, ISO 8601."""
    because: str = ""


@dataclass(slots=True)
class Work:
    """What every activity of the interpreter is given: where the ticket stands, and references."""

    ticket_id: str
    epoch: int
    revision: str
    node: str = ""
    iteration: str = ""
    cursor: int = 0
    refs: dict[str, str] = field(default_factory=dict)
    """name -> id of the value's row"""
    data: dict[str, Any] = field(default_factory=dict)
    trace: list[Step] = field(default_factory=list)
    run: str = ""


@dataclass(slots=True)
class Result:
    """What an activity hands back: an outcome, a reference, scalars. Never contents."""

    outcome: str
    value: Value | None = None
    because: str = ""
    """A code or a place in the flow; never a text of a customer's."""
    cursor: int = 0
    data: dict[str, Any] = field(default_factory=dict)
