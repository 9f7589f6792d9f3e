"""What people see of tickets and approvals, as JSON."""

from datetime import datetime
from typing import Any

from engine.runtime import asked
from engine.store import ApprovalRow, DecisionRow, IntentRow, QuestionRow, StepRow, Store, TicketRow

__all__ = ["approval_view", "decision_view", "question_view", "ticket_line", "ticket_view"]


def approval_view(row: ApprovalRow) -> dict[str, Any]:
    """One approval: what is to be decided, until when, and what came of it."""
    return {
        "id": row.id, "ticket": row.ticket_id, "team": row.team, "state": row.state, "version": row.version,
        "shown": row.shown, "expires_at": row.expires_at.isoformat(), "opened_at": row.opened_at.isoformat(),
        "decided_by": row.decided_by, "decided_at": _at(row.decided_at), "reason": row.reason,
        "then": [link["by"] for link in (row.chain or [])[row.rank :]],
    }  # fmt: skip


def decision_view(row: DecisionRow) -> dict[str, Any]:
    """One attempt to decide: who, when, from where, and which version they saw."""
    return {
        "approval": row.approval_id, "person": row.person, "wanted": row.wanted, "outcome": row.outcome,
        "version": row.version, "at": row.at.isoformat(), "via": row.via, "ip": row.ip, "reason": row.reason,
        "digest": row.digest, "shown": row.shown, "seen_seq": row.seen_seq, "changes": row.changes,
    }  # fmt: skip


def question_view(row: QuestionRow) -> dict[str, Any]:
    """One question to a team: what is asked, what each field takes, until when, and who answered what."""
    return {
        "id": row.id, "ticket": row.ticket_id, "team": row.team, "state": row.state, "shown": row.shown,
        "fields": [_field(field) for field in row.asked["fields"]], "expires_at": row.expires_at.isoformat(),
        "opened_at": row.opened_at.isoformat(), "answered_by": row.answered_by, "answered_at": _at(row.answered_at),
        "answer": None if row.answer is None else asked.told(row.asked, row.answer),
    }  # fmt: skip


def _field(field: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": field["name"], "ask": field["ask"], "kind": field["kind"], "expected": asked.expected(field),
        "options": asked.labels(field), "optional": bool(field.get("optional")), "depends": "if" in field,
    }  # fmt: skip


def ticket_line(row: TicketRow) -> dict[str, Any]:
    """One ticket in a list: where it stands, whose turn it is, and until when."""
    return {
        "id": row.id, "channel": row.channel, "external_id": row.external_id, "epoch": row.epoch, "state": row.state,
        "flow": row.flow, "category": row.category, "revision": row.revision, "owner": row.owner,
        "awaiting_team": row.awaiting_team, "next_due": _at(row.next_due), "outcome": row.outcome,
        "escalated": row.escalated, "mode": row.mode,
    }  # fmt: skip


def ticket_view(store: Store, ticket_id: str) -> dict[str, Any]:
    """One ticket: its conversation, its steps with their lines, its writes, decisions, questions and handoffs."""
    row = store.tickets.get(ticket_id)
    return {
        **ticket_line(row),
        "subject": row.subject,
        "conversation": [
            {"who": said.who, "text": said.text, "at": _at(said.at)} for said in store.messages.conversation(row.id)
        ],
        "notes": [
            {"text": row.content.get("text"), "at": _at(row.created_at)}
            for row in store.outbound.of_ticket(row.id) if row.kind == "note" and isinstance(row.content, dict)
        ],
        "steps": [_step(step) for step in store.steps.of(row.id)],
        "writes": [_write(intent) for intent in store.intents.of_ticket(row.id)],
        "approvals": [approval_view(approval) for approval in store.approvals.of_ticket(row.id)],
        "decisions": [decision_view(one) for one in store.approvals.decisions_of(row.id)],
        "questions": [question_view(question) for question in store.questions.of_ticket(row.id)],
        "handoffs": [
            {"id": handoff.id, "reason": handoff.reason, "team": handoff.team, "state": handoff.state,
             "due_at": _at(handoff.due_at), "delivered_at": _at(handoff.delivered_at)}
            for handoff in store.handoffs.of_ticket(row.id)
        ],
    }  # fmt: skip


def _step(step: StepRow) -> dict[str, Any]:
    return {
        "at": _at(step.at), "node": step.node, "kind": step.kind, "place": step.place, "outcome": step.outcome,
        "because": step.because,
    }  # fmt: skip


def _write(intent: IntentRow) -> dict[str, Any]:
    return {
        "id": intent.id, "tool": intent.tool, "state": intent.state, "because": intent.because,
        "arguments": intent.arguments,
    }  # fmt: skip


def _at(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None
