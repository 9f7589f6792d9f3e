"""Rows of what leaves the engine."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

OutboundState = Literal["reserved", "sending", "sent", "not_sent", "unknown", "reconciled", "withdrawn"]
OutboundKind = Literal["reply", "survey", "note", "update", "mail", "chat"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundRow:
    """One thing that leaves the engine: a reply, a note, a change of the ticket, a mail. `marker` finds it again."""

    id: str
    ticket_id: str
    epoch: int
    node: str
    iteration: str
    kind: OutboundKind
    state: OutboundState
    because: str | None
    token: str | None = field(repr=False)
    deadline: datetime | None
    marker: str
    content: Any = field(repr=False)
    guarded: Any = field(repr=False)
    external_id: str | None
    attempts: int
    sending_at: datetime | None
    sending_seq: int | None
    sent_at: datetime | None
    platform_time: datetime | None
    as_sent: bool | None
    reconciled_by: str | None
    lease_us: int | None
    resent: int
    created_at: datetime

    @property
    def was_sent(self) -> bool:
        """Whether it is known to have arrived."""
        return self.state == "sent" or (self.state == "reconciled" and bool(self.as_sent))
