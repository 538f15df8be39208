"""Converts rows to records. Every function runs inside a transaction of its caller."""

import difflib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, case, column, func, or_, select, tuple_
from sqlalchemy import table as table_of

from catalog.errors import UnknownStudyError
from runner.store import schema
from runner.store.column_shapes import JsonShape, fault
from runner.store.columns import DamagedValue
from runner.store.damage import check, id_in, mend
from runner.store.leasing import lease_in
from runner.store.records import (
    EARLY_END,
    TRIAL_STATES,
    BestTrial,
    ConfirmationRecord,
    EpochRecord,
    EvaluationRecord,
    StudyRecord,
    TrialCounts,
    TrialRecord,
)

__all__ = [
    "confirmations",
    "courses",
    "epochs",
    "evaluations",
    "insights",
    "is_damaged",
    "is_queued",
    "optuna_knows",
    "queue",
    "stop_requested",
    "studies",
    "study_id",
    "trial",
    "trials",
    "unfinished_of_queue",
]

#: No trial has a larger number, and a database would raise an error instead of not finding it.
_NUMBERS = 2**31


def study_id(connection: Connection, name: str) -> int:
    """Return the id of a study's row.

    Raises:
        UnknownStudyError: There is none of that name; the message names the nearest.
    """
    found: int | None = connection.scalar(select(schema.studies.c.id).where(schema.studies.c.study == name))
    if found is None and (by_id := id_in(name)) is not None:
        named = connection.execute(select(schema.studies.c.study).where(schema.studies.c.id == by_id)).first()
        found = by_id if named is not None and not isinstance(named[0], str) else None
    if found is None:
        names = [one for one in connection.scalars(select(schema.studies.c.study)) if isinstance(one, str)]
        near = difflib.get_close_matches(name, names, n=1)
        hint = f"did you mean {near[0]!r}?" if near else "`modelcat studies` lists them"
        raise UnknownStudyError(f"there is no study {name!r}: {hint if names else 'there is none at all yet'}")
    return found


def studies(connection: Connection, only: int | None = None) -> list[StudyRecord]:
    """Return all studies, oldest first, or only the one whose row has the id `only`."""
    query = select(schema.studies).order_by(schema.studies.c.id)
    if only is not None:
        query = query.where(schema.studies.c.id == only)
    counts, best, early = _counts(connection, only), _best(connection, only), _early_ends(connection, only)
    rows = list(_rows(connection, query))
    damage = [mend(row) for row in rows]
    best |= _winners(connection, rows, best)
    return [
        _study(row, told, counts.get(row["id"], TrialCounts()), best.get(row["id"]), early.get(row["id"]))
        for row, told in zip(rows, damage, strict=True)
    ]


def is_queued() -> ColumnElement[bool]:
    """Return the condition for a study in the queue; a study that `modelcat run` is making now does not meet it."""
    return (schema.studies.c.state == "queued") & schema.studies.c.queued.is_not(None)


def queue(connection: Connection) -> list[StudyRecord]:
    """Return the studies that wait, longest waiting first."""
    table = schema.studies.c
    waiting = connection.scalars(select(table.id).where(is_queued()).order_by(table.queued, table.id)).all()
    return [study for owner in waiting for study in studies(connection, only=owner)]


def unfinished_of_queue(connection: Connection, moment: datetime) -> list[int]:
    """Return the ids of the studies of the queue that no process runs, first queued first.

    They wait in it, or a process that has died took them from it, and no user has asked that they stop.
    """
    table = schema.studies.c
    taken = (table.state == "running") & table.queued.is_not(None) & table.stop_requested.is_(None)
    lease = [column for column in table if column.name.startswith("lease_")]
    query = select(table.id, *lease).where(is_queued() | taken).order_by(table.queued, table.id)
    found = [(row["id"], lease_in(row)) for row in _rows(connection, query)]
    return [owner for owner, held in found if held is None or not held.held_by_living(moment)]


def is_damaged(connection: Connection, study_id: int) -> bool:
    """Return whether another program has damaged the row of a study."""
    query = select(schema.studies).where(schema.studies.c.id == study_id)
    return any(mend(row) is not None for row in _rows(connection, query))


def optuna_knows(connection: Connection, study: str) -> bool:
    """Return whether Optuna's own tables hold a study of that name."""
    theirs = table_of("studies", column("study_name"))
    return connection.scalar(select(theirs.c.study_name).where(theirs.c.study_name == study)) is not None


