"""Tasks: what a task found in an evaluation stands among its details, and a study keeps the metrics of its task."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

from catalog import registry
from catalog.contract import DataSummary
from catalog.errors import ModelcatError
from catalog.metric import metric_to_json

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_STUDIES = sa.table(
    "modelcat_studies",
    sa.column("id", sa.Integer),
    sa.column("key", sa.Text),
    sa.column("data", sa.JSON(none_as_null=True)),
    sa.column("metrics", sa.JSON(none_as_null=True)),
)
_EVALUATIONS = sa.table(
    "modelcat_evaluations",
    sa.column("study_id", sa.Integer),
    sa.column("subject", sa.Text),
    sa.column("split", sa.Text),
    sa.column("confusion", sa.JSON(none_as_null=True)),
    sa.column("details", sa.JSON(none_as_null=True)),
)


def upgrade() -> None:
    """Apply."""
    column = sa.Column("metrics", sa.JSON(none_as_null=True), server_default=sa.text("'[]'"), nullable=False)
    op.add_column("modelcat_studies", column)
    connection = op.get_bind()
    studies = sa.select(_STUDIES.c.id, _STUDIES.c.key, _text(_STUDIES.c.data).label("data"))
    for row in connection.execute(studies).all():
        if metrics := _metrics(row.key, _parsed(row.data)):
            connection.execute(sa.update(_STUDIES).where(_STUDIES.c.id == row.id).values(metrics=metrics))
    for update, details, confusion in _evaluations(connection, _EVALUATIONS.c.confusion):
        if isinstance(confusion, list):  # else it is damaged, and the reader of the record reports the rest
            connection.execute(update.values(details={**details, "confusion": confusion, **_labels(details)}))
    op.drop_column("modelcat_evaluations", "confusion")


def downgrade() -> None:
    """Take back."""
    # Not as a batch, as in revision 0003.
    column = sa.Column("confusion", sa.JSON(none_as_null=True), server_default=sa.text("'[]'"), nullable=False)
    op.add_column("modelcat_evaluations", column)
    connection = op.get_bind()
    for update, details, _ in _evaluations(connection, sa.null()):
        confusion, _ = details.pop("confusion", []), details.pop("labels", None)
        connection.execute(update.values(details=details, confusion=confusion))
    op.drop_column("modelcat_studies", "metrics")


def _evaluations(connection: sa.Connection, column: Any) -> Iterator[tuple[sa.Update, dict[str, Any], Any]]:
    """Yield for each evaluation whose details are sound its update, these, and what `column` holds."""
    keys = (_EVALUATIONS.c.study_id, _EVALUATIONS.c.subject, _EVALUATIONS.c.split)
    for study, subject, split, details, other in connection.execute(
        sa.select(*keys, _text(_EVALUATIONS.c.details), _text(column))
    ).all():
        if isinstance(found := _parsed(details), dict):
            row = sa.update(_EVALUATIONS).where(keys[0] == study, keys[1] == subject, keys[2] == split)
            yield row, found, _parsed(other)


def _labels(details: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the names of the classes, which evaluations of this schema hold next to the scores."""
    classes = details.get("classes")
    if not isinstance(classes, list) or not classes:
        return {}
    found = [one.get("label") if isinstance(one, Mapping) else None for one in classes]
    names = [label for label in found if isinstance(label, str)]
    return {"labels": names} if len(names) == len(found) else {}


def _text(column: Any) -> Any:
    """Return the column as the database holds it: SQLite may hold what is no JSON."""
    return sa.type_coerce(column, sa.Text)


def _parsed(stored: Any) -> Any:
    """Return a JSON value; PostgreSQL's driver has parsed it already."""
    if not isinstance(stored, str | bytes):
        return stored
    try:
        return json.loads(stored)
    except (ValueError, RecursionError):  # damaged
        return None


def _metrics(key: Any, data: Any) -> list[dict[str, Any]]:
    """Return the metrics of a study's task; none if the task is not installed, or the data are damaged."""
    if not isinstance(key, str) or not isinstance(data, Mapping):
        return []
    try:
        task = registry.load_task(registry.task_key(key))
        found = task.metrics_of(DataSummary("", "", {}, details=data)) if data else task.metrics
        return [metric_to_json(metric) for metric in found]
    except (ModelcatError, ValueError, TypeError, KeyError):
        return []
