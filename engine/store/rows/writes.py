"""Rows of writes."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

IntentState = Literal["reserved", "sending", "done", "not_done", "unknown", "reconciled", "withdrawn", "refused"]


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentRow:
    """One intended write: one row per ticket, epoch, node and iteration. The call reads its arguments from here."""

    id: str
    ticket_id: str
    epoch: int
    node: str
    iteration: str
    version: int
    tool: str
    contract_digest: str
    arguments: Any = field(repr=False)
    digest: str
    state: IntentState
    because: str | None
    token: str | None = field(repr=False)
    deadline: datetime | None
    sending_at: datetime | None
    settled_at: datetime | None
    vendor_key: str | None = field(repr=False)
    attempts: int
    facts: Any = field(repr=False)
    author_id: str | None = field(repr=False)
    result_value: str | None
    as_done: bool | None
    reconciled_by: str | None
    alarm: str | None
    alarm_told_at: datetime | None
    proposed: str | None
    """The digest that the flow proposed, where a person has edited the arguments since."""
    edits: list[dict[str, Any]] | None
    """Who edited them: [{person, line, version}]."""
    lease_us: int | None
    resent: int
    created_at: datetime

    @property
    def counts_as_done(self) -> bool:
        """Whether the write is known to have happened."""
        return self.state == "done" or (self.state == "reconciled" and bool(self.as_done))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconciliationRow:
    """One attempt of a person to say what became of a call whose outcome is unknown."""

    id: str
    call_id: str
    ticket_id: str
    person: str
    as_done: bool
    reason: str | None = field(repr=False)
    via: str | None
    ip: str | None
    outcome: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationRow:
    """A tool that may not be called until somebody lifts it."""

    tool: str
    by: str
    at: datetime
    why: str | None
