"""The tables, all prefixed `modelcat_`; Optuna's own stand beside them in the same database.

A change here needs a revision under `migrations/versions`: ``make migration m="what changes"`` drafts it.
"""

from pathlib import Path

from sqlalchemy import Column, ForeignKey, Index, Integer, MetaData, Table

from runner.store.columns import Count, Document, Measure, Name, Prose, Seconds, Seed, Time, Word
from runner.store.records import MODES, ORIGINS, STUDY_STATES, TRIAL_STATES
from runner.store.shapes import Shape

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
"""Every released schema, oldest first; by the names of the files: opening a database does not import Alembic."""

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
    Column("study", Name, nullable=False, unique=True),
    Column("key", Prose, nullable=False),
    Column("mode", Word(MODES), nullable=False),
    Column("state", Word(STUDY_STATES), nullable=False),
    Column("spec", Document(Shape.SPEC), nullable=False),
    Column("base", Prose, nullable=False),
    Column("space", Document(Shape.SPACE), nullable=False),
    Column("data", Document(Shape.DATA), nullable=False),
    Column("direction", Word(("maximize", "minimize")), nullable=False),
    Column("metric", Prose, nullable=False),
    Column("planned", Count, nullable=False),
    Column("title", Prose),
    Column("notes", Prose),
    Column("created", Time, nullable=False),
    Column("updated", Time, nullable=False),
    Column("seconds", Seconds, nullable=False),
    # The lease. The epoch outlives it, so that a former holder can never be taken for the present one.
    Column("lease_epoch", Count, nullable=False),
    Column("lease_host", Prose),
    Column("lease_pid", Count),
    Column("lease_started", Seconds),
    Column("lease_since", Time),
    Column("lease_expires", Time),
    Column("baseline", Document(Shape.BASELINE)),
    Column("verdict", Document(Shape.VERDICT)),
    Column("test", Document(Shape.TEST)),
    Column("winner", Document(Shape.WINNER)),
    Column("model_dir", Prose),
    Column("versions", Document(Shape.VERSIONS), nullable=False),
    Column("failure", Document(Shape.FAILURE)),
    Column("queued", Time),
    Column("stop_requested", Time),
    Column("restarts", Integer, nullable=False, server_default="0"),
    Column("metrics", Document(Shape.METRIC_RECORDS), nullable=False, server_default="[]"),
)


def _study_id() -> Column[int]:
    return Column(
        "study_id", Integer, ForeignKey("modelcat_studies.id", ondelete="CASCADE"), primary_key=True, nullable=False
    )


trials = Table(
    "modelcat_trials",
    metadata,
    _study_id(),
    Column("number", Count, primary_key=True, autoincrement=False),
    Column("state", Word(TRIAL_STATES), nullable=False),
    Column("origin", Word(ORIGINS), nullable=False),
    Column("params", Document(Shape.PARAMS), nullable=False),
    Column("value", Measure),
    Column("metrics", Document(Shape.METRICS), nullable=False),
    Column("seconds", Measure),
    Column("failure", Document(Shape.TRIAL_FAILURE)),
    Column("started", Time),
    Column("finished", Time),
    Column("notes", Document(Shape.NOTES), nullable=False),
    Column("speed", Document(Shape.METRICS), nullable=False),
    Column("model_dir", Prose),
    Column("predictions", Prose),
    Column("reused_from", Count),
    # Counts and best trials are read from this index alone, without touching the wide rows.
    Index("ix_modelcat_trials_totals", "study_id", "state", "value", "number"),
)

epochs = Table(
    "modelcat_epochs",
    metadata,
    _study_id(),
    Column("training", Prose, primary_key=True),
    Column("progress", Seconds, primary_key=True),
    Column("epoch", Seconds, nullable=False),
    Column("train_loss", Measure),
    Column("metrics", Document(Shape.METRICS), nullable=False),
    Column("learning_rate", Measure),
    Column("seconds", Seconds, nullable=False),
    Column("train_metrics", Document(Shape.METRICS), nullable=False, server_default="{}"),
)

confirmations = Table(
    "modelcat_confirmations",
    metadata,
    _study_id(),
    Column("arm", Prose, primary_key=True),
    Column("seed", Seed, primary_key=True, autoincrement=False),
    Column("metrics", Document(Shape.METRICS), nullable=False),
    Column("model_dir", Prose),
    Column("predictions", Prose),
    Column("seconds", Seconds, nullable=False),
)

evaluations = Table(
    "modelcat_evaluations",
    metadata,
    _study_id(),
    Column("subject", Prose, primary_key=True),
    Column("split", Word(("validation", "test")), primary_key=True),
    Column("rows", Count, nullable=False),
    Column("metrics", Document(Shape.METRICS), nullable=False),
    Column("predictions", Prose),
    Column("details", Document(Shape.DETAILS), nullable=False, server_default="{}"),
)

# What was found out about a study once it was closed: calibration, words, flips, importance of parameters.
insights = Table(
    "modelcat_insights",
    metadata,
    _study_id(),
    Column("name", Prose, primary_key=True),
    Column("content", Document(Shape.INSIGHT), nullable=False),
)

PARTS = (trials, epochs, confirmations, evaluations, insights)
"""What belongs to a study, a row or more each."""
