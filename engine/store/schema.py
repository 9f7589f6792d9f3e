"""The tables. Names and columns are the store's contract; `migrations/` brings a database to this shape."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    text,
)

from engine.store.columns import Content, Identity, Key, Moment, Moments, Prose

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


def _id() -> Column[str]:
    return Column("id", String(40), primary_key=True)


def _ticket(*, primary_key: bool = False) -> Column[str]:
    return Column("ticket_id", String(40), ForeignKey("tickets.id"), primary_key=primary_key, nullable=False)


def _epoch() -> Column[int]:
    return Column("epoch", Integer, nullable=False)


tickets = Table(
    "tickets",
    metadata,
    _id(),
    Column("channel", Key, nullable=False),
    Column("external_id", Key, nullable=False),
    _epoch(),
    Column("state", String(20), nullable=False),
    Column("flow", String, nullable=False),
    Column("revision", String),
    Column("category", String),
    Column("owner", String, nullable=False),
    Column("next_due", Moment, index=True),
    Column("last_seq", Integer, nullable=False),
    Column("mode", String(20), nullable=False),
    Column("language", String),
    Column("subject", Prose),
    Column("requester", Content, nullable=False),
    Column("customer_value", String(40)),
    Column("verified", Identity),
    Column("attempts", Content, nullable=False),
    Column("outcome", String),
    Column("escalated", String),
    Column("sla_due", Moment),
    Column("awaiting_team", String),
    Column("ring_wanted_at", Moment, index=True),
    Column("salt", LargeBinary, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    UniqueConstraint("channel", "external_id"),
    CheckConstraint("owner <> ''", name="owner"),
    CheckConstraint("state = 'closed' OR next_due IS NOT NULL", name="next_due"),
    Index(None, "state", "flow"),
    Index(None, "created_at"),
)

messages = Table(
    "messages",
    metadata,
    _id(),
    _ticket(),
    _epoch(),
    Column("seq", Integer, nullable=False),
    Column("channel", Key, nullable=False),
    Column("content_id", Key, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("author_id", Key),
    Column("author_role", String(20), nullable=False),
    Column("text", Prose),
    Column("event", Prose),
    Column("data", Content),
    Column("platform_time", Moment),
    Column("received_at", Moment, nullable=False),
    Column("delivery_id", Prose),
    Column("wants_person", Boolean, nullable=False),
    Column("topics", Content, nullable=False),
    Column("handled_by", String),
    Column("handled_at", Moment),
    Column("meaning", String),
    UniqueConstraint("ticket_id", "seq"),
    UniqueConstraint("channel", "content_id"),
    Index(None, "handled_at", "received_at"),
    Index(None, "author_id", "received_at"),
)

message_aliases = Table(
    "message_aliases",
    metadata,
    Column("channel", Key, primary_key=True),
    Column("content_id", Key, primary_key=True),
    Column("message_id", String(40), ForeignKey("messages.id"), nullable=False),
)

values = Table(
    "values",
    metadata,
    _id(),
    _ticket(),
    _epoch(),
    Column("name", String, nullable=False),
    Column("content", Content),
    Column("created_at", Moment, nullable=False),
    Column("erased_at", Moment),
    Index(None, "ticket_id"),
)

steps = Table(
    "steps",
    metadata,
    _ticket(primary_key=True),
    Column("epoch", Integer, primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    Column("run", String, nullable=False),
    Column("node", String, nullable=False),
    Column("iteration", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("place", String),
    Column("outcome", String),
    Column("because", Prose),
    Column("at", Moment, nullable=False),
    Column("refs", Content),
)

revisions = Table(
    "revisions",
    metadata,
    Column("revision", String, primary_key=True),
    Column("flow", String, nullable=False),
    Column("digest", String, nullable=False),
    Column("plan", Content, nullable=False),
    Column("commit_id", String),
    Column("loaded_at", Moment, nullable=False),
)

activations = Table(
    "activations",
    metadata,
    Column("flow", String, primary_key=True),
    Column("revision", String, ForeignKey("revisions.revision"), nullable=False),
    Column("version", Integer, nullable=False),
)

intents = Table(
    "intents",
    metadata,
    _id(),
    _ticket(),
    _epoch(),
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

consents = Table(
    "consents",
    metadata,
    _id(),
    Column("intent_id", String(40), ForeignKey("intents.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("state", String(20), nullable=False),
    Column("question_outbound", String(40)),
    Column("expires_at", Moment, nullable=False),
    Column("author_id", Key),
    Column("message_seq", Integer),
    Column("opened_at", Moment, nullable=False),
    Column("decided_at", Moment),
    Index(None, "intent_id"),
)

approvals = Table(
    "approvals",
    metadata,
    _id(),
    Column("intent_id", String(40), ForeignKey("intents.id"), nullable=False),
    _ticket(),
    _epoch(),
    Column("node", String, nullable=False),
    Column("line", Integer, nullable=False),
    Column("team", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("digest", String, nullable=False),
    Column("state", String(20), nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("remind_at", Moments, nullable=False),
    Column("seen_seq", Integer, nullable=False),
    Column("shown", Content),
    Column("rank", Integer, nullable=False, server_default="0"),
    Column("chain", Content),
    Column("decided_by", Key),
    Column("decided_at", Moment),
    Column("reason", Prose),
    Column("via", String),
    Column("opened_at", Moment, nullable=False),
    UniqueConstraint("intent_id", "version", "line"),
    Index(None, "ticket_id"),
    Index(None, "state", "expires_at"),
)

decisions = Table(
    "decisions",
    metadata,
    _id(),
    Column("approval_id", String(40), ForeignKey("approvals.id"), nullable=False),
    _ticket(),
    Column("person", Key, nullable=False),
    Column("wanted", String(20), nullable=False),
    Column("version", Integer, nullable=False),
    Column("reason", Prose),
    Column("via", String),
    Column("outcome", String(20), nullable=False),
    Column("at", Moment, nullable=False),
    Column("ip", String),
    Column("digest", String),
    Column("shown", Content),
    Column("seen_seq", Integer),
    Column("changes", Content),
    Index(None, "approval_id"),
)

reconciliations = Table(
    "reconciliations",
    metadata,
    _id(),
    Column("call_id", String(40), nullable=False, index=True),
    _ticket(),
    Column("person", Key, nullable=False),
    Column("as_done", Boolean, nullable=False),
    Column("reason", Prose),
    Column("via", String),
    Column("ip", String),
    Column("outcome", String(20), nullable=False),
    Column("at", Moment, nullable=False),
)

starts = Table(
    "starts",
    metadata,
    Column("source", Key, primary_key=True),
    Column("key", Key, primary_key=True),
    _ticket(),
    _epoch(),
    Column("flow", String, nullable=False),
    Column("content", Content),
    Column("digest", String(64), nullable=False),
    Column("began", Boolean, nullable=False),
    Column("created_at", Moment, nullable=False),
    Index(None, "ticket_id", "epoch"),
)

attachments = Table(
    "attachments",
    metadata,
    _id(),
    _ticket(),
    _epoch(),
    Column("message_id", String(40), ForeignKey("messages.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("name", Prose, nullable=False),
    Column("stated_type", String, nullable=False),
    Column("stated_size", BigInteger, nullable=False),
    Column("url", Prose, nullable=False),
    Column("state", String(20), nullable=False),
    Column("because", String),
    Column("type", String),
    Column("size", BigInteger),
    Column("digest", String(64)),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("message_id", "number"),
    Index(None, "ticket_id", "epoch"),
)

questions = Table(
    "questions",
    metadata,
    _id(),
    _ticket(),
    _epoch(),
    Column("node", String, nullable=False),
    Column("iteration", String, nullable=False),
    Column("team", String, nullable=False),
    Column("state", String(20), nullable=False),
    Column("asked", Content, nullable=False),
    Column("shown", Prose),
    Column("expires_at", Moment, nullable=False),
    Column("remind_at", Moments, nullable=False),
    Column("seen_seq", Integer, nullable=False),
    Column("answer", Content),
    Column("answered_by", Key),
    Column("answered_at", Moment),
    Column("via", String),
    Column("opened_at", Moment, nullable=False),
    UniqueConstraint("ticket_id", "epoch", "node", "iteration"),
    Index(None, "state", "expires_at"),
)

outbound = Table(
    "outbound",
    metadata,
    _id(),
    _ticket(),
    _epoch(),
    Column("node", String, nullable=False),
    Column("iteration", String, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("state", String(20), nullable=False),
    Column("because", Prose),
    Column("token", String(64)),
    Column("deadline", Moment),
    Column("marker", String(64), nullable=False, unique=True),
    Column("content", Content),
    Column("guarded", Content),
    Column("external_id", Key, index=True),
    Column("attempts", Integer, nullable=False),
    Column("sending_at", Moment),
    Column("sending_seq", Integer),
    Column("sent_at", Moment),
    Column("platform_time", Moment),
    Column("as_sent", Boolean),
    Column("reconciled_by", String),
    Column("lease_us", BigInteger),
    Column("resent", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("ticket_id", "epoch", "node", "iteration", "kind"),
    Index(None, "state", "deadline"),
)

handoffs = Table(
    "handoffs",
    metadata,
    _id(),
    _ticket(),
    _epoch(),
    Column("reason", String, nullable=False),
    Column("team", String),
    Column("package", Content, nullable=False),
    Column("state", String(20), nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("delivered_at", Moment),
    Column("resolved_at", Moment),
    Index(None, "state", "due_at"),
    # one person is asked for once: at most one unresolved handoff for a ticket's epoch
    Index(
        "uq_handoffs_unresolved",
        "ticket_id",
        "epoch",
        unique=True,
        sqlite_where=text("resolved_at IS NULL"),
        postgresql_where=text("resolved_at IS NULL"),
    ),
)

revocations = Table(
    "revocations",
    metadata,
    Column("tool", String, primary_key=True),
    Column("by", String, nullable=False),
    Column("at", Moment, nullable=False),
    Column("why", Prose),
)

people_tokens = Table(
    "people_tokens",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("person", String, nullable=False, index=True),
    Column("created_at", Moment, nullable=False),
    Column("revoked_at", Moment),
)

meta = Table("meta", metadata, Column("key", String, primary_key=True), Column("value", Content))

wishes = Table(
    "wishes",
    metadata,
    _id(),
    _ticket(),
    _epoch(),
    Column("message_seq", Integer, nullable=False),
    Column("begins", Integer, nullable=False, server_default="0"),
    Column("ends", Integer),
    Column("state", String(20), nullable=False),
    Column("taken_by", String),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("ticket_id", "message_seq", "begins"),
)

model_calls = Table(
    "model_calls",
    metadata,
    _id(),
    _ticket(),
    _epoch(),
    Column("node", String, nullable=False),
    Column("job", String(20), nullable=False),
    Column("name", String, nullable=False),
    Column("model", String, nullable=False),
    Column("prompts", String(40)),
    Column("state", String(20), nullable=False),
    Column("because", String),
    Column("input_tokens", BigInteger),
    Column("cached_tokens", BigInteger),
    Column("output_tokens", BigInteger),
    Column("worst", BigInteger),
    Column("cost", BigInteger),
    Column("counted", BigInteger, nullable=False),
    Column("day", String(10), nullable=False, index=True),
    Column("begun_at", Moment, nullable=False),
    Column("settled_at", Moment),
    Index(None, "ticket_id"),
)
"""Amounts in billionths of a USD. `counted`: what the budgets hold against it, the worst until the cost is known."""

model_days = Table(
    "model_days",
    metadata,
    Column("day", String(10), primary_key=True),
    Column("counted", BigInteger, nullable=False),
)

prompts = Table(
    "prompts",
    metadata,
    Column("version", String(40), primary_key=True),
    Column("texts", Content, nullable=False),
    Column("loaded_at", Moment, nullable=False),
)

chats = Table(
    "chats",
    metadata,
    _ticket(primary_key=True),
    Column("lines", Integer, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("token", String(64)),
    Column("epoch", Integer),
    Column("seen_seq", Integer),
    Column("draft", Prose),
    Column("draft_at", Moment),
    Column("doing", String(20)),
    Column("doing_at", Moment),
)
"""A conversation of a web channel: how many texts it has been shown, what is written at this moment, and what is done.
`draft` is passing: it is gone with the text that it comes to, or that takes its place."""

chat_lines = Table(
    "chat_lines",
    metadata,
    _ticket(primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("outbound_id", String(40), ForeignKey("outbound.id"), nullable=False, unique=True),
    Column("at", Moment, nullable=False),
)
"""The outbound rows that a visitor has been shown, in their order: for a web channel this is the platform."""
