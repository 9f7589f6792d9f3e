"""What the store hands out: one frozen dataclass per table. Contents are left out of `repr`, which ends up in logs."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Mode = Literal["live", "read_only", "suggest", "shadow"]
TicketState = Literal["open", "handed_off", "closed"]
IntentState = Literal["reserved", "sending", "done", "not_done", "unknown", "reconciled", "withdrawn", "refused"]
ConsentState = Literal["open", "given", "declined", "expired", "withdrawn", "superseded", "used"]
ApprovalState = Literal["open", "approved", "rejected", "handed_back", "expired", "withdrawn", "superseded", "used"]
OutboundState = Literal["reserved", "sending", "sent", "not_sent", "unknown", "reconciled", "withdrawn"]
OutboundKind = Literal["reply", "survey", "note", "update", "mail", "chat"]
HandoffState = Literal["open", "delivered", "resolved"]
QuestionState = Literal["open", "answered", "expired", "withdrawn"]


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
class RevisionRow:
    """A compiled plan that a validated load wrote."""

    revision: str
    flow: str
    digest: str
    plan: dict[str, Any] = field(repr=False)
    commit_id: str | None
    loaded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivationRow:
    """Which revision of a flow new tickets take; `version` counts the changes."""

    flow: str
    revision: str
    version: int


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


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationRow:
    """A tool that may not be called until somebody lifts it."""

    tool: str
    by: str
    at: datetime
    why: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonTokenRow:
    """A person's access token, known by its digest only."""

    digest: str
    person: str
    created_at: datetime
    revoked_at: datetime | None


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
class ModelCallRow:
    """A call of a model. Amounts in billionths of a USD; `cost` is None until it is known, or where it never is."""

    id: str
    ticket_id: str
    epoch: int
    node: str
    job: str
    name: str
    model: str
    prompts: str | None
    state: Literal["begun", "answered", "failed"]
    because: str | None
    input_tokens: int | None
    cached_tokens: int | None
    output_tokens: int | None
    worst: int | None
    cost: int | None
    counted: int
    day: str
    begun_at: datetime
    settled_at: datetime | None
