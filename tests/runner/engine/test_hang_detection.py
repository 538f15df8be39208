"""Workers that make no progress, or have no memory left, are noticed, ended and replaced."""

import os
import signal
from dataclasses import replace

import pytest

from catalog.contract import Direction, EpochMetrics
from catalog.errors import HungWorkerError, OutOfMemoryError
from plugins.nlp.text_classification.dataset import DemoDataset
from runner.engine import local, processes
from runner.engine.hang_detection import HangDetector, HangLimits
from runner.engine.local import LocalEngine
from runner.engine.messages import Checkpointed, Done, Failed, Prepare, Report, Tick, Train, TrainingSetup
from runner.engine.single_tasks import run_alone

HANG_LIMITS = HangLimits(first=1000, floor=10, factor=3, silent=5000)
REPORT = Report(1, EpochMetrics(1.0, 0.5, 0.1, {}, None, 1.0))


@pytest.fixture
def training(tmp_path):
    """Return the task of a simulated training."""
    setup = TrainingSetup("test/simulated/curve", {}, DemoDataset(source="demo"), tmp_path / "cache")
    return Train(setup, tmp_path / "one", 0, "accuracy", Direction.MAXIMIZE, quarters=False)


def slowed(task, seconds):
    """Return the task of a training that takes so long."""
    return replace(task, setup=replace(task.setup, config={"seconds": seconds}))


def after(task, *course):
    """Return a detector that has waited for so many seconds, or heard such events, in turn."""
    detector = HangDetector(task, HANG_LIMITS)
    for each in course:
        detector.waited(each) if isinstance(each, int) else detector.heard(each)
    return detector


def test_a_training_is_given_time_to_begin(training):
    """What is imported, fetched and tokenised before the first step does not count as silence."""
    assert after(training, 999).limit == 1000
    assert not after(training, 999).is_overdue
    assert after(training, 1001).is_overdue


def test_the_limit_is_learned_from_the_training(training):
    """Several times the longest silence so far is too long, the floor in any case; the beginning teaches nothing."""
    tick = Tick(1, 0.1)
    assert after(training, 900, tick, 1, tick, REPORT).limit == 10
    assert after(training, 900, tick, 7, tick, 2, REPORT).limit == 21
    assert after(training, 900, tick, 7, REPORT, 21).is_overdue is False
    assert after(training, 900, tick, 7, REPORT, 22).is_overdue is True


def test_the_first_measurement_may_take_as_long_as_all_before_it(training):
    """Steps do not show how long measuring takes: before the first measurement, the limit is the training so far."""
    steps = [100, Tick(1, 0.1), *[2, Tick(1, 0.2)] * 700]
    assert after(training, *steps).limit == 1400
    assert after(training, *steps, 60, REPORT).limit == 180


def test_a_training_that_goes_on_may_measure_at_once(training):
    """Its earlier work is not known: it has the time of a training that begins, until a measurement was seen."""
    resumed = [100, Checkpointed(1, 0.5), 2, Tick(1, 0.51)]
    assert not after(training, *resumed, 999).is_overdue
    assert after(training, *resumed, 1001).is_overdue
    assert after(training, *resumed, 60, REPORT).limit == 180


def test_other_tasks_have_a_limit_of_their_own(training):
    """A task that gives no sign is given hours."""
    assert after(Prepare(training.setup), 4000).limit == 5000


def test_a_worker_that_hangs_is_ended_and_replaced(simulated, training):
    """A stopped process gives no sign any more; its training fails with that reason, and the next one runs."""
    with LocalEngine(1, hang_limits=HangLimits(first=0.5, floor=0.5, factor=0, silent=60)) as engine:
        run_alone(engine, Prepare(training.setup))  # libraries are there
        job = engine.submit(slowed(training, 400))
        pid = engine._crew[0].process.pid
        os.kill(pid, signal.SIGSTOP)
        failed = first(engine)
        assert (failed.job, type(failed.error)) == (job, HungWorkerError)
        assert "no sign of progress for" in failed.error.message
        assert engine._crew[0].process.pid != pid
        assert isinstance(run_alone(engine, Prepare(training.setup)), Done)


def first(engine):
    """Return the first event."""
    return next(event for _ in range(600) for event in engine.events(0.1))


def test_a_worker_without_memory_is_replaced(simulated, training):
    """What fills the memory ends with the process; the training fails with its own reason."""
    with LocalEngine(1) as engine:
        pid = engine._crew[0].process.pid
        failed = run_alone(engine, replace(training, setup=replace(training.setup, config={"trouble": "oom"})))
        assert isinstance(failed, Failed)
        assert failed.error.message == "it does not fit"
        assert engine._crew[0].process.pid != pid
        assert isinstance(run_alone(engine, Prepare(training.setup)), Done)


@pytest.mark.parametrize(("later", "kind"), [(8, "out_of_memory"), (7, "lost_worker")])
def test_a_kill_for_want_of_memory_is_told_as_such(simulated, training, monkeypatch, later, kind):
    """Signal 9 is a lack of memory if the system's count of such kills has grown; else any process may have sent it."""
    kills = [7]
    monkeypatch.setattr(local, "oom_kills", lambda: kills[0])
    with LocalEngine(1) as engine:
        engine.submit(slowed(training, 400))
        kills[0] = later
        engine._crew[0].process.kill()
        failed = first(engine)
    assert failed.error.kind == kind
    assert isinstance(failed.error, OutOfMemoryError) == (kind == "out_of_memory")


def test_the_systems_count_is_read(tmp_path, monkeypatch):
    """The count is one line among many; if there is no such file nothing is known."""
    monkeypatch.setattr(processes, "_VMSTAT", tmp_path / "vmstat")
    assert processes.oom_kills() == 0
    (tmp_path / "vmstat").write_text("nr_free_pages 5\noom_kill 3\nunevictable_pgs 7\n")
    assert processes.oom_kills() == 3
