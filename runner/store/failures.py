"""What a database's own errors mean to the person who reads them."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, StatementError

from catalog.errors import ModelcatError, StoreError, UnreachableError
from runner.store import connections
from runner.store.url import StorageUrl

__all__ = ["explained"]

#: SQLite's result codes (their names without suffixes, https://www.sqlite.org/rescode.html) and what to do.
ADVICE = {
    "SQLITE_NOTADB": "it is not a SQLite database: name another file with --storage, or move this one away",
    "SQLITE_BUSY": "another process has kept it locked for {seconds:g} s: try again when that is done",
    "SQLITE_FULL": "the disk is full: free some space, then go on with the same command",
    "SQLITE_READONLY": "it cannot be written: allow writing to the file and its folder, or name another with --storage",
    "SQLITE_PERM": "it may not be opened: allow it, or name another file with --storage",
    "SQLITE_CANTOPEN": "it cannot be opened: it was removed, or this user may not open it or its folder",
    "SQLITE_CORRUPT": "it is damaged: put a copy back, or rescue what is left with sqlite3's .recover",
    "SQLITE_IOERR": "the disk cannot be read or written: check it and its free space",
}


@contextmanager
def explained(url: StorageUrl) -> Iterator[None]:
    """Turn a database error inside the block, ours or Optuna's, into one message without passwords.

    Raises:
        StoreError: The database cannot be used; the cause is chained.
        UnreachableError: A database server does not answer.
    """
    try:
        yield
    except ModelcatError:
        raise
    except Exception as error:
        cause = error
        while isinstance(cause.__cause__, Exception) and not isinstance(cause, DBAPIError | sqlite3.Error):
            cause = cause.__cause__  # Optuna wraps the database's errors in its own
        if isinstance(cause, DBAPIError | sqlite3.Error):
            raise _explain(url, cause) from error
        if isinstance(error, StatementError) and error.orig:
            raise error.orig from error  # a value that our own columns refuse: a mistake in the calling code
        raise


def _explain(url: StorageUrl, error: DBAPIError | sqlite3.Error) -> StoreError | UnreachableError:
    origin = error.orig if isinstance(error, DBAPIError) and error.orig else error
    name = getattr(origin, "sqlite_errorname", None) or ""
    for code, advice in ADVICE.items():
        if name.startswith(code):
            return StoreError(f"{url}: {advice.format(seconds=connections.BUSY_SECONDS)}")
    said = (str(origin).strip() or type(origin).__name__).splitlines()[0]
    if url.url.password:
        said = said.replace(str(url.url.password), "***")
    if url.path is None and isinstance(error, OperationalError | InterfaceError):
        return UnreachableError(f"{url} does not answer: {said}. Check that the server runs and lets this user in")
    return StoreError(f"{url}: the database refused: {said}")
