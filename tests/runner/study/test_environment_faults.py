"""A fault of the machine is not the trial's: the study stops with what to do, and what met it is done again."""

import errno
import os
import shutil
from dataclasses import replace

import pytest

from catalog.errors import EnvironmentFaultError, MissingLibraryError
from runner.engine.local import LocalEngine
from runner.store.store import Store
from runner.study.coordinator import run_study
from runner.study.log import read_log
from runner.study.queue import submit, work

pytestmark = pytest.mark.usefixtures("quick_importance")

_SUBMIT = LocalEngine.submit
FULL = 'OSError(errno.ENOSPC, "No space left on device")'


@pytest.fixture
def fault(tmp_path, monkeypatch):
    """Return a function that has the simulated plugin raise an error wherever it does what is named; None mends it."""
    folder = tmp_path / "faults"
    folder.mkdir()
    monkeypatch.setenv("SIMULATED_FAULTS", str(folder))

    def ask(what, raised):
        if raised is None:
            (folder / what).unlink()
        else:
            (folder / what).write_text(raised)

    return ask


def opened(workspace):
    """Return the store for reading."""
    return Store.open(workspace.storage, create=False)


FAULTS = [
    ("prepare", 'OSError(errno.EDQUOT, "Disk quota exceeded")', "the disk is full"),
    ("baseline", 'OSError(errno.EIO, "Input/output error")', "the disk cannot be read or written"),
    ("trial-2", FULL, "bytes are free in "),
    ("confirm-given-1", 'OSError(errno.EMFILE, "Too many open files")', "too many files are open"),
    ("compare", 'OSError("8000 requested and 496 written")', "a file could not be written"),
    ("evaluate", 'OSError(errno.EROFS, "Read-only file system")', "the disk cannot be written"),
]


def test_faults_stop_a_study_and_fail_nothing(request_of, workspace, recorder, fault):
    """Wherever a fault occurs, the study can be resumed, and in the end is as if nothing had happened."""
    request = request_of({"x": 0.5}, trials=4, name="mine", pruner="none")
    submit(request, workspace)
    for what, raised, told in FAULTS:
        fault(what, raised)
        with pytest.raises(EnvironmentFaultError, match=told) as met:
            run_study(request, workspace, recorder)
        assert "then `modelcat resume mine` goes on" in met.value.message
        assert met.value.exit_code == 1
        record = opened(workspace).study("mine")
        assert (record.state, record.lease, record.failure["kind"]) == ("stopped", None, "environment")
        assert not any(trial.state == "failed" for trial in opened(workspace).trials("mine"))
        assert record.baseline is None or "failure" not in record.baseline
        log, _ = read_log(workspace.folder / "mine")
        assert (log[-1].kind, told in log[-1].text) == ("stopped", True)
        fault(what, None)
    record = run_study(request, workspace, recorder)
    assert (record.state, record.trials.complete, record.failure) == ("finished", 4, None)
    assert record.baseline["test"]
    assert not any("failure" in (found or {}) for found in opened(workspace).insights("mine").values())
    starts = [training for training, _ in recorder.of("started")]
    assert {name: starts.count(name) for name in starts} == {
        **dict.fromkeys(starts, 1),
        "baseline": 2,
        "trial/2": 2,
        "confirm/given/1": 2,
    }


def test_the_other_trainings_end_orderly(request_of, workspace, recorder, fault):
    """The other trainings get time to write a checkpoint, as in an interrupt, and go on from it."""
    workspace = replace(workspace, workers=2)
    config = {"x": 0.5, "seconds": 4.0, "listens": True, "checkpoints": True}
    request = request_of(config, trials=3, name="mine", pruner="none", confirm={"top": 0, "seeds": 1})
    fault("trial-1", FULL)
    with pytest.raises(EnvironmentFaultError):
        run_study(request, workspace, recorder)
    assert [trial.state for trial in opened(workspace).trials("mine")] == ["running", "running"]
    assert (workspace.folder / "mine/runs/0001/trial-0/paused").exists()
    assert (
        list((workspace.folder / "mine/runs/0001/trial-0/checkpoints").glob("*")) == []
    )  # it was in its first quarter


