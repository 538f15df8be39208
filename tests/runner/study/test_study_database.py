"""Studies whose database is locked, full, removed, restarted or away: they wait, or stop and can go on."""

import json
import os
import signal
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import optuna
import pytest
from sqlalchemy import make_url

from catalog.errors import StoreError
from runner.store import connections
from runner.store.store import Store
from runner.study.coordinator import run_study
from runner.study.workers import WorkerRegistration
from runner.study.workspace import Workspace

pytestmark = pytest.mark.usefixtures("quick_importance")

#: Seconds that a database is away or locked at least, until it is reported; longer by hand: MODELCAT_TEST_OUTAGE=60.
OUTAGE = float(os.environ.get("MODELCAT_TEST_OUTAGE", "0"))
TRIALS = 8


class Watcher:
    """A listener that does something once, when some trials have ended, and knows when a study waits."""

    def __init__(self, recorder, after, act):
        self._recorder, self._left, self._act = recorder, after, act
        self._waits = threading.Event()

    def __getattr__(self, name):
        return getattr(self._recorder, name)

    def note(self, text):
        self._recorder.note(text)
        if "waiting for the database" in text:
            self._waits.set()

    def keep_away(self):
        """Return when the study has reported that it waits, and the outage was as long as is asked for."""
        time.sleep(OUTAGE)
        assert self._waits.wait(60)

    def ended(self, *arguments):
        self._recorder.ended(*arguments)
        self._left -= 1
        if self._left == 0:
            self._act()


def check_whole(workspace, study):
    """Check that a finished study has each of its trials once, in modelcat's tables and in Optuna's."""
    with Store.open(workspace.storage, create=False) as store:
        record = store.study(study)
        assert (record.state, record.lease) == ("finished", None)
        ours = store.trials(study)
        theirs = optuna.load_study(study_name=study, storage=store.optuna_storage()).get_trials()
    assert [(t.number, t.state, t.value) for t in ours] == [(n, "complete", t.value) for n, t in enumerate(theirs)]
    assert len(ours) == TRIALS
    if workspace.storage.startswith("sqlite"):
        with closing(sqlite3.connect(workspace.storage.removeprefix("sqlite:///"))) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.fixture
def server_place(postgres_url, tmp_path):
    """Return a place whose database is on a server."""
    return Workspace(postgres_url, tmp_path / "studies", tmp_path / "cache")


def test_a_study_outlives_its_server(request_of, server_place, recorder, postgres):
    """A study on PostgreSQL goes on after its server was restarted, crashed, hung, and was away for a while."""

    def trouble():
        postgres.stop(signal.SIGINT)
        postgres.start()
        postgres.stop(signal.SIGQUIT)
        postgres.start()
        time.sleep(0.3)
        postgres.pause()
        time.sleep(0.5)
        postgres.resume()
        postgres.stop(signal.SIGINT)
        try:
            watcher.keep_away()
        finally:
            postgres.start()

    thread = threading.Thread(target=trouble)
    watcher = Watcher(recorder, 2, thread.start)
    try:
        record = run_study(request_of({"x": 0.5, "seconds": 0.1}, trials=TRIALS), server_place, watcher)
    finally:
        thread.join()
    check_whole(server_place, record.study)
    notes = [text for (text,) in recorder.of("note")]
    assert any("waiting for the database" in text for text in notes)
    assert any("answers again" in text for text in notes)
    from postgres_server import PASSWORD

    assert not [text for text in notes if PASSWORD in text]


def test_a_server_that_is_away_does_not_hold_up_an_interrupt(request_of, server_place, recorder, postgres):
    """An interrupt ends the study within ten seconds, though the server is away; the study goes on when it is back."""
    request = request_of({"x": 0.5, "seconds": 0.1}, trials=TRIALS)
    back = threading.Timer(25, postgres.start)
    moments = []

    def stop_and_interrupt():
        postgres.stop()
        back.start()
        moments.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGINT)

    try:
        with pytest.raises(KeyboardInterrupt):
            run_study(request, server_place, Watcher(recorder, 2, stop_and_interrupt))
        assert time.monotonic() - moments[0] < 10
    finally:
        back.cancel()
        postgres.stop()
        postgres.start()
    ended = {training: value for training, record, value in recorder.of("ended") if record is not None}
    with Store.open(server_place.storage, create=False) as store:
        (study,) = store.studies()
        kept = {f"trial/{trial.number}": trial.value for trial in store.trials(study.study)}
    assert ended.items() <= kept.items()
    gone = "UPDATE modelcat_studies SET lease_pid = 1, lease_started = 1"  # its process would be
    postgres.execute(gone, make_url(server_place.storage).database)
    check_whole(server_place, run_study(request, server_place, recorder).study)


def test_the_list_of_workers_holds_no_password(server_place):
    """What a worker writes into its list names the server, and not the password."""
    from postgres_server import PASSWORD

    WorkerRegistration(server_place).register()
    written = (server_place.folder / "worker.json").read_text()
    url = make_url(server_place.storage)
    assert f"@127.0.0.1:{url.port}/{url.database}" in written
    assert not [form for form in (PASSWORD, quote(PASSWORD, safe=""), json.dumps(PASSWORD)) if form in written]


def test_a_study_waits_for_a_lock(request_of, workspace, recorder):
    """A study on SQLite goes on after another process has locked the file for a while, and reports that it waits."""

    def lock():
        path = workspace.storage.removeprefix("sqlite:///")
        other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        other.execute("BEGIN EXCLUSIVE")
        threading.Thread(target=release, args=[other]).start()

    def release(other):
        with closing(other):
            watcher.keep_away()

    watcher = Watcher(recorder, 2, lock)
    record = run_study(request_of(trials=TRIALS), workspace, watcher)
    check_whole(workspace, record.study)
    assert sum("waiting for the database" in text for (text,) in recorder.of("note")) == 1


def _full(connection):
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    connection.exec_driver_sql("PRAGMA max_page_count = 1")


@pytest.mark.parametrize(
    ("trouble", "message"),
    [(_full, "disk is full: free some space"), (None, "was removed")],
    ids=["full", "removed"],
)
def test_a_study_stops_and_goes_on(request_of, workspace, recorder, monkeypatch, trouble, message):
    """A full disk and a removed file end a study with what to do; once that is done it goes on."""
    path = Path(workspace.storage.removeprefix("sqlite:///"))
    away = path.with_name("away.db")
    begin = connections.begin_immediately
    how = {"begin": begin}

    def act():
        if trouble is None:
            path.rename(away)
        else:
            how["begin"] = trouble

    def begin_somehow(connection):
        how["begin"](connection)

    monkeypatch.setattr(connections, "begin_immediately", begin_somehow)
    with pytest.raises(StoreError, match=message):
        run_study(request_of(trials=TRIALS), workspace, Watcher(recorder, 3, act))
    if trouble is None:
        assert not path.exists()  # nor created again
        away.rename(path)
    how["begin"] = begin
    with closing(sqlite3.connect(path)) as connection, connection:  # its process would be gone
        connection.execute("UPDATE modelcat_studies SET lease_pid = 1, lease_started = 1 WHERE lease_pid IS NOT NULL")
    check_whole(workspace, run_study(request_of(trials=TRIALS), workspace, recorder).study)
