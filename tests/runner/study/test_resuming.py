"""Trainings that were running when their study died are resumed under the same name, nothing lost or doubled."""

import sqlite3
from datetime import timedelta

import optuna
import pytest

from catalog.contract import CHECKPOINTS
from catalog.errors import StoreError
from runner.engine.messages import Checkpointed, Report
from runner.store.records import EpochRecord, Owner
from runner.store.store import Store
from runner.study import confirmation, search, task_loop
from runner.study.coordinator import run_study
from runner.study.folders import StudyFolders
from runner.study.task_loop import run_tasks

pytestmark = pytest.mark.usefixtures("quick_importance")
CONFIG = {"x": 0.5, "checkpoints": True}


class Killed(BaseException):
    """Stands for a coordinator that ends at this very place, with its workers."""


def killed(request, workspace, recorder, wanted):
    """Run a study that dies once an event that is `wanted` is stored and not yet handled; its lease stays."""

    def dying(session, next_task, on_event):
        def handled(name, event):
            if wanted(name, event):
                raise Killed
            on_event(name, event)

        run_tasks(session, next_task, handled)

    with pytest.MonkeyPatch.context() as patched:
        for module in (task_loop, search, confirmation):
            patched.setattr(module, "run_tasks", dying)
        with pytest.raises(Killed):
            run_study(request, workspace, recorder)
    with sqlite3.connect(workspace.folder.parent / "studies.db") as connection:  # as if its process were gone
        connection.execute("UPDATE modelcat_studies SET lease_pid = 1, lease_started = 1")


def opened(workspace):
    return Store.open(workspace.storage, create=False)


def at(training, progress, kind=Report):
    """Return a function that returns whether a training has come to this place of its schedule."""

    def wanted(name, event):
        told = event.metrics.progress if isinstance(event, Report) else getattr(event, "progress", None)
        return name == training and isinstance(event, kind) and told == progress

    return wanted


def accuracies(x):
    """Return what the simulated training measures at its quarters."""
    return [pytest.approx((1 - (x - 0.7) ** 2) * share) for share in (0.7, 0.8, 0.9, 1.0)]


@pytest.mark.parametrize(("progress", "kind"), [(0.25, Report), (0.75, Report), (0.5, Checkpointed)])
def test_a_trial_goes_on_under_its_number(request_of, workspace, recorder, progress, kind):
    """Before or after the pruner gets a measurement, each is stored and reported once, and the value is the same."""
    request = request_of(CONFIG, name="mine", trials=4, sampler="random", confirm={"top": 0, "seeds": 1})
    killed(request, workspace, recorder, at("trial/2", progress, kind))
    record = run_study(request, workspace, recorder)
    store = opened(workspace)
    trials = store.trials("mine")
    assert (record.state, [t.number for t in trials]) == ("finished", [0, 1, 2, 3])
    done = round(progress * 4) - (kind is Report)  # a report that is not answered is followed by no checkpoint
    assert trials[2].notes == ("a note", *([f"went on after quarter {done}"] if done else []))
    expected = accuracies(trials[2].params["x"])
    assert trials[2].value == expected[-1]
    epochs = store.epochs("mine", "trial/2")
    assert [e.progress for e in epochs] == [0.25, 0.5, 0.75, 1.0]
    assert [e.metrics["accuracy"] for e in epochs] == expected
    told = optuna.load_study(study_name="mine", storage=workspace.storage).trials[2].intermediate_values
    assert told == dict(zip((25, 50, 75, 100), expected, strict=True))
    assert not list(workspace.folder.rglob(CHECKPOINTS))


@pytest.mark.parametrize("training", ["baseline", "confirm/given/1", "confirm/trial/2/2"])
def test_other_trainings_go_on_too(request_of, workspace, recorder, training):
    """An unfinished confirmation goes on from its checkpoint; a baseline, which keeps none here, is trained again."""
    study = {"trials": 3, "sampler": "random", "confirm": {"top": 1, "seeds": 2}, "pruner": "none"}
    request = request_of(CONFIG, name="mine", **study)
    event = (1.0, Report) if training == "baseline" else (0.75, Checkpointed)
    killed(request, workspace, recorder, at(training, *event))
    runs = list(workspace.folder.glob("mine/runs/0001/*/checkpoints"))
    assert [run.parent.name for run in runs] == ([] if training == "baseline" else [training.replace("/", "-")])
    assert run_study(request, workspace, recorder).state == "finished"
    store = opened(workspace)
    assert [e.progress for e in store.epochs("mine", training)] == [1.0]
    assert len(store.confirmations("mine")) == 4
    assert not list(workspace.folder.rglob(CHECKPOINTS))


def test_a_study_that_dies_twice_goes_on_from_the_older_run(request_of, workspace, recorder):
    """If the second run died before its own first checkpoint, the third goes on from the first one's."""
    request = request_of(CONFIG, name="mine", trials=1, confirm={"top": 0, "seeds": 1})
    for _ in range(2):
        killed(request, workspace, recorder, at("trial/0", 0.75))
    assert len(list(workspace.folder.glob("mine/runs/*/trial-0/checkpoints"))) == 1
    run_study(request, workspace, recorder)
    assert opened(workspace).trial("mine", 0).notes == ("a note", "went on after quarter 2")


