"""Insights: what is found out about a study once it is closed; how a trial was judged in full."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "modelcat_insights",
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content", sa.JSON(none_as_null=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["study_id"], ["modelcat_studies.id"], name=op.f("fk_modelcat_insights_study_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("study_id", "name", name=op.f("pk_modelcat_insights")),
    )
    with op.batch_alter_table("modelcat_epochs", schema=None) as batch_op:
        batch_op.add_column(sa.Column("train_metrics", sa.JSON(none_as_null=True), server_default="{}", nullable=False))

    with op.batch_alter_table("modelcat_evaluations", schema=None) as batch_op:
        batch_op.add_column(sa.Column("details", sa.JSON(none_as_null=True), server_default="{}", nullable=False))


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("modelcat_evaluations", schema=None) as batch_op:
        batch_op.drop_column("details")

    with op.batch_alter_table("modelcat_epochs", schema=None) as batch_op:
        batch_op.drop_column("train_metrics")

    op.drop_table("modelcat_insights")
