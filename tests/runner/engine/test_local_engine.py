"""Worker processes: results, failures, deaths and ends."""

import errno
import os
import signal
import threading
import time
from multiprocessing.context import SpawnProcess

import psutil
import pytest

from catalog.contract import Direction
from catalog.errors import DataError, LostWorkerError
from plugins.nlp.text_classification.dataset import DemoDataset
from runner.engine import interruption, local
from runner.engine.local import LocalEngine
from runner.engine.messages import Done, Failed, Predict, Prepare, Train, TrainingSetup
from runner.engine.single_tasks import run_alone


def setup_of(tmp_path, **config):
    """Return the simulated plugin with a configuration."""
    return TrainingSetup("test/simulated/curve", config, DemoDataset(source="demo"), tmp_path / "cache")


def training(tmp_path, name="one", **config):
    """Return the task of a simulated training."""
    return Train(setup_of(tmp_path, **config), tmp_path / name, 0, "accuracy", Direction.MAXIMIZE, quarters=False)


@pytest.fixture
def engine(simulated):
    """Return an engine with one worker."""
    with LocalEngine(1) as started:
        yield started


def test_one_worker_does_job_after_job(engine, tmp_path):
    """A worker lives on between jobs; a failed one costs nothing."""
    first = run_alone(engine, Prepare(setup_of(tmp_path)))
    assert isinstance(first, Done)
    assert first.value.rows["train"] == 80
    pids = {worker.process.pid for worker in engine._crew}
    failed = run_alone(engine, training(tmp_path, trouble="data", x=0.5))
    assert isinstance(failed, Failed)
    assert isinstance(failed.error, DataError)
    assert failed.error.message.startswith("the batch is larger than the data")
    assert isinstance(run_alone(engine, Prepare(setup_of(tmp_path, x=0.1))), Done)
    assert {worker.process.pid for worker in engine._crew} == pids


def test_an_unexpected_error_carries_its_traceback(engine, tmp_path):
    """An unexpected error of a trainer is reported by type and message, its traceback kept for the log."""
    failed = run_alone(engine, training(tmp_path, trouble="error"))
    assert failed.error.message == "modelcat-simulated: RuntimeError: something broke"
    assert "modelcat_simulated.py" in failed.details


def test_a_dead_worker_fails_its_job_and_is_replaced(engine, tmp_path):
    """The job of a worker that ends is failed with how it ended; the next job runs on a new one."""
    failed = run_alone(engine, training(tmp_path, trouble="die"))
    assert isinstance(failed.error, LostWorkerError)
    assert "code 7" in failed.error.message
    assert isinstance(run_alone(engine, Prepare(setup_of(tmp_path))), Done)


def test_a_killed_worker_is_told_by_its_signal(engine, tmp_path):
    """A worker that the system kills is a lost worker, with a hint at memory."""
    job = engine.submit(training(tmp_path, seconds=30.0))
    time.sleep(0.5)
    engine._crew[0].process.kill()
    failed = next(event for _ in range(50) for event in engine.events(0.2) if isinstance(event, Failed))
    assert failed.job == job
    assert "signal 9" in failed.error.message
    assert "memory" in failed.error.message


def test_closing_ends_workers_that_are_busy(simulated, tmp_path):
    """Leaving the engine ends a training in the middle, within seconds, and nothing stays behind."""
    with LocalEngine(2) as engine:
        engine.submit(training(tmp_path, "a", seconds=60.0))
        engine.submit(training(tmp_path, "b", seconds=60.0))
        children = [psutil.Process(worker.process.pid) for worker in engine._crew]
        time.sleep(1)
        began = time.monotonic()
    assert time.monotonic() - began < 8
    assert not any(child.is_running() and child.status() != psutil.STATUS_ZOMBIE for child in children)


def test_workers_that_cannot_start_are_given_up(simulated):
    """An engine whose workers die before they get work says so instead of starting more for ever."""

    def kill_whatever_starts(engine):
        for _ in range(200):
            for worker in engine._crew:
                worker.process.kill()
            engine.events(0.1)

    with LocalEngine(1) as engine, pytest.raises(LostWorkerError, match="before they get work"):
        kill_whatever_starts(engine)


@pytest.fixture
def without_room(monkeypatch):
    """Return a function that lets the system have no room for so many of the next processes."""
    start = SpawnProcess.start

    def lack(times):
        left = iter(range(times))

        def refuse(process):
            if next(left, None) is not None:
                raise OSError(errno.ENOMEM, "Cannot allocate memory")
            start(process)

        monkeypatch.setattr(SpawnProcess, "start", refuse)

    return lack


def test_a_system_without_room_for_a_process_is_given_a_moment(engine, tmp_path, without_room):
    """What a worker has died of may be what keeps the next one from starting: it is tried until there is room."""
    without_room(2)
    assert isinstance(run_alone(engine, training(tmp_path, trouble="die")).error, LostWorkerError)
    assert isinstance(run_alone(engine, Prepare(setup_of(tmp_path))), Done)


def test_a_system_that_never_has_room_is_told(engine, tmp_path, without_room, monkeypatch):
    """If the system never has room, the study ends with what to do, and the engine with the workers that it has."""
    monkeypatch.setattr(local, "_START_SECONDS", 0.1)
    without_room(1000)
    with pytest.raises(LostWorkerError, match=r"no worker .* \(Cannot allocate memory\): .*modelcat resume"):
        run_alone(engine, training(tmp_path, trouble="die"))
    assert engine.events(0.0) == []


def test_workers_that_were_started_end_where_another_cannot_be(simulated, without_room, monkeypatch):
    """If another worker cannot be started, those that were started end, and nothing is left behind."""
    monkeypatch.setattr(local, "_START_SECONDS", 0.1)
    engine, made = LocalEngine(3), []
    start = LocalEngine._start_now

    def start_one(self, index):
        if made:
            without_room(1000)
        made.append(start(self, index))
        return made[-1]

    monkeypatch.setattr(LocalEngine, "_start_now", start_one)
    with pytest.raises(LostWorkerError), engine:
        pass
    assert len(made) == 1
    assert not made[0].process.is_alive()
    assert not engine._logs.exists()


def test_an_interrupt_ends_the_waiting_for_room(engine, tmp_path, without_room):
    """Ctrl+C is heard meanwhile, and the cleanup after it looks for no process that is gone."""
    without_room(1000)
    with interruption.held_back():
        threading.Timer(3.0, os.kill, (os.getpid(), signal.SIGINT)).start()
        with pytest.raises(KeyboardInterrupt):
            run_alone(engine, training(tmp_path, trouble="die"))
        engine.pause(1)
        assert engine.events(0.0) == []


def test_prediction_answers_in_order(engine, tmp_path):
    """Texts come back with their answers."""
    run_alone(engine, training(tmp_path, "kept"))
    event = run_alone(engine, Predict("test/simulated/curve", tmp_path / "kept" / "model", ("a", "b")))
    assert [answer["text"] for answer in event.value] == ["a", "b"]


def test_the_environment_is_left_as_it_was(simulated):
    """Thread settings for workers do not leak into this process."""
    before = dict(os.environ)
    with LocalEngine(1):
        assert dict(os.environ) == before