def test_each_try_has_a_folder_of_its_own(tmp_path):
    """A process that still writes into an earlier try does no harm; checkpoints are listed, the newest try's first."""
    folders = StudyFolders(tmp_path, 3)
    tries = [folders.training("trial/7", attempt) for attempt in range(1, 12)]
    assert [folder.name for folder in tries] == ["trial-7", *(f"trial-7.{n}" for n in range(2, 12))]
    for number in (0, 1, 9, 10):
        (tries[number] / CHECKPOINTS).mkdir(parents=True)
    (tries[0].with_name("trial-7.old") / CHECKPOINTS).mkdir(parents=True)
    assert folders.earlier("trial/7", 11) == (tries[9], tries[1], tries[0])
    assert folders.earlier("trial/7", 1) == ()
    assert folders.earlier("trial/70", 2) == ()


def test_a_try_begins_with_nothing(tmp_path):
    """Files of an earlier study of that name, whose database is gone, are no part of this one."""
    (tmp_path / "runs" / "0001" / "trial-0" / CHECKPOINTS).mkdir(parents=True)
    folder = StudyFolders(tmp_path, 1).training("trial/0", 1)
    assert folder.parent.exists()
    assert list(folder.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    """A folder that cannot be made is a fault of the studies' disk, not of the trial."""
    (tmp_path / "runs").write_text("a file in the way")
    with pytest.raises(StoreError, match=r"runs/0001/trial-0 cannot be made: Not a directory; mend that"):
        StudyFolders(tmp_path, 1).training("trial/0", 1)


def test_what_a_try_was_writing_when_it_died_goes(tmp_path):
    """A model that was half written is removed, as one that lost is."""
    for name in (".model.12.tmp", "model"):
        (tmp_path / "runs" / "0001" / "trial-0" / name).mkdir(parents=True)
    (tmp_path / "runs" / "0001" / "trial-1" / "model").mkdir(parents=True)
    StudyFolders(tmp_path, 1).sweep({"runs/0001/trial-1/model"})
    assert [path.name for path in (tmp_path / "runs").glob("*/*/*")] == ["model"]


def test_earlier_runs_are_looked_into_newest_first(tmp_path):
    """Earlier runs that left checkpoints of this training are read newest first; an older one's name is no number."""
    for workspace in ("0001/trial-7", "0002/trial-7", "0002/trial-7.2", "0009/trial-7", "0011/trial-7", "old/trial-7"):
        (tmp_path / "runs" / workspace / CHECKPOINTS).mkdir(parents=True)
    (tmp_path / "runs" / "0003" / "trial-7").mkdir(parents=True)
    folders = StudyFolders(tmp_path, 10)
    found = [folder.relative_to(tmp_path / "runs").as_posix() for folder in folders.earlier("trial/7", 1)]
    assert found == ["0009/trial-7", "0002/trial-7.2", "0002/trial-7", "0001/trial-7"]
    assert folders.earlier("trial/70", 1) == ()
    folders.settle("trial/7")
    assert folders.earlier("trial/7", 1) == ()


def test_no_checkpoint_of_any_try_outlives_its_study(tmp_path):
    """No checkpoint outlives its study, nor does a model that no record names, even one written into an old try."""
    folders = StudyFolders(tmp_path, 2)
    left = [folders.training("trial/7", attempt) / name for attempt in (1, 2) for name in (CHECKPOINTS, "model")]
    for folder in left:
        folder.mkdir(parents=True)
    folders.sweep({folders.relative(left[3])})
    assert [folder for folder in left if folder.exists()] == [left[3]]


def test_a_later_measurement_of_an_earlier_try_goes(request_of, workspace, recorder):
    """What is measured again replaces what a try that died had measured there and later, of that training alone."""
    run_study(request_of(name="mine", trials=2, confirm={"top": 0, "seeds": 1}), workspace, recorder)
    with Store.open(workspace.storage, create=True) as store:
        lease = store.acquire("mine", Owner.this_process(), timedelta(minutes=1))
        others = store.epochs("mine", "trial/1")
        again = EpochRecord("trial/0", 0.5, 0.5, 9.0, {}, None, 1.0)
        store.put_epoch("mine", lease, again)
        assert [(e.progress, e.train_loss == 9.0) for e in store.epochs("mine", "trial/0")] == [
            (0.25, False),
            (0.5, True),
        ]
        assert store.epochs("mine", "trial/1") == others


def spent(workspace, seconds):
    """Set what is used up of a study's time limit."""
    optuna.load_study(study_name="mine", storage=workspace.storage).set_user_attr("modelcat:search_seconds", seconds)


def test_an_extended_study_that_dies_early_has_its_time_all_the_same(request_of, workspace, recorder):
    """More trials bring a new time limit; a run that dies before the first of them ends leaves it to the next one."""
    study = {"name": "mine", "timeout": "1h", "sampler": "random", "confirm": {"top": 0, "seeds": 1}}
    run_study(request_of(CONFIG, trials=2, **study), workspace, recorder)
    spent(workspace, 3601.0)
    killed(request_of(CONFIG, trials=5, **study), workspace, recorder, at("trial/2", 0.5))
    assert run_study(request_of(CONFIG, trials=5, **study), workspace, recorder).trials.complete == 5


def test_a_study_that_dies_before_it_is_extended_is_extended_later(request_of, workspace, recorder, monkeypatch):
    """A study that dies before it is extended keeps its result, and is extended later."""
    study = {"name": "mine", "timeout": "1h", "sampler": "random", "confirm": {"top": 0, "seeds": 1}}
    before = run_study(request_of(CONFIG, trials=2, **study), workspace, recorder)
    spent(workspace, 3601.0)

    def die(*_):
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(Store, "extend", die)
        with pytest.raises(Killed):
            run_study(request_of(CONFIG, trials=4, **study), workspace, recorder)
    left = opened(workspace).study("mine")
    assert (left.verdict, left.planned) == (before.verdict, 2)
    assert run_study(request_of(CONFIG, trials=4, **study), workspace, recorder).trials.complete == 4