def test_what_a_training_has_half_written_goes(request_of, workspace, recorder, fault, monkeypatch):
    """Files that a training has half written are removed: they take room on the full disk, and look like a model."""
    fault("trial-0", FULL)
    monkeypatch.setattr("runner.engine.local.LocalEngine.submit", _writing_first)
    with pytest.raises(EnvironmentFaultError):
        run_study(request_of(trials=1, name="mine"), workspace, recorder)
    assert [path.name for path in (workspace.folder / "mine/runs/0001/trial-0").iterdir()] == ["checkpoints"]


def _writing_first(engine, task):
    if folder := getattr(task, "folder", None):
        for name in ("model", "checkpoints"):
            (folder / name).mkdir()
            (folder / name / "half").write_bytes(b"half")
        (folder / "validation.parquet").write_bytes(b"PAR1")
    return _SUBMIT(engine, task)


def test_a_missing_library_stops_one_study_of_the_queue(request_of, workspace, recorder, fault):
    """A missing library stops one study of the queue; the others may not need it."""
    for name in ("one", "two"):
        submit(request_of(trials=2, name=name, confirm={"top": 0, "seeds": 1}), workspace)
    fault("trial-1", "ImportError(\"No module named 'speedups'\")")

    def listen(record):
        if record.study == "two":
            fault("trial-1", None)
        return recorder

    done = work(workspace, listen, idle=0)
    assert [(record.study, record.state) for record in done] == [("one", "stopped"), ("two", "finished")]
    assert done[0].failure["kind"] == "missing_library"
    assert "Install it for this Python, then `modelcat resume one` goes on" in done[0].failure["message"]


def test_a_full_disk_ends_the_worker_and_empties_no_queue(request_of, workspace, recorder, fault):
    """The study that met the fault is first in the queue again; one that always meets it does not block the others."""
    for name in ("one", "two"):
        submit(request_of(trials=2, name=name, max_retries=1, confirm={"top": 0, "seeds": 1}), workspace)
    fault("trial-1", FULL)
    with pytest.raises(EnvironmentFaultError, match="`modelcat worker` goes on with the queue") as met:
        work(workspace, lambda _: recorder, idle=0)
    assert not isinstance(met.value, MissingLibraryError)
    assert [record.study for record in opened(workspace).queue()] == ["one", "two"]
    with pytest.raises(EnvironmentFaultError):
        work(workspace, lambda _: recorder, idle=0)
    assert opened(workspace).study("one").state == "stopped"
    fault("trial-1", None)
    (record,) = work(workspace, lambda _: recorder, idle=0)
    assert (record.study, record.state) == ("two", "finished")
    submit(request_of(trials=2, name="one", max_retries=1, confirm={"top": 0, "seeds": 1}), workspace)
    (record,) = work(workspace, lambda _: recorder, idle=0)
    assert (record.study, record.state, record.trials.complete + record.trials.pruned) == ("one", "finished", 2)


def test_the_coordinators_own_faults_stop_the_study(request_of, workspace, recorder, monkeypatch):
    """A model that cannot be kept, a folder that cannot be made: the study goes on when there is room again."""
    request = request_of(trials=2, name="mine")

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(workspace.folder))

    for where in ("make_folder", "StudyFolders.keep", "StudyFolders.sweep"):
        with monkeypatch.context() as patch:
            patch.setattr(f"runner.study.folders.{where}", full)
            with pytest.raises(EnvironmentFaultError, match="`modelcat resume mine` goes on"):
                run_study(request, workspace, recorder)
        assert opened(workspace).study("mine").state == "stopped"
    assert run_study(request, workspace, recorder).state == "finished"


def test_a_folder_that_is_removed_during_a_training_fails_no_trial(request_of, workspace, recorder):
    """If a training's folder is removed, its study stops and names the folder; the loss of the log is reported."""
    request = request_of({"x": 0.5, "seconds": 0.5}, trials=2, name="mine")
    recorder.measured = lambda *_: shutil.rmtree(workspace.folder, ignore_errors=True)
    with pytest.raises(EnvironmentFaultError, match="was removed during its training"):
        run_study(request, workspace, recorder)
    assert opened(workspace).study("mine").state == "stopped"
    assert any("was removed while the study runs" in text for (text,) in recorder.of("note"))
    del recorder.measured
    record = run_study(request, workspace, recorder)
    assert (record.state, record.trials.failed) == ("finished", 0)
