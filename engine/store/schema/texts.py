"""What leaves the engine, and what visitors are shown."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint

from engine.store.columns import Content, Key, Moment, Prose
from engine.store.schema.base import metadata, of_epoch, of_ticket, own_id

outbound = Table(
    "outbound",
    metadata,
    own_id(),
    of_ticket(),
    of_epoch(),
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

chats = Table(
    "chats",
    metadata,
    of_ticket(primary_key=True),
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
    of_ticket(primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("outbound_id", String(40), ForeignKey("outbound.id"), nullable=False, unique=True),
    Column("at", Moment, nullable=False),
)
"""The outbound rows that a visitor has been shown, in their order: for a web channel this is the platform."""
