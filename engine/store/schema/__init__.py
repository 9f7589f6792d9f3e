"""The tables. Names and columns are the store's contract; `migrations/` brings a database to this shape."""

from engine.store.schema.base import metadata
from engine.store.schema.decisions import approvals, consents, decisions, questions
from engine.store.schema.project import activations, meta, model_calls, model_days, people_tokens, prompts, revisions
from engine.store.schema.texts import chat_lines, chats, outbound
from engine.store.schema.tickets import (
    attachments,
    handoffs,
    message_aliases,
    messages,
    starts,
    steps,
    tickets,
    values,
    wishes,
)
from engine.store.schema.writes import intent_limits, intents, limit_counters, reconciliations, revocations

__all__ = [
    "activations",
    "approvals",
    "attachments",
    "chat_lines",
    "chats",
    "consents",
    "decisions",
    "handoffs",
    "intent_limits",
    "intents",
    "limit_counters",
    "message_aliases",
    "messages",
    "meta",
    "metadata",
    "model_calls",
    "model_days",
    "outbound",
    "people_tokens",
    "prompts",
    "questions",
    "reconciliations",
    "revisions",
    "revocations",
    "starts",
    "steps",
    "tickets",
    "values",
    "wishes",
]
