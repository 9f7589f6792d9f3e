"""Fallback chains of approvals, what a decision was made from, edits of intents, and people's word on unknown outcomes.

Revision 0004.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns, and the table of reconciliations."""
    op.add_column("approvals", sa.Column("rank", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("approvals", sa.Column("chain", sa.JSON(), nullable=True))
    op.add_column("decisions", sa.Column("ip", sa.String(), nullable=True))
    op.add_column("decisions", sa.Column("digest", sa.String(), nullable=True))
    op.add_column("decisions", sa.Column("shown", sa.JSON(), nullable=True))
    op.add_column("decisions", sa.Column("seen_seq", sa.Integer(), nullable=True))
    op.add_column("decisions", sa.Column("changes", sa.JSON(), nullable=True))
    op.add_column("intents", sa.Column("proposed", sa.String(), nullable=True))
    op.add_column("intents", sa.Column("edits", sa.JSON(), nullable=True))
    op.add_column("intents", sa.Column("alarm_told_at", sa.BigInteger(), nullable=True))
    op.create_table(
        "reconciliations",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("call_id", sa.String(length=40), nullable=False),
        sa.Column("ticket_id", sa.String(length=40), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("as_done", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("via", sa.String(), nullable=True),
        sa.Column("ip", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_reconciliations_ticket_id"),
        sa.PrimaryKeyConstraint("id", name="pk_reconciliations"),
    )
    op.create_index("ix_reconciliations_call_id", "reconciliations", ["call_id"], unique=False)


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_reconciliations_call_id", table_name="reconciliations")
    op.drop_table("reconciliations")
    for table, names in (
        ("intents", ("alarm_told_at", "edits", "proposed")),
        ("decisions", ("changes", "seen_seq", "shown", "digest", "ip")),
        ("approvals", ("chain", "rank")),
    ):
        for name in names:
            op.drop_column(table, name)
