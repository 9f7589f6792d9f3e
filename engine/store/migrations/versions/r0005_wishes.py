"""Several wishes of one message: each with the place of its words.

Revision 0005.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Wishes know where in the message they stand; those that are there are the whole message."""
    with op.batch_alter_table("wishes") as wishes:
        wishes.add_column(sa.Column("begins", sa.Integer(), nullable=False, server_default="0"))
        wishes.add_column(sa.Column("ends", sa.Integer(), nullable=True))
        wishes.drop_constraint("uq_wishes_ticket_id_message_seq", type_="unique")
        wishes.create_unique_constraint(
            "uq_wishes_ticket_id_message_seq_begins", ["ticket_id", "message_seq", "begins"]
        )


def downgrade() -> None:
    """Keep the first wish of each message."""
    op.execute(
        "DELETE FROM wishes WHERE begins > (SELECT min(first.begins) FROM wishes AS first "
        "WHERE first.ticket_id = wishes.ticket_id AND first.message_seq = wishes.message_seq)"
    )
    with op.batch_alter_table("wishes") as wishes:
        wishes.drop_constraint("uq_wishes_ticket_id_message_seq_begins", type_="unique")
        wishes.create_unique_constraint("uq_wishes_ticket_id_message_seq", ["ticket_id", "message_seq"])
        wishes.drop_column("ends")
        wishes.drop_column("begins")
