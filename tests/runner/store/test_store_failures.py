"""What is reported when the database cannot be used."""

import sqlite3
import traceback
from collections.abc import Callable
from contextlib import closing

import optuna
import pytest
from sqlalchemy import Connection, event
from sqlalchemy.exc import OperationalError

from catalog.errors import StoreError, UnreachableError
from runner.store import connections
from runner.store.failures import explained
from runner.store.records import Lease, TrialRecord
from runner.store.store import Store
from runner.store.url import StorageUrl

TRIAL = TrialRecord(0, "complete", "search", {"text": "x" * 5000})


def test_locked(store: Store, url: str, make_study: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that stays locked is reported with how long was waited; readers and writers go on afterwards."""
    monkeypatch.setattr(connections, "BUSY_SECONDS", 0.1)
    with closing(sqlite3.connect(store.url.path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreError, match=r"kept it locked for 0\.1 s") as caught:
            make_study()
        assert isinstance(caught.value.__cause__, OperationalError)
        with pytest.raises(StoreError, match="locked"):
            store.studies()
        with pytest.raises(StoreError, match="locked"), store.explained():
            optuna.create_study(study_name="x", storage=store.optuna_storage())
        other.execute("ROLLBACK")
    make_study()
    assert len(store.studies()) == 1


def test_disk_full(store: Store, lease: Lease) -> None:
    """A full disk is reported, what was there stays whole, and writing goes on once there is space."""

    def fill(connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA max_page_count = 1")

    event.listen(store._writer, "begin", fill)
    with pytest.raises(StoreError, match="disk is full"):
        store.put_trial("reviews", lease, TRIAL)
    event.remove(store._writer, "begin", fill)
    assert store.trials("reviews") == []
    store.put_trial("reviews", lease, TRIAL)


def test_not_writable(store: Store, make_study: Callable[..., None]) -> None:
    """A read-only database is reported as such when something is written."""
    store._writer = store._reader
    with pytest.raises(StoreError, match="cannot be written: allow writing"):
        make_study()


def test_removed_while_open(store: Store, lease: Lease) -> None:
    """A database that was removed is reported at the next call, and not created again silently."""
    store.url.path.unlink()
    for call in (store.studies, lambda: store.put_trial("reviews", lease, TRIAL)):
        with pytest.raises(StoreError, match="was removed"):
            call()
    assert not store.url.path.exists()


def test_damaged(store: Store, make_study: Callable[..., None]) -> None:
    """A damaged file is reported as such, with what to do."""
    make_study()
    content = bytearray(store.url.path.read_bytes())
    content[4096:] = b"\x5a" * (len(content) - 4096)
    store.url.path.write_bytes(content)
    with pytest.raises(StoreError, match="damaged"):
        store.studies()


def test_server_errors_hide_the_password() -> None:
    """An unreachable server is reported without the password, even if the driver repeats it."""
    url = StorageUrl.parse("postgresql+psycopg://me:s3cret@db.example/studies?password=s3cret")
    failure = OperationalError(None, None, Exception('connection to "me:s3cret@db.example" refused\nmore'))
    with pytest.raises(UnreachableError, match="does not answer") as caught, explained(url):
        raise failure
    assert "s3cret" not in str(caught.value)
    assert "more" not in str(caught.value)


@pytest.mark.parametrize("action", [Store.exists, lambda url: Store.open(url, create=True)])
def test_postgresql_without_driver_or_server(action: Callable[[str], object]) -> None:
    """Whether driver or server is missing, one message says so, and no password is in any traceback."""
    password = "secret"[::-1]  # the traceback shows the lines of this file
    with pytest.raises((StoreError, UnreachableError)) as caught:
        action(f"postgresql+psycopg://me:{password}@127.0.0.1:1/studies?connect_timeout=1")
    assert "me:***@127.0.0.1" in str(caught.value)
    assert password not in "".join(traceback.format_exception(caught.value))


def test_our_own_mistakes_are_not_explained_away() -> None:
    """An error that is not the database's passes through unchanged."""
    with pytest.raises(KeyError), explained(StorageUrl.parse("sqlite:///x.db")):
        raise KeyError("mine")
