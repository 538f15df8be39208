"""What `modelcat doctor` finds out about a database."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from catalog.errors import StoreError
from runner.cli.doctor_database import examine_database
from runner.store.records import Lease, Owner, TrialRecord
from runner.store.store import Store

AWAY = Owner("elsewhere.example", 1, 0.0)


def findings(url: str) -> dict[str, tuple[str, str]]:
    """Return state and text of what is found, by what was looked at."""
    return {each["what"]: (each["state"], f"{each['found']}: {each['advice']}") for each in examine_database(url)}


def change(store: Store, statement: str) -> None:
    with closing(sqlite3.connect(store.url.path)) as connection, connection:
        connection.execute(statement)


@pytest.mark.both_databases
def test_a_sound_database(store: Store, url: str, lease: Lease) -> None:
    """A sound database is shown with its schema and backend, without a password; running studies are left alone."""
    store.update_study("reviews", lease, state="running")
    found = findings(url)
    assert {state for state, _ in found.values()} == {"good"}
    assert "1 study, schema 0006, " in found["database"][1]
    assert ("SQLite 3" if store.url.path else "PostgreSQL 1") in found["database"][1]
    assert str(store.url) in found["database"][1]
    assert ("journal" in found) == ("integrity" in found) == bool(store.url.path)


def test_looking_makes_nothing(tmp_path: Path) -> None:
    """If there is no database none is made, and that is no fault."""
    found = findings(f"sqlite:///{tmp_path / 'studies.db'}")
    assert found["database"][0] == "note"
    assert "GB free" in found["files"][1]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.both_databases
def test_what_was_left_half_done(
    store: Store, url: str, make_study: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Studies whose runner is gone and studies half deleted are named, with the command that goes on."""
    for name in ("lost", "going"):
        make_study(name)
    lease = store.acquire("lost", AWAY, timedelta(0))
    store.update_study("lost", lease, state="running")
    monkeypatch.setattr("runner.store.store.DELETION_TIME", timedelta(0))

    def die(*_: object) -> None:
        raise RuntimeError("killed")

    monkeypatch.setattr("runner.store.writing.drop_study", die)
    with pytest.raises(RuntimeError, match="killed"):
        store.delete_study("going")
    found = findings(url)
    assert found["lease"] == (
        "note",
        "lost: process 1 on elsewhere.example, which ran it, is gone: modelcat resume lost",
    )
    assert found["deletion"] == ("note", "going is half deleted: modelcat delete going")


def test_damage(store: Store, url: str, lease: Lease) -> None:
    """Rows without their study, a damaged record and another journal mode are reported."""
    store.put_trial("reviews", lease, TrialRecord(0, "complete", "search", {}, 0.5))
    change(store, "UPDATE modelcat_trials SET study_id = 99")
    change(store, "UPDATE modelcat_studies SET spec = 'x'")
    change(store, "PRAGMA journal_mode = WAL")
    found = findings(url)
    assert found["integrity"][0] == "bad"
    assert "a row of modelcat_trials belongs to no row of modelcat_studies" in found["integrity"][1]
    assert found["record"][0] == "bad"
    assert "spec is not JSON" in found["record"][1]
    assert found["journal"][0] == "note"


def test_a_broken_index(store: Store, url: str, lease: Lease) -> None:
    """What SQLite's own check finds is reported."""
    store.put_trial("reviews", lease, TrialRecord(0, "complete", "search", {}, 0.5))
    with closing(sqlite3.connect(store.url.path)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        with connection:  # the index goes on, its table says otherwise
            connection.execute(
                "UPDATE sqlite_schema SET sql = replace(sql, 'state, value', 'value, state')"
                " WHERE name = 'ix_modelcat_trials_totals'"
            )
    state, told = findings(url)["integrity"]
    assert state == "bad"
    assert "ix_modelcat_trials_totals" in told


def test_what_cannot_be_used(store: Store, url: str, tmp_path: Path) -> None:
    """A file that is no database, a newer one and an older one are findings, never errors."""
    text = tmp_path / "notes.txt"
    text.write_text("not a database, and long enough to be taken for a header " * 10)
    assert findings(f"sqlite:///{text}")["database"][0] == "bad"
    change(store, "UPDATE modelcat_alembic_version SET version_num = '9999'")
    state, told = findings(url)["database"]
    assert (state, "newer modelcat" in told) == ("bad", True)
    change(store, "UPDATE modelcat_alembic_version SET version_num = '0001'")
    state, told = findings(url)["database"]
    assert (state, "upgrades it" in told) == ("note", True)


def test_a_password_is_never_told(postgres, postgres_url: str, tmp_path: Path) -> None:
    """A server that is away, lacks the database, or refuses the password is reported without passwords."""
    from postgres_server import PASSWORD
    from sqlalchemy import make_url

    right = make_url(postgres_url)
    secret = PASSWORD[::-1]
    for wrong in (right.set(port=1), right.set(database="absent"), right.set(password=secret)):
        text = json.dumps(examine_database(wrong.render_as_string(hide_password=False)))
        assert '"bad"' in text
        assert "does not answer" in text
        assert PASSWORD not in text
        assert secret not in text
        with pytest.raises(Exception, match="does not answer") as caught:
            Store.open(wrong.render_as_string(hide_password=False), create=True)
        assert not isinstance(caught.value, StoreError)
        assert PASSWORD not in str(caught.value)
    # Nor by the server's log, where it would come from a statement of ours.
    assert PASSWORD not in postgres.log()
