"""Several processes at one database: nothing is lost, nobody is told that it is locked."""

import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from subprocess import Popen

from runner.store.records import Owner, TrialRecord
from runner.store.store import Store

ROUNDS = 15
APPEND = f"""
import sys
from datetime import timedelta
import optuna
from runner.store.records import Owner, TrialRecord
from runner.store.store import Store
name = sys.argv[2]
optuna.logging.set_verbosity(optuna.logging.ERROR)
with Store.open(sys.argv[1], create=True) as store:
    lease = store.acquire(name, Owner.this_process(), timedelta(minutes=5))
    study = optuna.create_study(study_name=name, storage=store.optuna_storage(), direction="maximize")
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range({ROUNDS}):
        asked = study.ask()
        store.put_trial(name, lease, TrialRecord(asked.number, "complete", "search", {{}}, number / 100))
        study.tell(asked, number / 100)
    store.release(name, lease, "finished")
"""
KILLED = """
import os, signal, sys
from runner.store import connections
from runner.store.url import StorageUrl
with connections.writer_engine(StorageUrl.parse(sys.argv[1])).begin() as connection:
    connection.exec_driver_sql("PRAGMA cache_size = 1")  # so that changes reach the file before the commit
    connection.exec_driver_sql("UPDATE modelcat_trials SET value = -1, params = params || hex(zeroblob(500))")
    connection.exec_driver_sql("UPDATE modelcat_studies SET notes = 'half written'")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_two_coordinators_and_a_reader(
    store: Store, url: str, make_study: Callable[..., None], start: Callable[..., Popen[str]]
) -> None:
    """Two processes that write at once, while a third reads all the time, lose no row and see no error."""
    names = ("one", "two")
    for name in names:
        make_study(name)
    writers = [start(APPEND, url, name) for name in names]
    for writer in writers:
        assert writer.stdout.readline() == "ready\n", writer.stderr.read()
    for writer in writers:
        writer.stdin.write("go\n")
        writer.stdin.flush()
    seen = 0
    while any(writer.poll() is None for writer in writers):
        for name in names:
            trials = store.trials(name)
            assert [trial.number for trial in trials] == list(range(len(trials)))
        total = sum(study.trials.complete for study in store.studies())
        assert total >= seen
        seen = total
    for writer in writers:
        assert writer.wait() == 0, writer.stderr.read()
    for study in store.studies():
        assert (study.state, study.trials.complete) == ("finished", ROUNDS)
    with closing(sqlite3.connect(store.url.path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("SELECT count(*) FROM trials WHERE state = 'COMPLETE'").fetchone() == (2 * ROUNDS,)


def test_reading_after_a_writer_was_killed(
    store: Store, url: str, make_study: Callable[..., None], start: Callable[..., Popen[str]]
) -> None:
    """A reader rolls back what a killed writer left half done, and sees what was acknowledged."""
    make_study()
    lease = store.acquire("reviews", Owner.this_process(), timedelta(minutes=5))
    for number in range(60):
        store.put_trial("reviews", lease, TrialRecord(number, "complete", "search", {"text": "x" * 400}, 0.5))
    before = store.trials("reviews")
    committed = store.url.path.read_bytes()

    killed = start(KILLED, url)
    assert killed.wait(timeout=60) == -signal.SIGKILL
    journal = store.url.path.with_name(store.url.path.name + "-journal")
    assert journal.stat().st_size > 0
    assert store.url.path.read_bytes() != committed, "nothing had reached the file: the journal is not hot"

    assert store.trials("reviews") == before
    assert store.study("reviews").notes is None
    store.put_trial("reviews", lease, TrialRecord(60, "running", "search", {}))
