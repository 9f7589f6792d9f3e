"""Who took a wish, so that a repeat of the step that did is given the same one.

Revision 0007.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody can tell who took those that are taken."""
    op.add_column("wishes", sa.Column("taken_by", sa.String(), nullable=True))


def downgrade() -> None:
    """A repeat takes the next one again."""
    with op.batch_alter_table("wishes") as wishes:
        wishes.drop_column("taken_by")
