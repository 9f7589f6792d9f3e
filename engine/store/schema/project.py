"""What tickets run on: revisions, people, models, prompts."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table

from engine.store.columns import Content, Moment
from engine.store.schema.base import metadata, of_epoch, of_ticket, own_id

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

meta = Table("meta", metadata, Column("key", String, primary_key=True), Column("value", Content))

people_tokens = Table(
    "people_tokens",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("person", String, nullable=False, index=True),
    Column("created_at", Moment, nullable=False),
    Column("revoked_at", Moment),
)

model_calls = Table(
    "model_calls",
    metadata,
    own_id(),
    of_ticket(),
    of_epoch(),
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
