"""Converts records to rows. Every function runs inside a write transaction of its caller."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, Table, column, delete, insert, select, update
from sqlalchemy import table as table_of
from sqlalchemy.exc import IntegrityError

from catalog.errors import StudyConflictError
from runner.store import schema
from runner.store.leasing import now
from runner.store.records import EpochRecord, StudyChanges

__all__ = [
    "change_study",
    "clear_results",
    "clear_training",
    "create_study",
    "drop_optuna_study",
    "drop_study",
    "put",
    "put_epoch",
    "put_insight",
]


def create_study(connection: Connection, values: Mapping[str, Any]) -> None:
    """Insert a study, queued and not run by any process."""
    moment = now(connection)
    defaults = {"state": "queued", "created": moment, "updated": moment, "seconds": 0.0, "lease_epoch": 0}
    try:
        made = connection.execute(insert(schema.studies).values(**defaults, **values)).inserted_primary_key
    except IntegrityError as error:
        raise StudyConflictError(
            f"there is a study {values['study']!r} already, which somebody has made meanwhile: the same command again "
            "tells how it stands, or goes on with it"
        ) from error
    assert made is not None, "one row was inserted"
    for part in schema.PARTS:  # rows left over without their study, whose number the new study has now
        connection.execute(delete(part).where(part.c.study_id == made[0]))


def change_study(connection: Connection, study_id: int, changes: Mapping[str, Any]) -> None:
    """Set fields of a study.

    Raises:
        TypeError: A field is fixed, or does not exist.
    """
    if strange := sorted(changes.keys() - StudyChanges.__annotations__.keys()):
        raise TypeError(f"{', '.join(strange)}: not among {', '.join(StudyChanges.__annotations__)}")
    if changes:
        connection.execute(update(schema.studies).where(schema.studies.c.id == study_id).values(**changes))


def drop_study(connection: Connection, study_id: int) -> None:
    """Delete a study and all that belongs to it."""
    connection.execute(delete(schema.studies).where(schema.studies.c.id == study_id))


def drop_optuna_study(connection: Connection, study: str) -> None:
    """Delete what Optuna's tables hold of a study.

    Optuna itself would read all of it first, which fails if a cell is damaged.
    """
    named = table_of("studies", column("study_id"), column("study_name"))
    its_studies = select(named.c.study_id).where(named.c.study_name == study)
    trials = table_of("trials", column("study_id"), column("trial_id"))
    its_trials = select(trials.c.trial_id).where(trials.c.study_id.in_(its_studies))
    for name in sorted(schema.OPTUNA_TABLES):
        if name.startswith("trial_"):
            part = table_of(name, column("trial_id"))
            connection.execute(delete(part).where(part.c.trial_id.in_(its_trials)))
    for name in ("trials", *sorted(name for name in schema.OPTUNA_TABLES if name.startswith("study_"))):
        part = table_of(name, column("study_id"))
        connection.execute(delete(part).where(part.c.study_id.in_(its_studies)))
    connection.execute(delete(named).where(named.c.study_name == study))


def put(connection: Connection, study_id: int, table: Table, record: Any) -> None:
    """Insert a record, or replace the one with the same key.

    Two statements instead of an upsert, which each database spells differently; the caller has locked the study's row.
    """
    values = {field.name: getattr(record, field.name) for field in fields(record)}
    key = [column == values[column.name] for column in table.primary_key if column.name != "study_id"]
    replaced = connection.execute(update(table).where(table.c.study_id == study_id, *key).values(**values))
    if replaced.rowcount == 0:
        connection.execute(insert(table).values(study_id=study_id, **values))


def put_insight(connection: Connection, study_id: int, name: str, content: Any) -> None:
    """Insert an insight, or replace the one of that name."""
    table = schema.insights
    connection.execute(delete(table).where(table.c.study_id == study_id, table.c.name == name))
    connection.execute(insert(table).values(study_id=study_id, name=name, content=content))


def clear_results(connection: Connection, study_id: int) -> None:
    """Remove the results of the end of a study; evaluations of its trials and its baseline on validation stay."""
    for table in (schema.confirmations, schema.insights):
        connection.execute(delete(table).where(table.c.study_id == study_id))
    table = schema.evaluations
    kept = (table.c.split == "validation") & (table.c.subject.startswith("trial/") | (table.c.subject == "baseline"))
    connection.execute(delete(table).where(table.c.study_id == study_id, ~kept))
    change_study(connection, study_id, {"verdict": None, "test": None, "winner": None})


def put_epoch(connection: Connection, study_id: int, epoch: EpochRecord) -> None:
    """Insert a measurement in place of all that were made at that point of the training or after it."""
    table = schema.epochs
    place = (table.c.study_id == study_id, table.c.training == epoch.training, table.c.progress >= epoch.progress)
    connection.execute(delete(table).where(*place))
    values = {field.name: getattr(epoch, field.name) for field in fields(epoch)}
    connection.execute(insert(table).values(study_id=study_id, **values))


def clear_training(connection: Connection, study_id: int, training: str, *, measurements: bool) -> None:
    """Remove the evaluations of one training, and, if asked for, its measurements."""
    table = schema.evaluations
    connection.execute(delete(table).where(table.c.study_id == study_id, table.c.subject == training))
    if measurements:
        table = schema.epochs
        connection.execute(delete(table).where(table.c.study_id == study_id, table.c.training == training))
