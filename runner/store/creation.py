"""Makes a database, or brings an older one up to date, however many processes try at once."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum, auto
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout
from sqlalchemy import Connection, Select, column, event, func, inspect, select, table

from catalog.errors import BusyError, StoreError
from catalog.files import check_regular
from runner.store import connections
from runner.store.database_retry import DatabaseRetry
from runner.store.failures import as_ours
from runner.store.foreign_objects import refuse_computed_columns, refuse_objects
from runner.store.schema import OPTUNA_TABLES, REVISIONS, VERSION_TABLE, studies
from runner.store.url import StorageUrl

if TYPE_CHECKING:  # takes 0.3 s to import, which readers need not pay
    from runner.store.optuna_storage import OptunaStorage

__all__ = ["Condition", "condition", "make", "optuna_storage"]

#: PostgreSQL names its advisory locks by number: this one is the letters "modelcat" in ASCII.
ADVISORY_LOCK = int.from_bytes(b"modelcat", "big")

_VERSION = re.compile(r"\d{4}")


class Condition(Enum):
    """What is found at the place of a database."""

    ABSENT = auto()
    """Nothing of ours: no file, an empty one, or Optuna's tables alone."""
    OLDER = auto()
    """Made by an older modelcat."""
    CURRENT = auto()
    """Ready for use."""


def condition(url: StorageUrl, *, busy: float | None = None) -> Condition:
    """Return what is at `url`; nothing is made or changed.

    Raises:
        StoreError: The database belongs to another program, or a newer modelcat has made it.
    """
    if url.path and not _is_filled(url.path):
        return Condition.ABSENT
    engine = connections.reader_engine(url, busy=busy)
    try:
        with engine.connect() as connection:
            if not url.path:  # in SQLite each transaction begins with that
                refuse_objects(connection)
            refuse_computed_columns(connection)
            tables = set(inspect(connection).get_table_names())
            revision = _revision(connection, url, tables)
    finally:
        engine.dispose()
    if revision is None:
        if strange := sorted(tables - OPTUNA_TABLES - {VERSION_TABLE}):
            raise StoreError(f"{url} belongs to another program (table {strange[0]!r}): name another with --storage")
        return Condition.ABSENT
    if revision not in REVISIONS:
        raise StoreError(
            f"{url} was made by a newer modelcat (schema {revision}, this one knows up to {REVISIONS[-1]}): "
            "upgrade modelcat, or name another database with --storage"
        )
    return Condition.CURRENT if revision == REVISIONS[-1] else Condition.OLDER


def make(url: StorageUrl, *, busy: float | None = None) -> None:
    """Make what is missing: the file, Optuna's tables, then ours.

    Our tables come last and in one transaction, so that a database that has them is complete; after a crash in between,
    the next call continues where this one ended.

    Raises:
        StoreError: The folder is missing or cannot be written.
        BusyError: Another process is still making it.
    """
    with _only_maker(url, busy):
        if condition(url, busy=busy) is Condition.CURRENT:
            return
        storage = optuna_storage(url, mode="rwc", busy=busy)
        _complete_indexes(storage)
        storage.engine.dispose()
        engine = connections.writer_engine(url, mode="rwc", busy=busy)
        with engine.begin() as connection:
            from runner.store.migrate import upgrade  # Alembic takes half a second to import, and is needed only here

            upgrade(connection)
        engine.dispose()


def optuna_storage(
    url: StorageUrl,
    *,
    mode: connections.OpenMode = "rw",
    busy: float | None = None,
    retry: DatabaseRetry | None = None,
) -> "OptunaStorage":
    """Open Optuna's part of the database, with the settings of our own writers.

    Raises:
        StoreError: Optuna's tables are of another version than the installed Optuna.
    """
    from runner.store.optuna_storage import OptunaStorage

    try:
        storage = OptunaStorage(url.for_optuna(), connections.engine_options(url, mode, busy=busy), retry)
    except RuntimeError as error:
        raise StoreError(f"{url}: {str(error).replace('$STORAGE_URL', str(url))}") from error
    if url.path:
        event.listen(storage.engine, "begin", connections.begin_immediately)
    # Optuna wraps the database's errors in its own, and retries some calls five times first; it lets our errors pass.
    event.listen(storage.engine, "handle_error", lambda failure: as_ours(url, failure, busy))
    return storage


def _complete_indexes(storage: "OptunaStorage") -> None:
    """Make the missing indexes of Optuna's tables; some of them keep the names of studies unique.

    Optuna makes each table together with its indexes, and later makes no index for a table that exists: after an
    interruption in between, such as a full disk or a kill, those indexes would be missing for ever.
    """
    from optuna.storages._rdb.models import BaseModel

    with storage.engine.begin() as connection:
        for table_made in BaseModel.metadata.sorted_tables:
            for index in table_made.indexes:
                index.create(connection, checkfirst=True)


def _is_filled(path: Path) -> bool:
    if path.is_dir():
        raise StoreError(f"{path} is a folder: name a file in it, such as sqlite:///{path}/studies.db")
    try:
        check_regular(path)  # SQLite would wait for the first byte of a pipe
        return path.stat().st_size > 0
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise StoreError(f"{path} cannot be looked at: {error.strerror}") from error


def _revision(connection: Connection, url: StorageUrl, tables: set[str]) -> str | None:
    """Return the schema version that a database names; None if it has no table of ours.

    Raises:
        StoreError: It has tables of ours, but not exactly one version.
    """
    stored: Select[tuple[Any]] = select(column("version_num")).select_from(table(VERSION_TABLE))
    versions = list(connection.scalars(stored)) if VERSION_TABLE in tables else []
    if len(versions) == 1 and isinstance(versions[0], str) and _VERSION.fullmatch(versions[0]):
        return versions[0]
    if studies.name not in tables:
        return None
    mending = f"DELETE FROM {VERSION_TABLE}; INSERT INTO {VERSION_TABLE} VALUES ('{REVISIONS[-1]}')"  # noqa: S608 -- shown, not run
    raise StoreError(
        f"{url} is damaged: {VERSION_TABLE} does not say which schema it has. Put a copy of the database back; "
        f"or if this version of modelcat has worked with it, this mends it: {mending}"
    )


@contextmanager
def _only_maker(url: StorageUrl, busy: float | None) -> Iterator[None]:
    """Keep other processes from making the same database at the same time."""
    if not url.path:
        # A lock of the session, not of a transaction: the server ends a transaction that idles during a long upgrade.
        engine = connections.writer_engine(url, busy=busy).execution_options(isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                connection.execute(select(func.pg_advisory_lock(ADVISORY_LOCK)))
                yield
        finally:
            engine.dispose()  # closes the session, and so releases the lock
        return
    if not url.path.parent.is_dir():
        raise StoreError(f"{url}: there is no folder {url.path.parent}: make it first, or name another with --storage")
    lock = FileLock(f"{os.fspath(url.path)}.lock")
    try:
        lock.acquire(timeout=connections.BUSY_SECONDS if busy is None else busy)
    except Timeout as error:
        raise BusyError(f"{url}: another process is still making it: try again when that is done") from error
    except OSError as error:
        raise StoreError(f"{url} cannot be made: {error.strerror}: {url.path.parent}") from error
    try:
        yield
    finally:
        lock.release()
