"""Waiting for a database: which calls wait, for how long, what is reported, and what is never done twice."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta

import optuna
import pytest
from optuna.storages import RDBStorage
from optuna.trial import TrialState

from catalog.errors import BusyError, StudyConflictError, UnreachableError
from runner.store import connections, database_retry
from runner.store.database_retry import DatabaseRetry
from runner.store.records import Lease, Owner, TrialRecord
from runner.store.store import Store

TRIAL = TrialRecord(0, "complete", "search", {}, 0.5)
AWAY = Owner("elsewhere.example", 1, 0.0)
GONE = UnreachableError("it does not answer")


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the lines that were reported; what takes seconds takes hundredths."""
    monkeypatch.setattr(database_retry, "SLICE", 0.05)
    monkeypatch.setattr(database_retry, "PAUSE", 0.01)
    monkeypatch.setattr(database_retry, "QUIET", 0.1)
    monkeypatch.setattr("runner.store.store.SLICE", 0.05)
    return []


@pytest.fixture
def patient(url: str, lease: Lease, told: list[str]) -> Store:
    """Return a store that waits for up to five seconds."""
    with Store.open(url, create=False, retry=DatabaseRetry(told.append, longest=5.0)) as store:
        yield store


def failing(times: int, then: Callable[[], object] = lambda: "done") -> Callable[[], object]:
    """Return a call that finds no server a number of times."""
    left = iter(range(times))

    def call(*_: object) -> object:
        if next(left, None) is not None:
            raise GONE
        return then()

    return call


def test_a_lock_is_waited_for(patient: Store, lease: Lease, told: list[str]) -> None:
    """While another process keeps the database locked, writing and opening wait, say so once, and go on."""
    with closing(sqlite3.connect(patient.url.path, isolation_level=None, check_same_thread=False)) as other:
        for work in (
            lambda: patient.put_trial("reviews", lease, TRIAL),
            lambda: Store.open(str(patient.url), create=False, retry=patient.retry).close(),
        ):
            other.execute("BEGIN EXCLUSIVE")
            threading.Timer(0.4, other.execute, ["ROLLBACK"]).start()
            work()
            waiting, again = told
            assert "waiting for the database, for up to" in waiting
            assert "locked" in waiting
            assert "answers again" in again
            told.clear()
    assert patient.trial("reviews", 0) == TRIAL


