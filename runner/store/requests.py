"""Requests: what processes other than a study's coordinator may write. Every function runs in its caller's transaction.

A request never waits for the lease and never touches what belongs to its holder: trials, results, files.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select, update

from catalog.errors import InputError, LostWorkerError, StudyConflictError
from runner.store import leasing, reading, writing
from runner.store.damage import mend
from runner.store.lease import Lease, Owner
from runner.store.leasing import now
from runner.store.records import StudyRecord, StudyState
from runner.store.schema import studies

__all__ = [
    "LONGEST_NOTES",
    "LONGEST_TITLE",
    "claim",
    "enqueue",
    "prose",
    "put_back",
    "refuse_to_queue",
    "requeue",
    "set_prose",
    "stop",
]

#: Characters of a title and of notes.
LONGEST_TITLE, LONGEST_NOTES = 200, 20_000


def enqueue(connection: Connection, values: Mapping[str, Any]) -> None:
    """Insert a study that waits in the queue; the results of preparation are not known yet."""
    writing.create_study(connection, {**values, "space": {}, "data": {}, "queued": now(connection)})


def requeue(connection: Connection, study: str, planned: int | None) -> None:
    """Put a study that no process runs back into the queue."""
    record = _locked(connection, study)
    leasing.refuse_half_deleted(connection, study)
    if record.lease is None or not record.lease.held_by_living(now(connection)):
        refuse_to_queue(record, planned)
    lease = leasing.acquire(connection, study, Owner.this_process(), timedelta(0))  # or an error that names the holder
    values: dict[str, Any] = {"planned": planned or record.planned, "failure": None, "stop_requested": None}
    values["restarts"] = 0
    if record.winner is not None:
        # The verdict was made from these: the process that runs it next must be able to tell more trials from a resume.
        values["winner"] = {"planned": record.planned, **record.winner}
    connection.execute(update(studies).where(studies.c.study == study).values(queued=now(connection), **values))
    leasing.release(connection, study, lease, "queued")


def refuse_to_queue(record: StudyRecord, planned: int | None) -> None:
    """Raise StudyConflictError if there is nothing to queue: the study waits already, is done, or would fail again."""
    if record.state == "queued" and record.queued is not None:
        raise StudyConflictError(f"study {record.study!r} is queued already, since {_when(record.queued)}")
    if planned is not None and planned < record.planned:
        raise StudyConflictError(
            f"study {record.study!r} has {record.planned} trials planned, not {planned}: their number can only grow",
            field="study.trials",
        )
    if record.is_fruitless and (planned is None or planned == record.planned or record.early_end is not None):
        raise StudyConflictError(f"study {record.study!r} would fail again: {record.failure_clause}")
    if record.state == "finished" and (planned is None or planned == record.planned):
        raise StudyConflictError(
            f"study {record.study!r} is finished with {record.planned} trials: a larger study.trials extends it",
            field="study.trials",
        )


def claim(connection: Connection, owner: Owner, ttl: timedelta) -> tuple[StudyRecord, Lease | None] | None:
    """Take the study that was queued first and that no process runs; return None if there is none.

    It is marked as running. A study whose holder has died is taken up again as often as its spec allows, and each time
    is counted; after that it has failed, and is returned without a lease. A damaged study is left alone.
    """
    for study_id in reading.unfinished_of_queue(connection, now(connection)):
        # In PostgreSQL another worker may be taking it now, or may have taken it; SQLite is locked as a whole.
        unlocked = select(studies).where(studies.c.id == study_id).with_for_update(skip_locked=True)
        found = connection.execute(unlocked).mappings().first()
        if found is None or study_id not in reading.unfinished_of_queue(connection, now(connection)):
            continue
        row = dict(found)
        if mend(row) is not None:  # `studies` and `doctor` report it
            continue
        record = reading.studies(connection, only=study_id)[0]
        again = row["state"] == "running"
        if again and record.restarts >= record.max_restarts:
            _fail_abandoned(connection, record)
            return reading.studies(connection, only=study_id)[0], None
        lease = leasing.begin_from_queue(connection, row["study"], owner, ttl, again=again)
        return reading.studies(connection, only=study_id)[0], lease
    return None


def _fail_abandoned(connection: Connection, record: StudyRecord) -> None:
    """Take a study out of the queue whose holders have died too often."""
    lease = leasing.acquire(connection, record.study, Owner.this_process(), timedelta(0))
    who = f", the last time {record.lease.owner}" if record.lease else ""
    message = (
        f"whoever ran it has died {record.restarts + 1} times{who}: it is not taken up again, since study.max_retries "
        f"is {record.max_restarts}. `modelcat resume {record.study}` goes on where it stopped"
    )
    failed = {"failure": {"kind": LostWorkerError.kind, "message": message}}
    connection.execute(update(studies).where(studies.c.study == record.study).values(**failed))
    leasing.release(connection, record.study, lease, "failed")


def put_back(connection: Connection, study: str, lease: Lease, *, counted: bool) -> StudyState:
    """Give a lease back and leave the study in the queue, at its old place; return the state in which it was left.

    It is stopped instead if a user has asked for that, or if this is counted and has happened too often.
    """
    record = _locked(connection, study)
    stops = record.stop_requested is not None or record.queued is None
    state: StudyState = "stopped" if stops or (counted and record.restarts >= record.max_restarts) else "queued"
    leasing.release(connection, study, lease, state)
    if counted and state == "queued":
        again = {"restarts": studies.c.restarts + 1}
        connection.execute(update(studies).where(studies.c.study == study).values(**again))
    return state


def stop(connection: Connection, study: str) -> StudyState:
    """Ask the process that runs a study to stop it; if no process does, stop it at once. Return the resulting state."""
    record, moment = _locked(connection, study), now(connection)
    if record.state not in {"queued", "running"}:
        return record.state
    if record.lease is not None and record.lease.held_by_living(moment):
        connection.execute(update(studies).where(studies.c.study == study).values(stop_requested=moment))
        return record.state
    lease = leasing.acquire(connection, study, Owner.this_process(), timedelta(0))
    leasing.release(connection, study, lease, "stopped")
    return "stopped"


def prose(what: str, text: str | None, longest: int) -> str | None:
    """Check a title or notes; a blank text counts as None.

    Raises:
        InputError: It is too long.
    """
    if text is not None and len(text) > longest:
        raise InputError(f"{what} of {len(text):,} characters is too long: {longest:,} at most")
    return text if text and text.strip() else None


def set_prose(connection: Connection, study: str, column: str, text: str | None) -> None:
    """Write a title or notes."""
    study_id = reading.study_id(connection, study)
    connection.execute(
        update(studies).where(studies.c.id == study_id).values({column: text, "updated": now(connection)})
    )


def _locked(connection: Connection, study: str) -> StudyRecord:
    """Return a study that no other process changes before the transaction ends; SQLite is locked as a whole.

    Raises:
        StoreError: Its record is damaged; the message names the field.
    """
    study_id = reading.study_id(connection, study)
    connection.execute(select(studies.c.id).where(studies.c.id == study_id).with_for_update())
    record = reading.studies(connection, only=study_id)[0]
    record.refuse_damage()
    return record


def _when(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
