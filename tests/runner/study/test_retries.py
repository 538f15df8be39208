"""Work whose process died is tried again, so often and no more; errors of the work itself are not."""

import pytest

from catalog.contract import CHECKPOINTS
from runner.store.store import Store
from runner.study.coordinator import run_study
from runner.study.log import read_log
from runner.study.progress import broadcast

pytestmark = pytest.mark.usefixtures("quick_importance")


def opened(workspace):
    """Return the store for reading."""
    return Store.open(workspace.storage, create=False)


def test_a_trial_whose_process_died_is_tried_again(request_of, workspace, recorder):
    """The trial ends under its number as if nothing had happened; notes, log and listener report the retry and why."""
    study = {"trials": 2, "pruner": "hyperband", "confirm": {"top": 0, "seeds": 1}}
    record = run_study(request_of({"x": 0.5, "deaths": 1}, **study), workspace, recorder)
    store = opened(workspace)
    assert record.trials.complete == 2
    said = "tried again (1 of 2): lost_worker: the worker process ended with code 7"
    assert [trial.notes for trial in store.trials(record.study)] == [(said, "a note")] * 2
    for number in range(2):
        rows = [epoch.progress for epoch in store.epochs(record.study, f"trial/{number}")]
        assert rows == [0.25, 0.5, 0.75, 1.0]
    retried = [(training, error.kind, attempt) for training, error, _, attempt in recorder.of("retried")]
    assert retried == [("trial/0", "lost_worker", "1 of 2"), ("trial/1", "lost_worker", "1 of 2")]
    assert recorder.of("failed") == []
    logged = [line for line in read_log(workspace.folder / record.study)[0] if line.kind == "retried"]
    assert [line.training for line in logged] == ["trial/0", "trial/1"]
    assert "trial 0 is tried again (1 of 2): lost_worker: the worker process ended" in logged[0].text


def test_a_retry_goes_on_from_checkpoints_in_a_folder_of_its_own(request_of, workspace, recorder):
    """Each try finds checkpoints of earlier ones, and leaves a folder alone that a lost worker may still use."""
    config = {"x": 0.5, "deaths": 2, "checkpoints": True}
    record = run_study(request_of(config, trials=1, confirm={"top": 0, "seeds": 1}), workspace, recorder)
    [trial] = opened(workspace).trials(record.study)
    assert trial.state == "complete"
    assert trial.notes[-1] == "went on after quarter 2"
    folder = workspace.folder / record.study / "runs" / "0001"
    assert sorted(path.name for path in folder.glob("trial-0*") if path.is_dir()) == [
        "trial-0",
        "trial-0.2",
        "trial-0.3",
    ]
    assert trial.predictions == "runs/0001/trial-0.3/validation.json"
    assert not list(workspace.folder.rglob(CHECKPOINTS))


@pytest.mark.parametrize(("most", "tries"), [(1, "; it was tried 2 times"), (0, "")])
def test_a_trial_that_dies_too_often_fails_with_its_reason(request_of, workspace, recorder, most, tries):
    """A trial that dies after `max_retries` fails as it last died, and the study goes on to its target."""
    study = {"trials": 3, "sampler": "random", "max_retries": most, "confirm": {"top": 0, "seeds": 1}}
    record = run_study(request_of({"x": 0.5, "trouble": "die", "trouble_above": 0.55}, **study), workspace, recorder)
    failed = [trial for trial in opened(workspace).trials(record.study) if trial.state == "failed"]
    assert failed
    assert record.trials.complete + len(failed) == 3
    reason = {"kind": "lost_worker", "reason": f"the worker process ended with code 7{tries}"}
    assert all(trial.failure == reason for trial in failed)
    assert len(recorder.of("retried")) == most * len(failed)


@pytest.mark.parametrize("trouble", ["diverged", "data", "error", "nan"])
def test_errors_of_the_work_are_not_tried_again(request_of, workspace, recorder, trouble):
    """Errors of the work itself, which would only occur again, are not retried."""
    config = {"x": 0.5, "trouble": trouble, "trouble_above": 0.55}
    run_study(request_of(config, trials=2, confirm={"top": 0, "seeds": 1}), workspace, recorder)
    assert recorder.of("retried") == []
    assert [training for training, *_ in recorder.of("failed")] == ["trial/1"]


def test_whatever_a_study_does_is_tried_again(request_of, workspace, recorder, tmp_path, monkeypatch):
    """Work is tried again after deaths in preparation, baseline, confirmation, comparison and evaluation."""
    deaths = tmp_path / "deaths"
    deaths.mkdir()
    for what in ("prepare", "baseline", "confirm-given-1", "compare", "evaluate"):
        deaths.joinpath(what).touch()
    monkeypatch.setenv("SIMULATED_DEATHS", str(deaths))
    record = run_study(request_of(trials=3), workspace, recorder)
    assert record.state == "finished"
    assert record.verdict["confirmed"]
    assert "failure" not in record.baseline
    assert list(deaths.iterdir()) == []
    assert [training for training, *_ in recorder.of("retried")] == ["", "baseline", "confirm/given/1", "", ""]


def test_a_baseline_that_dies_again_and_again_costs_no_study(request_of, workspace, recorder, tmp_path, monkeypatch):
    """The failure of the baseline is recorded, the trials are made, and the verdict says why there is no comparison."""
    deaths = tmp_path / "deaths"
    deaths.mkdir()
    deaths.joinpath("baseline").touch()
    monkeypatch.setenv("SIMULATED_DEATHS", str(deaths))
    record = run_study(request_of(trials=2, max_retries=0), workspace, recorder)
    assert record.state == "finished"
    assert record.baseline["failure"]["kind"] == "lost_worker"
    assert record.verdict["beats_baseline"] is None
    assert record.verdict["sentence"].endswith(
        "no baseline to compare with, because the floor baseline failed: the worker process ended with code 7."
    )


def test_a_baseline_that_cannot_be_judged_costs_no_study(request_of, workspace, recorder):
    """A model of the baseline that is lost before the test leaves a failure, and the winner's result."""

    class Remover:
        def __getattr__(self, name):
            return lambda *_: None

        def phase(self, name, _):
            if name == "test":
                for model in workspace.folder.glob("*/runs/*/baseline*/model/model.json"):
                    model.unlink()

    record = run_study(request_of(trials=2), workspace, broadcast(recorder, Remover()))
    assert record.state == "finished"
    assert record.test["accuracy"] > 0
    assert record.baseline["failure"]["kind"] == "error"
    assert "test" not in record.baseline
    assert record.verdict["versus_baseline"] is not None
    assert [training for training, *_ in recorder.of("failed")] == ["", "baseline"]


def test_notes_of_the_baseline_are_said_and_kept(request_of, workspace, recorder):
    """What happened to the baseline on the way stands with it, and in the narration."""
    record = run_study(request_of(trials=2), workspace, recorder)
    assert record.baseline["notes"] == ["a note"]
    assert ["baseline: a note"] in recorder.of("note")


def test_the_number_of_tries_may_change_between_runs(request_of, workspace, recorder):
    """The number of tries is no part of the study's identity, and the last one given is kept for `resume`."""
    first = run_study(request_of(trials=2, confirm={"top": 0, "seeds": 1}), workspace, recorder)
    more = request_of(trials=3, confirm={"top": 0, "seeds": 1}, max_retries=7)
    record = run_study(more, workspace, recorder)
    assert (record.study, record.planned) == (first.study, 3)
    assert record.spec["study"]["max_retries"] == 7
