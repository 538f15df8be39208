"""What a database's own errors mean to the person who reads them."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import ExceptionContext
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, StatementError

from catalog.errors import BusyError, ModelcatError, StoreError, UnreachableError, clause
from runner.store import connections
from runner.store.url import StorageUrl

__all__ = ["as_ours", "explained"]

#: SQLite's result codes (their names without suffixes, https://www.sqlite.org/rescode.html) and what to do.
ADVICE = {
    "SQLITE_NOTADB": "it is not a SQLite database: name another file with --storage, or move this one away",
    "SQLITE_FULL": "the disk is full: free some space, then go on with the same command",
    "SQLITE_READONLY": "it cannot be written: allow writing to the file and its folder, or name another with --storage",
    "SQLITE_PERM": "it may not be opened: allow it, or name another file with --storage",
    "SQLITE_CANTOPEN": "it cannot be opened: it was removed, or this user may not open it or its folder",
    "SQLITE_CORRUPT": "it is damaged: put a copy back, or rescue what is left with sqlite3's .recover",
    "SQLITE_IOERR": "the disk cannot be read or written: check it and its free space",
}
#: PostgreSQL's, by SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html).
SERVER_ADVICE = {
    "53100": "the server's disk is full: free some space there, then go on with the same command",
    "25006": "the server lets nobody write: it stands by for another one; name that one with --storage",
    "42501": "this user may not do that: give it its rights on the database, or name another user in the URL",
    "42P01": "tables are missing: put a copy back, or name another database with --storage",
}
#: Errors caused by other processes' work at the same moment: SQLite's codes, then PostgreSQL's for a lock that is not
#: granted, a deadlock, and transactions that cannot be serialized.
BUSY = ("SQLITE_BUSY", "SQLITE_LOCKED", "55P03", "40P01", "40001")


@contextmanager
def explained(url: StorageUrl, busy: float | None = None) -> Iterator[None]:
    """Turn a database error inside the block, ours or Optuna's, into one message without passwords.

    Args:
        url: Of the database.
        busy: How long a lock was waited for.

    Raises:
        StoreError: The database cannot be used; the cause is chained.
        BusyError: Another process keeps it locked.
        UnreachableError: A database server does not answer.
    """
    try:
        yield
    except ModelcatError:
        raise
    except Exception as error:
        cause, seen = error, {id(error)}
        while isinstance(cause.__cause__, Exception) and not isinstance(cause, DBAPIError | sqlite3.Error):
            cause = cause.__cause__  # Optuna wraps the database's errors in its own
            if id(cause) in seen:  # a cycle: an error raised from one that it had caused itself
                break
            seen.add(id(cause))
        if isinstance(cause, DBAPIError | sqlite3.Error):
            raise _explain(url, cause, busy) from error
        if isinstance(error, StatementError) and error.orig:
            raise error.orig from None  # our own column types refuse a value: a mistake in the calling code
        raise


def as_ours(url: StorageUrl, failure: ExceptionContext, busy: float | None) -> BusyError | UnreachableError | None:
    """Return the error to raise instead of one that waiting may resolve, for SQLAlchemy's event ``handle_error``."""
    error = failure.sqlalchemy_exception
    if failure.is_pre_ping or not isinstance(error, DBAPIError):
        return None  # pre-ping replaces a connection that it finds broken; the next failure raises the error
    ours = _explain(url, error, busy)
    return ours if isinstance(ours, BusyError | UnreachableError) else None


def _explain(url: StorageUrl, error: DBAPIError | sqlite3.Error, busy: float | None) -> StoreError | UnreachableError:
    origin = error.orig if isinstance(error, DBAPIError) and error.orig else error
    name = getattr(origin, "sqlite_errorname", None) or getattr(origin, "sqlstate", None) or ""
    if name.startswith(BUSY):
        seconds = connections.BUSY_SECONDS if busy is None else busy
        return BusyError(f"{url}: another process has kept it locked for {seconds:g} s: try again when that is done")
    for code, advice in (ADVICE if url.path else SERVER_ADVICE).items():
        if name.startswith(code):
            return StoreError(f"{url}: {advice}")
    said = url.without_secrets((str(origin).strip() or type(origin).__name__).splitlines()[0])
    if url.path is None and isinstance(error, OperationalError | InterfaceError):
        return UnreachableError(
            f"{url} does not answer: {clause(said)}. Check that the server runs and lets this user in"
        )
    return StoreError(f"{url}: the database refused: {said}")
