"""Rows of tickets."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Mode = Literal["live", "read_only", "suggest", "shadow"]
TicketState = Literal["open", "handed_off", "closed"]
HandoffState = Literal["open", "delivered", "resolved"]


@dataclass(frozen=True, slots=True)
class Verified:
    """Who proved to be the customer, how (the tool or the channel), and until when (None: until the next epoch)."""

    author: str
    how: str = field(kw_only=True)
    until: datetime | None = field(kw_only=True, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketRow:
    """A ticket: where it stands, who owns it and when something must happen next."""

    id: str
    channel: str
    external_id: str
    epoch: int
    state: TicketState
    flow: str
    revision: str | None
    category: str | None
    owner: str
    next_due: datetime | None
    last_seq: int
    mode: Mode
    language: str | None
    subject: str | None = field(repr=False)
    requester: dict[str, Any] = field(repr=False)
    customer_value: str | None
    verified: Verified | None = field(repr=False)
    attempts: dict[str, int]
    outcome: str | None
    escalated: str | None
    sla_due: datetime | None
    awaiting_team: str | None
    ring_wanted_at: datetime | None
    salt: bytes = field(repr=False)
    created_at: datetime
    updated_at: datetime
    stays: bool = False
    """Whether it was in a flow whose contents stay on the premises: they do from then on, in every other flow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRow:
    """One message or event of a ticket, in the order accepted (`seq` counts from 1)."""

    id: str
    ticket_id: str
    epoch: int
    seq: int
    channel: str
    content_id: str
    kind: Literal["message", "event"]
    author_id: str | None = field(repr=False)
    author_role: Literal["customer", "agent", "engine", "system"]
    text: str | None = field(repr=False)
    event: str | None
    data: Any = field(repr=False)
    platform_time: datetime | None
    received_at: datetime
    delivery_id: str | None
    wants_person: bool
    topics: list[str]
    handled_by: str | None
    handled_at: datetime | None
    meaning: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StartRow:
    """What came from outside and began a ticket's epoch in a flow, or was told to a ticket at work (not `began`)."""

    source: str
    key: str
    ticket_id: str
    epoch: int
    flow: str
    content: Any = field(repr=False)
    digest: str
    began: bool
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentRow:
    """A file that a customer attached: what the platform states of it, and once it was looked at, what it is.

    `state`: `new`, `seen` (fetched once, `type` by its first bytes), or `refused` with a code in `because`.
    """

    id: str
    ticket_id: str
    epoch: int
    message_id: str
    number: int
    name: str = field(repr=False)
    stated_type: str
    stated_size: int
    url: str = field(repr=False)
    state: Literal["new", "seen", "refused"]
    because: str | None
    type: str | None
    size: int | None
    digest: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueRow:
    """A content of a ticket, referred to by id from the history."""

    id: str
    ticket_id: str
    epoch: int
    name: str
    content: Any = field(repr=False)
    created_at: datetime
    erased_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    """One step that a ticket took: which node, from which line, with which outcome and why."""

    ticket_id: str
    epoch: int
    ordinal: int
    run: str
    node: str
    iteration: str
    kind: str
    place: str | None
    outcome: str | None
    because: str | None
    at: datetime
    refs: Any = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class WishRow:
    """A new wish of the customer that waits until the present one is done."""

    id: str
    ticket_id: str
    epoch: int
    message_seq: int
    begins: int
    ends: int | None
    """Where in the message's text its words stand; `ends` None: to the end."""
    state: Literal["queued", "taken"]
    taken_by: str | None
    """Place and iteration of the step that took it."""
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoffRow:
    """A ticket that waits for a person, with what that person needs to know."""

    id: str
    ticket_id: str
    epoch: int
    reason: str
    team: str | None
    package: dict[str, Any] = field(repr=False)
    state: HandoffState
    due_at: datetime
    created_at: datetime
    delivered_at: datetime | None
    resolved_at: datetime | None
