"""Interrupts and lost leases: reported results are kept, trainings leave checkpoints, no lease means no write."""

import os
import signal
import sqlite3
import threading
import time
from contextlib import ExitStack, closing

import psutil
import pytest

from catalog.errors import StudyConflictError
from runner.engine import local
from runner.store.store import Store
from runner.study.coordinator import run_study

pytestmark = pytest.mark.usefixtures("quick_importance")


class Interrupting:
    """A listener that does something once, at the first measurement of trial 1."""

    def __init__(self, recorder, act):
        self.recorder, self.act = recorder, act

    def __getattr__(self, name):
        def tell(*arguments):
            getattr(self.recorder, name)(*arguments)
            if (name, arguments[0]) == ("measured", "trial/1") and self.act is not None:
                act, self.act = self.act, None
                act()

        return tell


@pytest.fixture
def engines(monkeypatch):
    """Return the engines that studies start, which keep their processes in mind."""
    made = []

    class Remembered(local.LocalEngine):
        def _start(self, index):
            worker = super()._start(index)
            made.append(psutil.Process(worker.process.pid))
            return worker

    monkeypatch.setattr(local, "LocalEngine", Remembered)
    return made


def gone(processes):
    """Return whether all processes have ended."""
    return not any(each.is_running() and each.status() != psutil.STATUS_ZOMBIE for each in processes)


def signals(count):
    """Return a function that sends this process so many interrupts."""
    return lambda: [os.kill(os.getpid(), signal.SIGINT) for _ in range(count)]


STUDY = {"trials": 3, "name": "mine", "pruner": "hyperband", "confirm": {"top": 0, "seeds": 1}}


@pytest.mark.parametrize("listens", [True, False])
def test_an_interrupted_training_is_asked_for_a_checkpoint(request_of, workspace, recorder, engines, listens):
    """An interrupted training gets time for a checkpoint, or is ended at its next tick; the trial goes on later."""
    config = {"x": 0.5, "seconds": 0.4, "listens": listens}
    with pytest.raises(KeyboardInterrupt):
        run_study(request_of(config, **STUDY), workspace, Interrupting(recorder, signals(1)))
    assert gone(engines)
    left = [path.parent.name for path in (workspace.folder / "mine").rglob("paused")]
    assert left == (["trial-1"] if listens else [])
    with Store.open(workspace.storage, create=False) as store:
        record, trials, epochs = store.study("mine"), store.trials("mine"), store.epochs("mine")
    assert (record.state, record.lease) == ("stopped", None)
    assert [trial.state for trial in trials] == ["complete", "running"]
    assert {(e.training, e.progress) for e in epochs} == {(name, m.progress) for name, m in recorder.of("measured")}
    assert run_study(request_of(config, **STUDY), workspace, recorder).trials.complete == 3


def test_a_second_interrupt_waits_for_nothing(request_of, workspace, recorder, engines):
    """No checkpoint is waited for and nothing more is written; what was reported is in the store all the same."""
    with pytest.raises(KeyboardInterrupt):
        run_study(request_of({"x": 0.5, "listens": True}, **STUDY), workspace, Interrupting(recorder, signals(2)))
    assert gone(engines)
    assert list((workspace.folder / "mine").rglob("paused")) == []
    with Store.open(workspace.storage, create=False) as store:
        record, trials, epochs = store.study("mine"), store.trials("mine"), store.epochs("mine")
    assert record.lease is not None
    ended = {training: value for training, _, value in recorder.of("ended")}
    assert {f"trial/{t.number}": t.value for t in trials if t.state == "complete"}.items() <= ended.items()
    assert {(name, m.progress) for name, m in recorder.of("measured")} == {(e.training, e.progress) for e in epochs}


@pytest.fixture
def lock(workspace):
    """Return a function that locks the database as another process would, and returns one that lets it go.

    Some seconds later it lets go by itself.
    """
    with ExitStack() as stack:

        def take(*statements, seconds):
            other = sqlite3.connect(workspace.storage.removeprefix("sqlite:///"), check_same_thread=False)
            stack.callback(other.close)
            for statement in statements:
                other.execute(statement)
            timer = threading.Timer(seconds, other.close)
            stack.callback(timer.cancel)
            timer.start()
            return other.close

        yield take


def check_kept(workspace, recorder):
    """Check that everything reported of measurements and of trials' ends is in the store."""
    with Store.open(workspace.storage, create=False) as store:
        trials, epochs = store.trials("mine"), store.epochs("mine")
    assert {(name, m.progress) for name, m in recorder.of("measured")} == {(e.training, e.progress) for e in epochs}
    kept = {f"trial/{trial.number}": trial.value for trial in trials if trial.state == "complete"}
    assert kept == {name: value for name, record, value in recorder.of("ended") if record is not None}