def stop_requested(connection: Connection, study: str) -> bool:
    """Return whether a user has asked that a study stop."""
    table = schema.studies.c
    return connection.scalar(select(table.stop_requested).where(table.study == study)) is not None


def courses(connection: Connection, among: Collection[str] | None) -> dict[str, tuple[float, ...]]:
    """Return the values of the complete trials of each study, or of those named, by number; only an index is read."""
    study, trial = schema.studies.c, schema.trials.c
    query = select(trial.study_id, trial.number, trial.value).where(trial.state == "complete", trial.value.is_not(None))
    known = select(study.id, study.study).order_by(study.id)
    if among is not None:
        known = known.where(study.study.in_(among))
    names = connection.execute(known).all()
    if among is not None:
        query = query.where(trial.study_id.in_([owner for owner, _ in names]))
    found: dict[int, dict[int, float]] = {}
    # In parts: the garbage collector would traverse 20,000 rows at once, which takes longer than the query itself.
    for rows in connection.execute(query).partitions(500):
        for owner, number, value in rows:
            if isinstance(number, int) and isinstance(value, float):  # else reading the trials says what is wrong
                found.setdefault(owner, {})[number] = value
    ordered = {owner: tuple(values[number] for number in sorted(values)) for owner, values in found.items()}
    return {name if isinstance(name, str) else f"#{owner}": ordered.get(owner, ()) for owner, name in names}


def _study(
    row: dict[str, Any],
    damage: str | None,
    counts: TrialCounts,
    best: BestTrial | None,
    early_end: Mapping[str, Any] | None,
) -> StudyRecord:
    derived: dict[str, Any] = {"lease": lease_in(row), "trials": counts, "best": best, "damage": damage}
    derived["early_end"] = early_end
    stored = {field.name: row[field.name] for field in fields(StudyRecord) if field.name not in derived}
    return StudyRecord(**stored, **derived)


def _counts(connection: Connection, only: int | None) -> dict[int, TrialCounts]:
    """Count trials by state; counted at each read, from an index alone, so that no stored total can be wrong."""
    table = schema.trials.c
    query = select(table.study_id, table.state, func.count()).group_by(table.study_id, table.state)
    if only is not None:
        query = query.where(table.study_id == only)
    counts: dict[int, dict[str, int]] = {}
    for owner, state, count in connection.execute(query):
        counts.setdefault(owner, {})[state] = count
    known = {owner: {state: states.get(state, 0) for state in TRIAL_STATES} for owner, states in counts.items()}
    return {owner: TrialCounts(**states) for owner, states in known.items()}


def _best(connection: Connection, only: int | None) -> dict[int, BestTrial]:
    """Return the best complete trial of each study, ranked in an index before the wide rows are read."""
    study, trial = schema.studies.c, schema.trials.c
    better = case((study.direction == "maximize", -trial.value), else_=trial.value)
    place = func.row_number().over(partition_by=trial.study_id, order_by=(better, trial.number)).label("place")
    ranked = (
        select(trial.study_id, trial.number, place)
        .join(schema.studies, study.id == trial.study_id)
        .where(trial.state == "complete", trial.value.is_not(None))
    )
    if only is not None:
        ranked = ranked.where(trial.study_id == only)
    first = ranked.subquery().c
    query = select(trial.study_id, trial.number, trial.value, trial.params, trial.metrics).where(
        first.place == 1, first.study_id == trial.study_id, first.number == trial.number
    )
    return _whole((owner, BestTrial(*values)) for owner, *values in connection.execute(query))


def _winners(connection: Connection, rows: list[dict[str, Any]], best: dict[int, BestTrial]) -> dict[int, BestTrial]:
    """Return the trials of those winners that are not the best trials of their studies.

    A winner without a value, since only its confirmation succeeded, gets the value of the confirmation.
    """
    scores: dict[int, float] = {}
    places = []
    for row in rows:
        winner = row["winner"] or {}
        number, known = winner.get("trial"), best.get(row["id"])
        if isinstance(number, int) and number < _NUMBERS and (known is None or known.number != number):
            places.append((row["id"], number))
            if isinstance(winner.get("score"), float):
                scores[row["id"]] = winner["score"]
    if not places:
        return {}
    trial = schema.trials.c
    query = select(trial.study_id, trial.number, trial.value, trial.params, trial.metrics)
    winning: dict[int, BestTrial] = {}
    for owner, number, value, *rest in connection.execute(
        query.where(tuple_(trial.study_id, trial.number).in_(places))
    ):
        score = scores.get(owner) if value is None else value
        if score is not None:
            winning[owner] = BestTrial(number, score, *rest)
    return _whole(winning.items())


