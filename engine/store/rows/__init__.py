"""What the store hands out: one frozen dataclass per table. Contents are left out of `repr`, which ends up in logs."""

from engine.store.rows.decisions import (
    ApprovalRow,
    ApprovalState,
    ConsentRow,
    ConsentState,
    DecisionRow,
    QuestionRow,
    QuestionState,
)
from engine.store.rows.project import ActivationRow, ModelCallRow, PersonTokenRow, RevisionRow
from engine.store.rows.texts import OutboundKind, OutboundRow, OutboundState
from engine.store.rows.tickets import (
    AttachmentRow,
    HandoffRow,
    HandoffState,
    MessageRow,
    Mode,
    StartRow,
    StepRow,
    TicketRow,
    TicketState,
    ValueRow,
    Verified,
    WishRow,
)
from engine.store.rows.writes import IntentRow, IntentState, ReconciliationRow, RevocationRow

__all__ = [
    "ActivationRow",
    "ApprovalRow",
    "ApprovalState",
    "AttachmentRow",
    "ConsentRow",
    "ConsentState",
    "DecisionRow",
    "HandoffRow",
    "HandoffState",
    "IntentRow",
    "IntentState",
    "MessageRow",
    "Mode",
    "ModelCallRow",
    "OutboundKind",
    "OutboundRow",
    "OutboundState",
    "PersonTokenRow",
    "QuestionRow",
    "QuestionState",
    "ReconciliationRow",
    "RevisionRow",
    "RevocationRow",
    "StartRow",
    "StepRow",
    "TicketRow",
    "TicketState",
    "ValueRow",
    "Verified",
    "WishRow",
]
