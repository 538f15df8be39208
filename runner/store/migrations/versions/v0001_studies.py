"""Studies."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "modelcat_studies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("spec", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("base", sa.Text(), nullable=False),
        sa.Column("space", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("data", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("metric", sa.Text(), nullable=False),
        sa.Column("planned", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("lease_epoch", sa.Integer(), nullable=False),
        sa.Column("lease_host", sa.Text(), nullable=True),
        sa.Column("lease_pid", sa.Integer(), nullable=True),
        sa.Column("lease_started", sa.Double(), nullable=True),
        sa.Column("lease_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_expires", sa.DateTime(timezone=True), nullable=True),
        sa.Column("baseline", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("verdict", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("test", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("winner", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("model_dir", sa.Text(), nullable=True),
        sa.Column("versions", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("failure", sa.JSON(none_as_null=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_modelcat_studies")),
        sa.UniqueConstraint("study", name=op.f("uq_modelcat_studies_study")),
    )
    op.create_table(
        "modelcat_confirmations",
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("arm", sa.Text(), nullable=False),
        sa.Column("seed", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("metrics", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("model_dir", sa.Text(), nullable=True),
        sa.Column("predictions", sa.Text(), nullable=True),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["study_id"], ["modelcat_studies.id"], name=op.f("fk_modelcat_confirmations_study_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("study_id", "arm", "seed", name=op.f("pk_modelcat_confirmations")),
    )
    op.create_table(
        "modelcat_epochs",
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("training", sa.Text(), nullable=False),
        sa.Column("progress", sa.Double(), nullable=False),
        sa.Column("epoch", sa.Double(), nullable=False),
        sa.Column("train_loss", sa.Double(), nullable=True),
        sa.Column("metrics", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("learning_rate", sa.Double(), nullable=True),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["study_id"], ["modelcat_studies.id"], name=op.f("fk_modelcat_epochs_study_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("study_id", "training", "progress", name=op.f("pk_modelcat_epochs")),
    )
    op.create_table(
        "modelcat_evaluations",
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("split", sa.Text(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("metrics", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("confusion", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("predictions", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["study_id"], ["modelcat_studies.id"], name=op.f("fk_modelcat_evaluations_study_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("study_id", "subject", "split", name=op.f("pk_modelcat_evaluations")),
    )
    op.create_table(
        "modelcat_trials",
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("params", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("metrics", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=True),
        sa.Column("failure", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("started", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished", sa.DateTime(timezone=True), nullable=True),
        sa.Column("notes", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("speed", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("model_dir", sa.Text(), nullable=True),
        sa.Column("predictions", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["study_id"], ["modelcat_studies.id"], name=op.f("fk_modelcat_trials_study_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("study_id", "number", name=op.f("pk_modelcat_trials")),
    )
    with op.batch_alter_table("modelcat_trials", schema=None) as batch_op:
        batch_op.create_index("ix_modelcat_trials_totals", ["study_id", "state", "value", "number"], unique=False)


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("modelcat_trials", schema=None) as batch_op:
        batch_op.drop_index("ix_modelcat_trials_totals")

    op.drop_table("modelcat_trials")
    op.drop_table("modelcat_evaluations")
    op.drop_table("modelcat_epochs")
    op.drop_table("modelcat_confirmations")
    op.drop_table("modelcat_studies")
