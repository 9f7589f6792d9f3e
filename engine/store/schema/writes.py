"""Writes of tools, what they count against, and what became of the unknown ones."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint

from engine.store.columns import Content, Key, Moment, Prose
from engine.store.schema.base import metadata, of_epoch, of_ticket, own_id

intents = Table(
    "intents",
    metadata,
    own_id(),
    of_ticket(),
    of_epoch(),
    Column("node", String, nullable=False),
    Column("iteration", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("tool", String, nullable=False),
    Column("contract_digest", String, nullable=False),
    Column("arguments", Content),
    Column("digest", String, nullable=False),
    Column("state", String(20), nullable=False),
    Column("because", Prose),
    Column("token", String(64)),
    Column("deadline", Moment),
    Column("sending_at", Moment),
    Column("settled_at", Moment),
    Column("vendor_key", String),
    Column("attempts", Integer, nullable=False),
    Column("facts", Content),
    Column("author_id", Key),
    Column("result_value", String(40), ForeignKey("values.id")),
    Column("as_done", Boolean),
    Column("reconciled_by", String),
    Column("alarm", String),
    Column("alarm_told_at", Moment),
    Column("proposed", String),
    Column("edits", Content),
    Column("lease_us", BigInteger),
    Column("resent", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("ticket_id", "epoch", "node", "iteration"),
    Index(None, "state", "deadline"),
)

intent_limits = Table(
    "intent_limits",
    metadata,
    Column("intent_id", String(40), ForeignKey("intents.id"), primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("tool", String, nullable=False),
    Column("subject", Key, nullable=False),
    Column("amount", String),
    Column("currency", String),
    Index(None, "tool", "subject"),
)

limit_counters = Table(
    "limit_counters",
    metadata,
    Column("tool", String, primary_key=True),
    Column("subject", Key, primary_key=True),
)

reconciliations = Table(
    "reconciliations",
    metadata,
    own_id(),
    Column("call_id", String(40), nullable=False, index=True),
    of_ticket(),
    Column("person", Key, nullable=False),
    Column("as_done", Boolean, nullable=False),
    Column("reason", Prose),
    Column("via", String),
    Column("ip", String),
    Column("outcome", String(20), nullable=False),
    Column("at", Moment, nullable=False),
)

revocations = Table(
    "revocations",
    metadata,
    Column("tool", String, primary_key=True),
    Column("by", String, nullable=False),
    Column("at", Moment, nullable=False),
    Column("why", Prose),
)
