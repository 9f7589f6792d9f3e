"""Rows of the words of people."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

ConsentState = Literal["open", "given", "declined", "expired", "withdrawn", "superseded", "used"]
ApprovalState = Literal["open", "approved", "rejected", "handed_back", "expired", "withdrawn", "superseded", "used"]
QuestionState = Literal["open", "answered", "expired", "withdrawn"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRow:
    """A question to the customer whether a write may be made, for one version of its arguments."""

    id: str
    intent_id: str
    version: int
    state: ConsentState
    question_outbound: str | None
    expires_at: datetime
    author_id: str | None = field(repr=False)
    message_seq: int | None
    opened_at: datetime
    decided_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalRow:
    """A question to a team whether a write may be made: one per line of the grant and version of the arguments.

    `team` is the one that is asked now. `chain`: whom it passes on to in turn, [{by, within, remind, calendar}]; `rank`
    counts how often it has.
    """

    id: str
    intent_id: str
    ticket_id: str
    epoch: int
    node: str
    line: int
    team: str
    version: int
    digest: str
    state: ApprovalState
    expires_at: datetime
    remind_at: tuple[datetime, ...]
    seen_seq: int
    shown: Any = field(repr=False)
    rank: int
    chain: list[dict[str, Any]] | None
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None = field(repr=False)
    via: str | None
    opened_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRow:
    """One attempt to decide an approval, whatever came of it: who, when, from where, and what they were shown.

    `pass_on` is the engine's own, where a line went to its next team. `changes`: {argument: [before,
    after]} of an edit. `seen_seq`: the ticket's last message then.
    """

    id: str
    approval_id: str
    ticket_id: str
    person: str
    wanted: Literal["approve", "reject", "edit", "hand_back", "pass_on"]
    version: int
    reason: str | None = field(repr=False)
    via: str | None
    outcome: str
    at: datetime
    ip: str | None
    digest: str | None
    shown: Any = field(repr=False)
    seen_seq: int | None
    changes: Any = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionRow:
    """What a flow asks a team: one row per ticket, epoch, node and iteration, answered at most once.

    `asked`: the fields as the pinned plan declares them, options resolved. `answer`: encoded values by field.
    `seen_seq`: the last message that had been taken up when it was opened.
    """

    id: str
    ticket_id: str
    epoch: int
    node: str
    iteration: str
    team: str
    state: QuestionState
    asked: Any = field(repr=False)
    shown: str | None = field(repr=False)
    expires_at: datetime
    remind_at: tuple[datetime, ...]
    seen_seq: int
    answer: Any = field(repr=False)
    answered_by: str | None
    answered_at: datetime | None
    via: str | None
    opened_at: datetime
