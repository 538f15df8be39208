"""Engines: how this process talks to the database.

SQLite is opened again for each transaction. That costs a fraction of a millisecond and keeps the process's view of the
file correct: the next transaction notices that a database was deleted, and does not write to the deleted file.
"""

import logging
import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection, Engine, NullPool, create_engine, event
from sqlalchemy.exc import NoSuchModuleError

from catalog.errors import StoreError
from runner.store.columns import from_json
from runner.store.foreign_objects import refuse_objects
from runner.store.url import StorageUrl

__all__ = ["BUSY_SECONDS", "begin_immediately", "engine_options", "reader_engine", "writer_engine"]

#: How long to wait for a lock that another process holds.
BUSY_SECONDS = 60.0

#: Settings of each PostgreSQL session. Times are in UTC; a lock is waited for as long as in SQLite; and a machine that
#: vanishes in the middle of a transaction, which the server notices only after hours, does not keep its locks that
#: long.
SESSION = {"timezone": "UTC", "lock_timeout": "{busy:.0f}", "idle_in_transaction_session_timeout": "60000"}
#: Settings of libpq, unless the URL says otherwise. A vanished server is noticed within a minute, not after hours.
REACHING = {
    "connect_timeout": 5,
    "keepalives_idle": 20,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}

# They log a traceback for each broken connection; the code that uses the connection gets an exception anyway.
for _library in ("sqlalchemy.pool", "psycopg", "psycopg.pool"):
    logging.getLogger(_library).addHandler(logging.NullHandler())

#: Bytes that are not UTF-8 become halves of surrogate pairs, which the column types notice: an error here would end
#: the whole query.
_text = partial(str, encoding="utf-8", errors="surrogateescape")

OpenMode = Literal["rw", "rwc"]
"""SQLite's own words: open an existing file ("rw"), or also make a missing one ("rwc")."""


def writer_engine(url: StorageUrl, mode: OpenMode = "rw", *, busy: float | None = None) -> Engine:
    """Return an engine whose transactions take the write lock at once, and wait `busy` seconds for it."""
    engine = _engine(url, engine_options(url, mode, busy=busy))
    if url.path:
        event.listen(engine, "begin", begin_immediately)
    return engine


def reader_engine(url: StorageUrl, *, busy: float | None = None) -> Engine:
    """Return an engine whose transactions see one consistent state of the database and cannot change it.

    SQLite's ``mode=ro`` would also forbid the rollback that a crashed writer leaves to the next reader;
    ``query_only`` does not.
    """
    if not url.path:
        return _engine(
            url,
            engine_options(url, busy=busy)
            | {"isolation_level": "REPEATABLE READ", "execution_options": {"postgresql_readonly": True}},
        )
    engine = _engine(url, {"creator": _connector(url.path, "rw", busy, query_only=True), "poolclass": NullPool})
    event.listen(engine, "begin", _begin)
    return engine


def engine_options(url: StorageUrl, mode: OpenMode = "rw", *, busy: float | None = None) -> dict[str, Any]:
    """Return the arguments of `create_engine` for a writer, ours or Optuna's.

    Args:
        url: Of the database.
        mode: Whether a missing SQLite file may be made.
        busy: Seconds to wait for a lock; `BUSY_SECONDS` if left out.
    """
    if url.path:
        return {"creator": _connector(url.path, mode, busy), "poolclass": NullPool}
    wanted = [url.url.query.get("options", "")]
    milliseconds = 1000 * (BUSY_SECONDS if busy is None else busy)
    wanted += [f"-c {name}={value.format(busy=milliseconds)}" for name, value in SESSION.items()]
    reaching = {name: value for name, value in REACHING.items() if name not in url.url.query}
    # Pre-ping: a connection that was cut while it was idle is replaced, and no caller notices.
    return {"pool_pre_ping": True, "connect_args": {"options": " ".join(map(str, wanted)).strip(), **reaching}}


def begin_immediately(connection: Connection) -> None:
    """Take SQLite's write lock now: a transaction that reads first and upgrades later can fail without waiting."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    refuse_objects(connection)


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")
    refuse_objects(connection)


def _connector(
    path: Path, mode: OpenMode, busy: float | None, *, query_only: bool = False
) -> Callable[[], sqlite3.Connection]:
    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"{path.as_uri()}?mode={mode}",
            uri=True,
            timeout=BUSY_SECONDS if busy is None else busy,
            isolation_level=None,  # else Python begins transactions of its own, late and not immediate
            check_same_thread=False,  # SQLAlchemy sees to it that one thread at a time has it
        )
        connection.text_factory = _text
        connection.execute("PRAGMA foreign_keys=ON")
        # The file may come from any user: its schema must not call anything but SQLite's own functions, and broken
        # pages must be noticed before they are followed.
        connection.execute("PRAGMA trusted_schema=OFF")
        connection.execute("PRAGMA cell_size_check=ON")
        if query_only:
            connection.execute("PRAGMA query_only=ON")
        return connection

    return connect


def _engine(url: StorageUrl, options: dict[str, Any]) -> Engine:
    try:
        return create_engine(url.url, json_deserializer=from_json, **options)
    except (ImportError, NoSuchModuleError) as error:
        raise StoreError(f"{url}: the driver is not installed: run pip install 'modelcat[postgres]'") from error