def _whole(found: Iterable[tuple[int, BestTrial]]) -> dict[int, BestTrial]:
    """Leave out damaged values; reading the trials raises an error about them."""
    return {
        owner: best
        for owner, best in found
        if not any(
            isinstance(value, DamagedValue | None) for value in (best.number, best.value, best.params, best.metrics)
        )
    }


def _early_ends(connection: Connection, only: int | None) -> dict[int, Mapping[str, Any]]:
    """Return why searches ended early, for those studies whose search did."""
    table = schema.insights.c
    query = select(table.study_id, table.content).where(table.name == EARLY_END)
    # Named one by one, so that an index finds them: an insight may hold many strings.
    query = query.where(table.study_id == only if only is not None else table.study_id.in_(select(schema.studies.c.id)))
    return {
        owner: found
        for owner, found in connection.execute(query)
        if isinstance(found, dict) and found and fault(JsonShape.EARLY_END, found) is None
    }


def trials(connection: Connection, study: str, after: int, among: Collection[int]) -> list[TrialRecord]:
    """Return by number the trials of a study whose number is larger than `after` or is in `among`."""
    table = schema.trials
    query = _of(table, TrialRecord, study_id(connection, study)).order_by(table.c.number)
    if after >= 0:
        known = [number for number in set(among) if 0 <= number < _NUMBERS]
        query = query.where(or_(table.c.number > min(after, _NUMBERS - 1), table.c.number.in_(known)))
    return [_trial(row) for row in _checked(connection, query, study, table)]


def trial(connection: Connection, study: str, number: int) -> TrialRecord:
    """Return one trial.

    Raises:
        UnknownStudyError: There is no such study, or no such trial; the message names the range of numbers.
    """
    owner, table = study_id(connection, study), schema.trials
    if 0 <= number < _NUMBERS:
        query = _of(table, TrialRecord, owner).where(table.c.number == number)
        for row in _checked(connection, query, study, table):
            return _trial(row)
    last = connection.scalar(select(func.max(table.c.number)).where(table.c.study_id == owner))
    known = f"its trials are 0 to {last}" if isinstance(last, int) else "it has none yet"
    raise UnknownStudyError(f"study {study!r} has no trial {number}: {known}")


def epochs(connection: Connection, study: str, training: str | None) -> list[EpochRecord]:
    """Return the measurements of one training, or of all, in the order in which they were made."""
    table = schema.epochs
    query = _of(table, EpochRecord, study_id(connection, study)).order_by(table.c.training, table.c.progress)
    if training is not None:
        query = query.where(table.c.training == training)
    return [EpochRecord(**row) for row in _checked(connection, query, study, table)]


def confirmations(connection: Connection, study: str) -> list[ConfirmationRecord]:
    """Return the confirmation trainings of a study by arm and seed."""
    table = schema.confirmations
    query = _of(table, ConfirmationRecord, study_id(connection, study)).order_by(table.c.arm, table.c.seed)
    return [ConfirmationRecord(**row) for row in _checked(connection, query, study, table)]


def evaluations(connection: Connection, study: str) -> list[EvaluationRecord]:
    """Return the evaluations of a study by subject and split."""
    table = schema.evaluations
    query = _of(table, EvaluationRecord, study_id(connection, study)).order_by(table.c.subject, table.c.split)
    return [EvaluationRecord(**row) for row in _checked(connection, query, study, table)]


def insights(connection: Connection, study: str) -> dict[str, Any]:
    """Return the insights into a study, by name."""
    table = schema.insights
    owner, name = study_id(connection, study), table.c.name
    query = select(name, table.c.content).where(table.c.study_id == owner).order_by(name)
    return {row["name"]: row["content"] for row in _checked(connection, query, study, table)}


def _of(table: Table, record: type[Any], owner: int) -> Select[Any]:
    """Select the columns of a record, from the rows that belong to one study."""
    return select(*(table.c[field.name] for field in fields(record))).where(table.c.study_id == owner)


def _rows(connection: Connection, query: Select[Any]) -> Iterator[dict[str, Any]]:
    return (dict(row) for row in connection.execute(query).mappings())


def _checked(connection: Connection, query: Select[Any], study: str, table: Table) -> Iterator[dict[str, Any]]:
    for row in _rows(connection, query):
        check(study, table, row)
        yield row


def _trial(row: dict[str, Any]) -> TrialRecord:
    return TrialRecord(**row | {"notes": tuple(row["notes"])})
