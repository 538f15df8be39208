"""Takes, keeps and checks leases. Every function runs inside a write transaction of its caller.

One clock decides when a lease ends: that of the database's server, or of the one machine that uses a SQLite file. If
that clock is put forward, a lease ends early: its former holder is refused at its next write. If the clock is put back,
the lease would last longer by that time: `cap` prevents that.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select, update

from catalog.errors import StudyConflictError, UnknownStudyError
from runner.store.columns import DamagedValue, TimeColumn
from runner.store.damage import mend
from runner.store.lease import Lease, Owner
from runner.store.schema import studies

__all__ = [
    "DELETED",
    "acquire",
    "begin",
    "begin_from_queue",
    "cap",
    "check",
    "fence",
    "lease_in",
    "now",
    "refuse_half_deleted",
    "release",
    "renew",
]

#: Kind of failure of a study whose deletion was begun: such a study must not be resumed.
DELETED = "deleted"
_LEASE = ("lease_host", "lease_pid", "lease_started", "lease_since", "lease_expires")


def now(connection: Connection) -> datetime:
    """Return this moment in UTC by the clock that all possible lease holders share: the server's, or this machine's."""
    if connection.dialect.name == "sqlite":
        return datetime.now(UTC)
    moment: datetime = connection.execute(select(func.clock_timestamp(type_=TimeColumn))).scalar_one()
    return moment


def lease_in(row: Mapping[str, Any]) -> Lease | None:
    """Return the lease that a row of `studies` holds; None if a part of it is missing or damaged."""
    if any(row[name] is None or isinstance(row[name], DamagedValue) for name in _LEASE):
        return None
    owner = Owner(row["lease_host"], row["lease_pid"], row["lease_started"])
    return Lease(owner, row["lease_epoch"], row["lease_since"], row["lease_expires"])


def acquire(connection: Connection, study: str, owner: Owner, ttl: timedelta, *, takeover: bool = False) -> Lease:
    """Take the lease of a study that no living process holds, or, with `takeover`, one that another host holds."""
    row = _row(connection, study)
    if row is None:
        raise UnknownStudyError(f"there is no study {study!r}: it was deleted")
    held, moment = lease_in(row), now(connection)
    if held and held.held_by_living(moment):
        _refuse_or_take(study, held, owner, takeover=takeover)
    lease = Lease(owner, row["lease_epoch"] + 1, moment, moment + ttl)
    taken = _identity(lease) | {"lease_since": lease.since, "lease_expires": lease.expires, "updated": moment}
    connection.execute(update(studies).where(studies.c.id == row["id"]).values(**taken))
    return lease


def begin(connection: Connection, study: str, owner: Owner, ttl: timedelta, *, takeover: bool = False) -> Lease:
    """Take the lease of a study and mark it as running; clear an earlier request to stop and its place in the queue."""
    lease = acquire(connection, study, owner, ttl, takeover=takeover)
    _mark_running(connection, study, {"queued": None, "restarts": 0})
    return lease


def begin_from_queue(connection: Connection, study: str, owner: Owner, ttl: timedelta, *, again: bool) -> Lease:
    """Take the lease of a study of the queue and mark it as running; count a restart if it is taken up `again`."""
    lease = acquire(connection, study, owner, ttl)
    _mark_running(connection, study, {"restarts": studies.c.restarts + 1} if again else {})
    return lease


def _mark_running(connection: Connection, study: str, values: Mapping[str, Any]) -> None:
    running = {"state": "running", "failure": None, "stop_requested": None, **values}
    connection.execute(update(studies).where(studies.c.study == study).values(**running))


def refuse_half_deleted(connection: Connection, study: str) -> None:
    """Raise StudyConflictError if the deletion of the study was begun."""
    row = _row(connection, study)
    if row and (row["failure"] or {}).get("kind") == DELETED:
        raise StudyConflictError(f"study {study!r} is half deleted: delete it again to finish that")


def _refuse_or_take(study: str, held: Lease, owner: Owner, *, takeover: bool) -> None:
    elsewhere = held.owner.host != owner.host
    if takeover and elsewhere:
        return
    advice = (
        f"`modelcat stop {study}` asks it to end"
        if not elsewhere
        else f"stop it there, or `modelcat resume {study} --takeover` if that host is gone"
    )
    raise StudyConflictError(
        f"study {study!r} is being run by {held.owner} since {held.since:%Y-%m-%d %H:%M:%S} UTC: {advice}"
    )


def check(connection: Connection, study: str, lease: Lease) -> None:
    """Check that `lease` still holds, and make sure that it does until the transaction ends.

    Raises:
        StudyConflictError: The lease was released, or another process has taken it.
    """
    held = select(studies.c.id).where(studies.c.study == study, *_holds(lease))
    if connection.scalar(held.with_for_update(read=True)) is None:
        raise _lost(connection, study, lease)


def fence(connection: Connection, study: str, lease: Lease) -> int:
    """Check that `lease` still holds, mark the study as updated, and return the id of its row.

    In PostgreSQL this also locks the row, so that the lease cannot be taken before the transaction ends.

    Raises:
        StudyConflictError: The lease was released, or another process has taken it.
    """
    named = update(studies).where(studies.c.study == study, *_holds(lease))
    # Not `now`, which would ask the server once more for each write.
    moment = datetime.now(UTC) if connection.dialect.name == "sqlite" else func.clock_timestamp()
    found: int | None = connection.scalar(named.values(updated=moment).returning(studies.c.id))
    if found is None:
        raise _lost(connection, study, lease)
    return found


def _holds(lease: Lease) -> list[ColumnElement[bool]]:
    return [studies.c[name] == value for name, value in _identity(lease).items()]


def _lost(connection: Connection, study: str, lease: Lease) -> StudyConflictError:
    row = _row(connection, study)
    holder = lease_in(row) if row else None
    reason = f"{holder.owner} has taken it over" if holder else "it was released" if row else "it was deleted"
    return StudyConflictError(f"study {study!r} is no longer run by {lease.owner}: {reason}; nothing was written")


def renew(connection: Connection, study: str, lease: Lease, ttl: timedelta) -> Lease:
    """Extend a lease that still holds."""
    renewed = replace(lease, expires=now(connection) + ttl)
    study_id = fence(connection, study, lease)
    connection.execute(update(studies).where(studies.c.id == study_id).values(lease_expires=renewed.expires))
    return renewed


def cap(connection: Connection, study: str, ttl: timedelta) -> None:
    """Let a lease end within `ttl` if it would last longer, because the clock was put back.

    A living holder renews it before then; a dead one no longer keeps the study for as long as the clock was put back.
    """
    latest = now(connection) + ttl
    late = update(studies).where(studies.c.study == study, studies.c.lease_expires > latest)
    connection.execute(late.values(lease_expires=latest))


def release(connection: Connection, study: str, lease: Lease, state: str) -> None:
    """Release a lease and leave the study in `state`; do nothing if exactly that was done already."""
    row = _row(connection, study)
    if row and (row["lease_host"], row["lease_epoch"], row["state"]) == (None, lease.epoch, state):
        return  # by this process, and the server's answer was lost
    study_id = fence(connection, study, lease)
    free = dict.fromkeys(_LEASE)
    connection.execute(update(studies).where(studies.c.id == study_id).values(state=state, **free))


def _identity(lease: Lease) -> dict[str, Any]:
    """Return what identifies a lease, even after a study of the same name was deleted and made again."""
    owner = lease.owner
    return {
        "lease_epoch": lease.epoch,
        "lease_host": owner.host,
        "lease_pid": owner.pid,
        "lease_started": owner.started,
    }


def _row(connection: Connection, study: str) -> dict[str, Any] | None:
    """Return a study's row, with damaged values replaced, and in PostgreSQL lock it; SQLite is locked as a whole."""
    found = connection.execute(select(studies).where(studies.c.study == study).with_for_update()).mappings().first()
    if found is None:
        return None
    row = dict(found)
    mend(row)
    return row
