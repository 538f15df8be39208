"""Trials that take the result of an earlier one instead of training the same configuration again."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("modelcat_trials", sa.Column("reused_from", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Take back."""
    # Not as a batch, as in revision 0003.
    op.drop_column("modelcat_trials", "reused_from")
