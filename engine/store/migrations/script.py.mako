"""${message}"""

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables here from the revision before."""
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    """Go back, where nothing is lost by it."""
    ${downgrades if downgrades else "pass"}
