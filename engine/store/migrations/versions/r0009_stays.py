"""Tickets whose contents stay on the premises, whatever flow they go on to.

Revision 0009.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Open tickets of such flows are marked by their next activity."""
    op.add_column("tickets", sa.Column("stays", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Only the flow of the moment counts again."""
    with op.batch_alter_table("tickets") as tickets:
        tickets.drop_column("stays")
