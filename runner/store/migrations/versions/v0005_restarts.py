"""Restarts: how often a worker has taken a study of the queue up again whose holder had died."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("modelcat_studies", sa.Column("restarts", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    """Take back."""
    # Not as a batch, as in revision 0003.
    op.drop_column("modelcat_studies", "restarts")
