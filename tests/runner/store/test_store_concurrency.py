"""Several processes at one database: nothing is lost, and none fails because it is locked."""

import signal
from collections.abc import Callable
from datetime import timedelta
from subprocess import Popen

from runner.store.records import Owner, TrialRecord
from runner.store.store import Store

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
