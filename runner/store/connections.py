"""Engines: how this process talks to the database.

SQLite is opened anew for each transaction. That costs a fraction of a millisecond and keeps what is known of the file
true: a deleted database is noticed at the next transaction, not written to behind everybody's back.
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

#: How long to wait for a lock that somebody else holds.
BUSY_SECONDS = 60.0

#: What PostgreSQL is told of each session. Times in UTC; a lock is waited for as long as in SQLite; and a machine that
#: vanishes in the middle of a transaction, which the server notices after hours, does not keep its locks for so long.
SESSION = {"timezone": "UTC", "lock_timeout": "{busy:.0f}", "idle_in_transaction_session_timeout": "60000"}
#: What libpq is told, unless the URL says otherwise. A server that has vanished is noticed within a minute, not hours.
REACHING = {
    "connect_timeout": 5,
    "keepalives_idle": 20,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}

# They log a traceback for each connection that they find broken; whoever uses it is told by an exception anyway.
for _library in ("sqlalchemy.pool", "psycopg", "psycopg.pool"):
    logging.getLogger(_library).addHandler(logging.NullHandler())

#: Bytes that are not UTF-8 become halves of surrogate pairs, which the columns' types notice: an error here would end
#: the whole query.
_text = partial(str, encoding="utf-8", errors="surrogateescape")

OpenMode = Literal["rw", "rwc"]
"""SQLite's own words: open what exists, or make it where it does not."""


def writer_engine(url: StorageUrl, mode: OpenMode = "rw", *, busy: float | None = None) -> Engine:
    """Return an engine whose transactions take the write lock at once, and wait `busy` seconds for it."""
    engine = _engine(url, engine_options(url, mode, busy=busy))
    if url.path:
        event.listen(engine, "begin", begin_immediately)
    return engine


def reader_engine(url: StorageUrl, *, busy: float | None = None) -> Engine:
    """Return an engine whose transactions see one moment of the database and cannot change it.

    SQLite's ``mode=ro`` would also bar the roll-back that a writer's crash leaves to the next one who looks;
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
    """Return what `create_engine` must be told for a writer, ours or Optuna's.

    Args:
        url: Of the database.
        mode: Whether a SQLite file may be made.
        busy: Seconds to wait for a lock; `BUSY_SECONDS` if left out.
    """
    if url.path:
        return {"creator": _connector(url.path, mode, busy), "poolclass": NullPool}
    wanted = [url.url.query.get("options", "")]
    milliseconds = 1000 * (BUSY_SECONDS if busy is None else busy)
    wanted += [f"-c {name}={value.format(busy=milliseconds)}" for name, value in SESSION.items()]
    reaching = {name: value for name, value in REACHING.items() if name not in url.url.query}
    # Pre-ping: a connection that was cut while nobody used it is replaced without anybody's noticing.
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
        # A file may be anybody's: what its schema calls is not to reach further than SQLite's own functions, and pages
        # that are broken are to be noticed before they are followed.
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
