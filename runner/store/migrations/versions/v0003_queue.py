"""The queue: when a study was put into it, and when a user asked that it stop."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("modelcat_studies", sa.Column("queued", sa.DateTime(timezone=True), nullable=True))
    op.add_column("modelcat_studies", sa.Column("stop_requested", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Take back."""
    # Not as a batch: SQLite would copy the table and drop the old one, and with it all that belongs to its studies.
    op.drop_column("modelcat_studies", "stop_requested")
    op.drop_column("modelcat_studies", "queued")
