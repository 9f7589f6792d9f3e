"""What the store is given and what its contested changes come to. Lost races are values here, not exceptions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar, Literal

from engine.store.rows import ApprovalRow, IntentRow, OutboundRow, QuestionRow, TicketRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One message or event as a channel has it. `content_id`: the platform's id of the text, not a delivery's.

    `same_as_first`: the platform sends a ticket's description again as its first comment; equal text of the same author
    within five seconds of platform time is then the same message.
    """

    content_id: str
    kind: Literal["message", "event"] = "message"
    author_id: str | None = field(default=None, repr=False)
    author_role: Literal["customer", "agent", "engine", "system"] = "customer"
    text: str | None = field(default=None, repr=False)
    event: str | None = None
    data: Any = field(default=None, repr=False)
    platform_time: datetime | None = None
    delivery_id: str | None = None
    wants_person: bool = False
    topics: Sequence[str] = ()
    same_as_first: bool = False
    attachments: Sequence[Mapping[str, Any]] = field(default=(), repr=False)
    """Each {name, type, size, url}, as the platform states them."""
    mark: int | None = None
    """From 1 to 5, where the text begins with what may be an answer to a survey."""
    only_mark: bool = False
    """Whether the text says nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingested:
    """What became of a delivery: sequence numbers of what was new, and whether it opened or reopened a ticket."""

    ticket_id: str
    epoch: int
    accepted: tuple[int, ...]
    duplicates: int
    reopened: bool
    opened: bool
    handoff: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """What became of an event or a due time. `began`: a ticket began, in its flow; else one at work was told.
    `conflict`: the key was used for something else, or the ticket hears nothing any more."""

    outcome: Literal["new", "repeated", "conflict"]
    ticket_id: str
    began: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One turn of a conversation as a person would read it. `who`: a message's author role, or `engine` for a reply."""

    who: str
    author_id: str | None = field(repr=False)
    text: str | None = field(repr=False)
    content: Any = field(repr=False)
    at: datetime
    seq: int | None
    outbound_id: str | None
    message_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What leaving steps took back, and the writes that are on their way and cannot be."""

    approvals: tuple[str, ...]
    consents: tuple[str, ...]
    intents: tuple[str, ...]
    replies: tuple[str, ...]
    questions: tuple[str, ...]
    sending: tuple[IntentRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepEntry:
    """One step to record; `ordinal` counts a ticket's steps within an epoch, `at` is workflow time."""

    ordinal: int
    node: str
    kind: str
    at: datetime
    iteration: str = ""
    place: str | None = None
    outcome: str | None = None
    because: str | None = None
    refs: Any = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Proposed:
    """What a proposal met at its place.

    fresh       a new intent
    same        the same arguments, not settled: the row as it is, `withdrawn` and `refused` too
    settled     the same arguments, already done, not done, unknown or reconciled: its result stands
    superseded  other arguments, nothing sent yet: a new version; its consents and approvals no longer count
    conflict    other arguments, and a call was sent: unchanged, for a person
    """

    intent: IntentRow
    kind: Literal["fresh", "same", "superseded", "conflict", "settled"] = field(kw_only=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One limit line of a grant, for one call. Either `count` calls or a sum of `total`, within `window` (None: ever).

    `subject` says whom it counts (`customer:cus_17`); None closes the gate. A money limit needs the call's `amount` and
    `currency`. `since` replaces `window` where a day begins at an hour of somebody's clock.
    """

    line: int
    subject: str | None
    count: int | None = None
    total: Decimal | None = None
    amount: Decimal | None = None
    currency: str | None = None
    window: timedelta | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """How far a limit is used up: calls, and sums by currency (of calls whose amount was recorded)."""

    count: int
    amounts: dict[str, Decimal]


StopCode = Literal[
    "revoked", "mode", "limit", "approval", "consent", "held", "token", "state", "superseded", "contract",
    "identity", "guard", "check", "unheard",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stopped:
    """The call may not begin; nothing was changed. `detail` holds no personal data."""

    code: StopCode
    detail: str = ""
    ok: ClassVar[Literal[False]] = False


@dataclass(frozen=True, slots=True)
class Began:
    """The call may be made now, by the holder of the token, until the deadline (the database's clock)."""

    deadline: datetime
    ok: ClassVar[Literal[True]] = True


LastCheck = Callable[[IntentRow, TicketRow, tuple[ApprovalRow, ...]], Stopped | None]
"""A check within the transaction that begins a call: no network, no waiting. What it raises stops the call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """What a retry that finds a call `sending` may do.

    send_same_key  take the token (`retake`, with the `token` seen here) and send under the same vendor key
    wait           come back in `seconds`: the holder of the token may still be sending
    look           the deadline has passed and the tool can be asked whether it happened
    unknown        `mark_unknown`, and a person decides
    not_sending    nothing is on its way: read the row
    """

    what: Literal["send_same_key", "wait", "look", "unknown", "not_sending"]
    seconds: float = 0.0
    token: str | None = field(default=None, repr=False)


DecideOutcome = Literal[
    "approved", "rejected", "edited", "handed_back", "already_decided", "expired", "not_entitled", "changed",
    "same_person", "editor", "withdrawn",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Decision:
    """What came of an attempt to decide. `row` is as it stands now; `intent` is there after an edit."""

    outcome: DecideOutcome
    row: ApprovalRow
    intent: IntentRow | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of an attempt to answer a team's question; `row` is as it stands now.

    answered          it was open and in time: this answer counts
    already_answered  somebody was faster
    expired           its time is over
    withdrawn         the ticket has left the step that asked
    not_entitled      the person is not in the team that was asked
    """

    outcome: Literal["answered", "already_answered", "expired", "withdrawn", "not_entitled"]
    row: QuestionRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Expired:
    """Whether this call expired the row, how long it has left by the database's clock, and how it stands now."""

    expired: bool
    seconds_left: float
    row: ApprovalRow


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What came of a person's word on a call whose outcome is unknown.

    reconciled       it was unknown: this word counts
    already_decided  somebody, or a look at the vendor, was faster; or it is known what became of it
    in_flight        nobody may act before its deadline: whoever sent it may still be sending
    not_sent         it never left
    """

    outcome: Literal["reconciled", "already_decided", "in_flight", "not_sent"]
    row: IntentRow | OutboundRow


ConsentOutcome = Literal["given", "declined", "not_the_author", "before_question", "not_open", "expired"]