@pytest.fixture
def reader(patient: Store) -> Iterator[sqlite3.Connection]:
    """Return a connection that reads: no writer can commit meanwhile."""
    with closing(sqlite3.connect(patient.url.path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN")
        other.execute("SELECT * FROM modelcat_studies").fetchall()
        yield other


def test_what_is_written_together_waits_for_readers(
    patient: Store, lease: Lease, told: list[str], reader: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A transaction of many calls, which cannot be repeated, waits for a reader for longer than SQLite would."""
    monkeypatch.setattr(connections, "BUSY_SECONDS", 0.1)
    threading.Timer(0.6, reader.execute, ["ROLLBACK"]).start()
    with patient.together("reviews", lease):
        patient.put_trial("reviews", lease, TRIAL)
    assert patient.trial("reviews", 0) == TRIAL
    waiting, again = told
    assert "waiting for the database" in waiting
    assert "answers again" in again


def test_the_end_of_what_is_written_together_can_be_interrupted(
    patient: Store, lease: Lease, reader: sqlite3.Connection
) -> None:
    """An interrupt is heard while a writer waits for a reader; nothing is written then, and no lock is kept."""

    def check() -> None:
        raise KeyboardInterrupt

    patient.retry.check = check
    late = threading.Timer(3, reader.execute, ["ROLLBACK"])
    late.start()
    with pytest.raises(KeyboardInterrupt), patient.together("reviews", lease):
        patient.put_trial("reviews", lease, TRIAL)
    late.cancel()
    reader.execute("ROLLBACK")
    assert patient.trials("reviews") == []


def test_waiting_ends(told: list[str]) -> None:
    """After the longest time the last error is raised, with how long was waited; the kind of error stays."""
    for error in (GONE, BusyError("it is locked")):

        def work(error: Exception = error) -> None:
            time.sleep(0.01)
            raise error

        with pytest.raises(type(error), match=r"it .* \(waited 0 s in all\)"):
            DatabaseRetry(told.append, longest=0.15).keep_trying(work)
    assert len(told) == 2


def test_waiting_can_be_interrupted(told: list[str]) -> None:
    """Between two attempts an interrupt is heard."""

    def check() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        DatabaseRetry(told.append, check).keep_trying(failing(3))


def test_a_server_is_tried_again_where_that_is_safe(told: list[str]) -> None:
    """What may be done twice is tried until the server is back; the failure of anything else is reported at once."""
    trying = DatabaseRetry(told.append)
    assert trying.keep_trying(failing(20)) == "done"
    with pytest.raises(UnreachableError):
        trying.keep_trying(failing(1), repeatable=False)


def test_nobody_waits_without_patience(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that was opened without patience reports the failure at once."""
    monkeypatch.setattr("runner.store.reading.studies", failing(1))
    with pytest.raises(UnreachableError):
        store.studies()


def lose_answer(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Let the next call of one of Optuna's methods do its work and lose its answer."""
    method, lost = getattr(RDBStorage, name), []

    def call(self: RDBStorage, *arguments: object, **named: object) -> object:
        answer = method(self, *arguments, **named)
        if not lost:
            lost.append(answer)
            raise GONE
        return answer

    monkeypatch.setattr(RDBStorage, name, call)


def test_optuna_makes_no_trial_twice(patient: Store, lease: Lease, monkeypatch: pytest.MonkeyPatch) -> None:
    """A trial, and how it ended, are found where the server was lost just after it had written them."""
    study = optuna.create_study(study_name="reviews", storage=patient.optuna_storage("reviews", lease))
    study.enqueue_trial({"x": 0.5})
    study.enqueue_trial({"x": 0.6})
    for name in ("set_trial_state_values", "_create_new_trial"):  # a waiting trial is taken, then a new one made
        with monkeypatch.context() as losing:
            lose_answer(losing, name)
            for _ in range(2):
                trial = study.ask()
                trial.report(0.1, 25)
    with monkeypatch.context() as losing:
        lose_answer(losing, "set_trial_state_values")
        study.tell(1, 0.5)
    states = [trial.state for trial in study.get_trials()]
    assert states == [TrialState.RUNNING, TrialState.COMPLETE, TrialState.RUNNING, TrialState.RUNNING]


def test_a_study_is_released_once(store: Store, lease: Lease) -> None:
    """Releasing again what was just released is no error: its answer may have been lost."""
    store.release("reviews", lease, "stopped")
    store.release("reviews", lease, "stopped")
    with pytest.raises(StudyConflictError, match="was released"):
        store.release("reviews", lease, "finished")


@pytest.mark.both_databases
def test_a_lease_that_expired_meanwhile(store: Store, make_study: Callable[..., None]) -> None:
    """A lease that expired while the database was away is renewed, or lost if another process has taken it."""
    make_study()
    lease = store.acquire("reviews", Owner.this_process(), timedelta(0))
    store.put_trial("reviews", lease, TRIAL)
    assert store.renew("reviews", lease, timedelta(0)).epoch == lease.epoch
    store.acquire("reviews", AWAY, timedelta(minutes=1))
    for write in (
        lambda: store.put_trial("reviews", lease, TRIAL),
        lambda: store.renew("reviews", lease, timedelta(minutes=1)),
    ):
        with pytest.raises(StudyConflictError, match=r"elsewhere\.example has taken it over"):
            write()


@pytest.mark.both_databases
def test_optuna_writes_nothing_once_the_lease_is_lost(store: Store, make_study: Callable[..., None]) -> None:
    """Optuna's writing is refused in its own transaction when another process has taken the study."""
    make_study()
    lease = store.acquire("reviews", Owner.this_process(), timedelta(0))
    study = optuna.create_study(study_name="reviews", storage=store.optuna_storage("reviews", lease))
    trial = study.ask()
    store.acquire("reviews", AWAY, timedelta(minutes=1))
    for write in (study.ask, lambda: trial.report(0.5, 25), lambda: study.tell(trial, 0.5)):
        with pytest.raises(StudyConflictError, match="nothing was written"):
            write()
    with Store.open(store.url.revealed(), create=False) as other:
        (left,) = optuna.load_study(study_name="reviews", storage=other.optuna_storage()).get_trials()
    assert (left.state, left.intermediate_values) == (TrialState.RUNNING, {})