@pytest.mark.parametrize("behaviour", [{}, {"listens": True, "checkpoints": True}], ids=["measures", "checkpoints"])
@pytest.mark.parametrize(
    "locked", [["BEGIN EXCLUSIVE"], ["BEGIN", "SELECT * FROM modelcat_studies"]], ids=["write", "read"]
)
def test_a_locked_database_does_not_hold_up_an_interrupt(
    request_of, workspace, recorder, engines, lock, locked, behaviour
):
    """By a writer or a reader: it is over within ten seconds, what was reported is kept, and the study goes on."""
    config = {"x": 0.5, "seconds": 0.4, **behaviour}
    moments, unlock = [], []

    def lock_and_interrupt():
        unlock.append(lock(*locked, seconds=25))
        moments.append(time.monotonic())
        signals(1)()

    with pytest.raises(KeyboardInterrupt):
        run_study(request_of(config, **STUDY), workspace, Interrupting(recorder, lock_and_interrupt))
    assert time.monotonic() - moments[0] < 10
    assert gone(engines)
    unlock[0]()
    check_kept(workspace, recorder)
    with closing(sqlite3.connect(workspace.storage.removeprefix("sqlite:///"))) as connection, connection:
        connection.execute("UPDATE modelcat_studies SET lease_pid = 1, lease_started = 1")  # its process would be gone
    assert run_study(request_of(config, **STUDY), workspace, recorder).trials.complete == 3


def test_what_was_heard_before_an_interrupt_is_kept(request_of, workspace, recorder, lock):
    """A measurement that could not be written yet is, where the database becomes free in the last seconds."""

    def lock_and_interrupt_later():
        lock("BEGIN EXCLUSIVE", seconds=1.5)
        threading.Timer(0.3, signals(1)).start()

    config = {"x": 0.5, "seconds": 0.4}
    with pytest.raises(KeyboardInterrupt):
        run_study(request_of(config, **STUDY), workspace, Interrupting(recorder, lock_and_interrupt_later))
    assert ("trial/1", 0.5) in {(name, metrics.progress) for name, metrics in recorder.of("measured")}
    check_kept(workspace, recorder)
    with Store.open(workspace.storage, create=False) as store:
        assert (store.study("mine").state, store.study("mine").lease) == ("stopped", None)


def test_who_has_lost_the_lease_writes_nothing_more(request_of, workspace, recorder, engines):
    """As soon as another host has taken the study over, its coordinator ends, and its workers with it."""

    def rob():
        with sqlite3.connect(workspace.storage.removeprefix("sqlite:///")) as connection:
            connection.execute("UPDATE modelcat_studies SET lease_host = 'elsewhere', lease_epoch = lease_epoch + 1")
        rob.before = connection.execute("SELECT * FROM modelcat_trials").fetchall()

    with pytest.raises(StudyConflictError, match=r"process .* on elsewhere has taken it over; nothing was written"):
        run_study(request_of({"x": 0.5, "seconds": 0.2}, **STUDY), workspace, Interrupting(recorder, rob))
    assert gone(engines)
    with sqlite3.connect(workspace.storage.removeprefix("sqlite:///")) as connection:
        assert connection.execute("SELECT * FROM modelcat_trials").fetchall() == rob.before
        assert connection.execute("SELECT state, lease_host FROM modelcat_studies").fetchall() == [
            ("running", "elsewhere")
        ]


def test_a_study_is_taken_over_from_another_host(request_of, workspace, recorder):
    """Another host's study is refused with who runs it and since when; `takeover` takes it, and its trials go on."""
    first = {**STUDY, "trials": 2}
    run_study(request_of({"x": 0.5}, **first), workspace, recorder)
    with sqlite3.connect(workspace.storage.removeprefix("sqlite:///")) as connection:
        connection.execute(
            "UPDATE modelcat_studies SET state = 'running', lease_host = 'elsewhere', lease_pid = 7, "
            "lease_started = 1, lease_since = '2026-01-01 10:00:00.000000', "
            "lease_expires = '8999-01-01 10:00:00.000000'"
        )
    refused = r"run by process 7 on elsewhere since 2026-01-01 10:00:00 UTC: .*modelcat resume mine --takeover"
    with pytest.raises(StudyConflictError, match=refused):
        run_study(request_of({"x": 0.5}, **STUDY), workspace, recorder)
    assert run_study(request_of({"x": 0.5}, **STUDY), workspace, recorder, takeover=True).trials.complete == 3
