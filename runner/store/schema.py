"""The tables, all prefixed `modelcat_`; Optuna's own tables are next to them in the same database.

A change here needs a revision under `migrations/versions`: ``make migration m="what changes"`` drafts it.
"""

from pathlib import Path

from sqlalchemy import Column, ForeignKey, Index, Integer, MetaData, Table

from runner.store.column_shapes import JsonShape
from runner.store.columns import (
    CountColumn,
    EnumColumn,
    JsonColumn,
    MeasureColumn,
    NameColumn,
    SecondsColumn,
    SeedColumn,
    TextColumn,
    TimeColumn,
)
from runner.store.records import MODES, ORIGINS, STUDY_STATES, TRIAL_STATES

__all__ = [
    "OPTUNA_TABLES",
    "PARTS",
    "REVISIONS",
    "VERSION_TABLE",
    "confirmations",
    "epochs",
    "evaluations",
    "insights",
    "metadata",
    "studies",
    "trials",
]

VERSION_TABLE = "modelcat_alembic_version"

_VERSIONS = Path(__file__).parent / "migrations" / "versions"

REVISIONS = tuple(sorted(file.name[1:5] for file in _VERSIONS.glob("v[0-9][0-9][0-9][0-9]_*.py")))
"""Every released schema, oldest first; read from the file names: opening a database does not import Alembic."""

OPTUNA_TABLES = frozenset(
    {
        "alembic_version",
        "studies",
        "study_directions",
        "study_system_attributes",
        "study_user_attributes",
        "trial_heartbeats",
        "trial_intermediate_values",
        "trial_params",
        "trial_system_attributes",
        "trial_user_attributes",
        "trial_values",
        "trials",
        "version_info",
    }
)

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)

studies = Table(
    "modelcat_studies",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("study", NameColumn, nullable=False, unique=True),
    Column("key", TextColumn, nullable=False),
    Column("mode", EnumColumn(MODES), nullable=False),
    Column("state", EnumColumn(STUDY_STATES), nullable=False),
    Column("spec", JsonColumn(JsonShape.SPEC), nullable=False),
    Column("base", TextColumn, nullable=False),
    Column("space", JsonColumn(JsonShape.SPACE), nullable=False),
    Column("data", JsonColumn(JsonShape.DATA), nullable=False),
    Column("direction", EnumColumn(("maximize", "minimize")), nullable=False),
    Column("metric", TextColumn, nullable=False),
    Column("planned", CountColumn, nullable=False),
    Column("title", TextColumn),
    Column("notes", TextColumn),
    Column("created", TimeColumn, nullable=False),
    Column("updated", TimeColumn, nullable=False),
    Column("seconds", SecondsColumn, nullable=False),
    # The lease. The epoch outlives it, so that a former holder is never mistaken for the present one.
    Column("lease_epoch", CountColumn, nullable=False),
    Column("lease_host", TextColumn),
    Column("lease_pid", CountColumn),
    Column("lease_started", SecondsColumn),
    Column("lease_since", TimeColumn),
    Column("lease_expires", TimeColumn),
    Column("baseline", JsonColumn(JsonShape.BASELINE)),
    Column("verdict", JsonColumn(JsonShape.VERDICT)),
    Column("test", JsonColumn(JsonShape.TEST)),
    Column("winner", JsonColumn(JsonShape.WINNER)),
    Column("model_dir", TextColumn),
    Column("versions", JsonColumn(JsonShape.VERSIONS), nullable=False),
    Column("failure", JsonColumn(JsonShape.FAILURE)),
    Column("queued", TimeColumn),
    Column("stop_requested", TimeColumn),
    Column("restarts", Integer, nullable=False, server_default="0"),
    Column("metrics", JsonColumn(JsonShape.METRIC_RECORDS), nullable=False, server_default="[]"),
)


def _study_id() -> Column[int]:
    return Column(
        "study_id", Integer, ForeignKey("modelcat_studies.id", ondelete="CASCADE"), primary_key=True, nullable=False
    )


trials = Table(
    "modelcat_trials",
    metadata,
    _study_id(),
    Column("number", CountColumn, primary_key=True, autoincrement=False),
    Column("state", EnumColumn(TRIAL_STATES), nullable=False),
    Column("origin", EnumColumn(ORIGINS), nullable=False),
    Column("params", JsonColumn(JsonShape.PARAMS), nullable=False),
    Column("value", MeasureColumn),
    Column("metrics", JsonColumn(JsonShape.METRICS), nullable=False),
    Column("seconds", MeasureColumn),
    Column("failure", JsonColumn(JsonShape.TRIAL_FAILURE)),
    Column("started", TimeColumn),
    Column("finished", TimeColumn),
    Column("notes", JsonColumn(JsonShape.NOTES), nullable=False),
    Column("speed", JsonColumn(JsonShape.METRICS), nullable=False),
    Column("model_dir", TextColumn),
    Column("predictions", TextColumn),
    Column("reused_from", CountColumn),
    # Counts and best trials are read from this index alone, without touching the wide rows.
    Index("ix_modelcat_trials_totals", "study_id", "state", "value", "number"),
)

epochs = Table(
    "modelcat_epochs",
    metadata,
    _study_id(),
    Column("training", TextColumn, primary_key=True),
    Column("progress", SecondsColumn, primary_key=True),
    Column("epoch", SecondsColumn, nullable=False),
    Column("train_loss", MeasureColumn),
    Column("metrics", JsonColumn(JsonShape.METRICS), nullable=False),
    Column("learning_rate", MeasureColumn),
    Column("seconds", SecondsColumn, nullable=False),
    Column("train_metrics", JsonColumn(JsonShape.METRICS), nullable=False, server_default="{}"),
)

confirmations = Table(
    "modelcat_confirmations",
    metadata,
    _study_id(),
    Column("arm", TextColumn, primary_key=True),
    Column("seed", SeedColumn, primary_key=True, autoincrement=False),
    Column("metrics", JsonColumn(JsonShape.METRICS), nullable=False),
    Column("model_dir", TextColumn),
    Column("predictions", TextColumn),
    Column("seconds", SecondsColumn, nullable=False),
)

evaluations = Table(
    "modelcat_evaluations",
    metadata,
    _study_id(),
    Column("subject", TextColumn, primary_key=True),
    Column("split", EnumColumn(("validation", "test")), primary_key=True),
    Column("rows", CountColumn, nullable=False),
    Column("metrics", JsonColumn(JsonShape.METRICS), nullable=False),
    Column("predictions", TextColumn),
    Column("details", JsonColumn(JsonShape.DETAILS), nullable=False, server_default="{}"),
)

# The results computed once a study was closed: calibration, words, flips, importance of parameters.
insights = Table(
    "modelcat_insights",
    metadata,
    _study_id(),
    Column("name", TextColumn, primary_key=True),
    Column("content", JsonColumn(JsonShape.INSIGHT), nullable=False),
)

PARTS = (trials, epochs, confirmations, evaluations, insights)
"""The tables of what belongs to a study, with one row or more for each study."""
