"""Conversations of web channels: what each has been shown, and the draft of the moment.

Revision 0008.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, and find a visitor's messages of the last minutes."""
    op.create_table(
        "chats",
        sa.Column("ticket_id", sa.String(length=40), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=True),
        sa.Column("epoch", sa.Integer(), nullable=True),
        sa.Column("seen_seq", sa.Integer(), nullable=True),
        sa.Column("draft", sa.Text(), nullable=True),
        sa.Column("draft_at", sa.BigInteger(), nullable=True),
        sa.Column("doing", sa.String(length=20), nullable=True),
        sa.Column("doing_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_chats_ticket_id"),
        sa.PrimaryKeyConstraint("ticket_id", name="pk_chats"),
    )
    op.create_table(
        "chat_lines",
        sa.Column("ticket_id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("outbound_id", sa.String(length=40), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_chat_lines_ticket_id"),
        sa.ForeignKeyConstraint(["outbound_id"], ["outbound.id"], name="fk_chat_lines_outbound_id"),
        sa.PrimaryKeyConstraint("ticket_id", "number", name="pk_chat_lines"),
        sa.UniqueConstraint("outbound_id", name="uq_chat_lines_outbound_id"),
    )
    op.create_index("ix_messages_author_id_received_at", "messages", ["author_id", "received_at"], unique=False)


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_messages_author_id_received_at", table_name="messages")
    op.drop_table("chat_lines")
    op.drop_table("chats")
