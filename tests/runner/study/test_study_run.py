"""Whole studies of the simulated plugin: what is asked, recorded, confirmed, kept and reported."""

import math
import os
import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import optuna
import pytest

from catalog import registry
from catalog.errors import DataError, SpecError, StudyConflictError, WorkError
from catalog.space import FloatRange
from catalog.spec import resolve
from plugins.nlp.text_classification.dataset import FilesDataset
from runner.store.records import Owner
from runner.store.store import Store
from runner.study import coordinator
from runner.study.coordinator import run_study
from runner.study.early_end import CUT_NOTE
from runner.study.folders import StudyFolders
from runner.study.progress import Silent
from runner.study.stored_study import as_training

pytestmark = pytest.mark.usefixtures("quick_importance")

SIMULATED = Path(__file__).parents[2] / "fakes" / "simulated"


def opened(workspace):
    """Return the store for reading."""
    return Store.open(workspace.storage, create=False)


def test_a_study_makes_its_trials_confirms_and_judges(request_of, workspace, recorder):
    """The given configuration is first, then recipes, then the search; the winner is confirmed, tested once, kept."""
    record = run_study(request_of(trials=8), workspace, recorder)
    trials = opened(workspace).trials(record.study)
    assert record.state == "finished"
    assert [trial.origin for trial in trials] == ["given", "recipe", *["search"] * 6]
    assert trials[0].params == {"x": 0.5}
    assert trials[1].params == {"x": 0.6}
    assert record.best.number == max(trials, key=lambda t: t.value or 0).number
    assert record.verdict["winner"] == f"trial/{record.best.number}"
    assert record.verdict["confirmed"]
    assert record.verdict["beats_given"]
    assert record.test["accuracy"] == pytest.approx(record.best.value)
    assert record.baseline["test"]["accuracy"] == pytest.approx(1 - 0.2**2)
    assert {e.subject for e in opened(workspace).evaluations(record.study)} == {"winner", "given", "baseline"}
    kept = workspace.folder / record.study / record.model_dir
    assert kept.joinpath("model.json").exists()


def test_what_a_finished_study_leaves(request_of, workspace, recorder):
    """A finished study leaves one model of its own, the baseline's, all trials in Optuna's tables, and its result."""
    record = run_study(request_of(), workspace, recorder)
    models = sorted(p.parent.name for p in (workspace.folder / record.study).rglob("model.json"))
    assert len(models) == 2
    assert (workspace.folder / record.study / "model").is_dir()
    ours = opened(workspace).trials(record.study)
    assert all(trial.model_dir is None for trial in ours)
    study = optuna.load_study(study_name=record.study, storage=workspace.storage)
    assert [t.number for t in study.trials] == [t.number for t in ours]
    assert [t.value for t in study.trials] == [t.value for t in ours]
    assert [t.params for t in study.trials] == [t.params for t in ours]
    assert set(study.trials[0].intermediate_values) == {25, 50, 75, 100}
    recorder.told.clear()
    again = run_study(request_of(), workspace, recorder)
    assert again == record
    assert recorder.told == []


def test_more_trials_extend_a_study(request_of, workspace, recorder):
    """A larger number of trials keeps those that are there, adds the rest and evaluates again."""
    first = run_study(request_of(trials=4), workspace, recorder)
    before = opened(workspace).trials(first.study)
    record = run_study(request_of(trials=7), workspace, recorder)
    after = opened(workspace).trials(first.study)
    assert record.study == first.study
    assert [t.params for t in after[:4]] == [t.params for t in before]
    assert len(after) == record.trials.complete + record.trials.pruned == 7
    assert record.state == "finished"


def test_any_other_difference_is_refused_and_shown(request_of, workspace, recorder):
    """One name cannot stand for two specs; the difference is reported by its path."""
    run_study(request_of(name="mine"), workspace, recorder)
    with pytest.raises(StudyConflictError, match=r"model_config\.x: 0\.5 in the store, 0\.4 here"):
        run_study(request_of({"x": 0.4}, name="mine"), workspace, recorder)
    with pytest.raises(StudyConflictError, match="it can only grow"):
        run_study(request_of(name="mine", trials=2), workspace, recorder)


def test_changed_data_are_refused(request_of, workspace, recorder, tmp_path):
    """A study goes on only with the data that it began with."""
    request = request_of(trials=3, name="mine")
    run_study(request, workspace, recorder)
    longer = request_of(trials=5, name="mine")
    other = replace(longer, dataset=longer.dataset.model_copy(update={"size": 999}))
    with pytest.raises(StudyConflictError, match="other data"):
        run_study(other, workspace, recorder)


def test_two_studies_with_one_seed_ask_the_same(request_of, workspace, recorder):
    """What the sampler asks depends on the study's seed and the trial's number alone."""
    names = [run_study(request_of(name=name), workspace, recorder).study for name in ("one", "two")]
    asked = [[t.params for t in opened(workspace).trials(name)] for name in names]
    assert asked[0] == asked[1]
    other = run_study(request_of(name="three", seed=1), workspace, recorder).study
    assert [t.params for t in opened(workspace).trials(other)] != asked[0]


def test_several_workers_meet_the_target_exactly(request_of, workspace, recorder):
    """Two workers make no trial twice and none too many."""
    record = run_study(request_of({"x": 0.5, "seconds": 0.05}, trials=9), replace(workspace, workers=2), recorder)
    assert [t.number for t in opened(workspace).trials(record.study)] == list(range(9))
    assert record.trials.running == 0


@pytest.mark.parametrize(
    ("trouble", "kind", "part"),
    [
        ("error", "error", "modelcat-simulated: RuntimeError: something broke"),
        ("oom", "out_of_memory", "does not fit"),
        ("nan", "diverged", "not a finite number"),
        ("diverged", "diverged", "not finite"),
        ("data", "bad_data", "larger than the data"),
        ("die", "lost_worker", "ended with code 7"),
    ],
)
def test_a_failed_trial_is_recorded_and_the_study_goes_on(request_of, workspace, recorder, trouble, kind, part):
    """Every way to fail has its kind and reason; the other trials and the verdict are made all the same."""
    config = {"x": 0.5, "trouble": trouble, "trouble_above": 0.65}
    record = run_study(request_of(config, trials=8, sampler="random"), workspace, recorder)
    failed = [t for t in opened(workspace).trials(record.study) if t.state == "failed"]
    assert record.state == "finished"
    assert 0 < len(failed) == record.trials.failed
    assert {t.failure["kind"] for t in failed} == {kind}
    assert part in failed[0].failure["reason"]
    assert record.trials.complete + record.trials.pruned + record.trials.failed == 8
    states = [t.state for t in optuna.load_study(study_name=record.study, storage=workspace.storage).trials]
    assert states.count(optuna.trial.TrialState.FAIL) == len(failed)


def test_a_study_in_which_all_fails_says_why(request_of, workspace, recorder):
    """Without one complete trial the study is failed, and the one reason that all trials share is named once."""
    with pytest.raises(
        WorkError, match="all 3 trials failed for one reason, error: modelcat-simulated: RuntimeError: something broke"
    ):
        run_study(request_of({"x": 0.5, "trouble": "error"}, trials=3, name="mine"), workspace, recorder)
    record = opened(workspace).study("mine")
    assert record.state == "failed"
    assert record.failure["message"].count("something broke") == 1
    assert record.lease is None
    assert record.is_fruitless


def test_failures_that_differ_in_a_number_alone_have_one_cause(request_of, workspace, recorder):
    """Each trial's own value stands in its reason; the cause is one all the same."""
    with pytest.raises(WorkError, match="all 3 trials failed for one reason, bad_data: the batch is larger") as found:
        run_study(request_of({"x": 0.5, "trouble": "data"}, trials=3, name="mine"), workspace, recorder)
    assert len({one.failure["reason"] for one in opened(workspace).trials("mine")}) == 3
    assert found.value.kind == "bad_data"


def test_a_study_that_must_fail_again_is_refused_at_once(request_of, workspace, recorder):
    """If no trial is left to be made, going on says the same again and prepares nothing; more trials go on."""
    request = request_of({"x": 0.5, "trouble": "error"}, trials=2, name="mine")
    with pytest.raises(WorkError) as first:
        run_study(request, workspace, recorder)
    before = len(recorder.told)
    with pytest.raises(WorkError) as again:
        run_study(request, workspace, recorder)
    assert (again.value.message, again.value.kind) == (first.value.message, first.value.kind)
    assert len(recorder.told) == before
    with pytest.raises(StudyConflictError, match="would fail again: all 2 trials failed for one reason"):
        opened(workspace).requeue("mine")
    with pytest.raises(WorkError, match="all 3 trials failed"):
        run_study(request_of({"x": 0.5, "trouble": "error"}, trials=3, name="mine"), workspace, recorder)


def test_a_given_configuration_that_fails_does_not_stop_its_rivals(request_of, workspace, recorder):
    """If the given configuration cannot be trained, the winner is confirmed without it."""
    config = {"x": 0.9, "trouble": "oom", "trouble_above": 0.85}
    record = run_study(request_of(config, sampler="random"), workspace, recorder)
    assert record.state == "finished"
    assert record.verdict["winner"].startswith("trial/")
    assert record.verdict["versus_given"] is None
    assert record.test is not None


def test_hopeless_trials_are_pruned_but_never_the_given_or_recipes(request_of, workspace, recorder):
    """The pruner ends trials of the search alone."""
    config = {"x": 0.1, "luck": 0.0}
    record = run_study(request_of(config, trials=16, pruner="hyperband", sampler="random"), workspace, recorder)
    trials = opened(workspace).trials(record.study)
    assert record.trials.pruned > 0
    assert all(t.state == "complete" for t in trials if t.origin != "search")


def test_timeout_ends_the_search_and_still_gives_a_verdict(request_of, workspace, recorder):
    """When time is up no further trial begins; what there is is confirmed and evaluated."""
    request = request_of({"x": 0.5, "seconds": 0.4}, trials=50, timeout="1s")
    record = run_study(request, workspace, recorder)
    assert record.state == "finished"
    made = record.trials.complete + record.trials.pruned
    assert 1 <= made < 20
    said = f"{made} of 50 trials: the time limit of 1 s was used up"
    assert record.early_end == {"reason": "time_limit", "done": made, "planned": 50, "limit_seconds": 1.0}
    assert record.verdict["sentence"].endswith(f" {said}.")
    assert recorder.of("note")[-1] == [said]
    assert said in (workspace.folder_of(record.study) / "log.jsonl").read_text()
    cut = [trial for trial in opened(workspace).trials(record.study) if trial.state == "pruned"]
    assert all(CUT_NOTE in trial.notes for trial in cut)


def test_without_confirmation_the_verdict_says_so(request_of, workspace, recorder):
    """`top` 0 keeps the best trial's own model and calls the finding unconfirmed."""
    record = run_study(request_of(confirm={"top": 0, "seeds": 1}), workspace, recorder)
    assert not record.verdict["confirmed"]
    assert "Not confirmed on fresh seeds" in record.verdict["sentence"]
    assert (workspace.folder / record.study / "model" / "model.json").exists()


def test_luck_does_not_win(request_of, workspace, recorder):
    """If all is noise around one curve, the confirmation uses other seeds than the search."""
    record = run_study(request_of({"x": 0.7, "luck": 0.05}), workspace, recorder)
    confirmations = opened(workspace).confirmations(record.study)
    assert len(confirmations) == 4
    assert len({c.seed for c in confirmations}) == 2
    assert 0 not in {c.seed for c in confirmations}
    assert any(record.test["accuracy"] == pytest.approx(c.metrics["accuracy"]) for c in confirmations)


def test_a_metric_to_minimise_is_minimised(request_of, workspace, recorder):
    """The best trial of a loss is the lowest."""
    record = run_study(request_of(metric="log_loss"), workspace, recorder)
    values = [t.value for t in opened(workspace).trials(record.study) if t.value is not None]
    assert record.best.value == min(values)
    assert record.direction == "minimize"


def test_a_single_training_is_a_study_of_one_trial(request_of, workspace, recorder):
    """`train` leaves the spec's study aside: one trial, no baseline, a test, a model."""
    record = run_study(as_training(request_of(trials=9)), workspace, recorder, "train")
    assert (record.mode, record.planned, record.trials.complete) == ("train", 1, 1)
    assert record.baseline is None
    assert record.test is not None
    assert record.study.startswith("train-curve-demo-")
    assert record.space == {}


def test_a_study_of_one_trial_has_a_baseline(request_of, workspace, recorder):
    """What a single configuration is worth shows next to it, too."""
    record = run_study(request_of(trials=1), workspace, recorder)
    assert (record.mode, record.trials.complete) == ("study", 1)
    assert "failure" not in record.baseline
    assert record.baseline["test"]
    assert record.verdict["versus_baseline"] is not None


def test_the_space_is_widened_to_hold_the_given_configuration(request_of, workspace, recorder):
    """A given value outside the space stretches it, once, and the stretch is reported."""
    record = run_study(request_of({"x": 0.2}), workspace, recorder)
    assert record.space["x"]["low"] == 0.2
    assert "wider than asked" in recorder.of("opened")[0][0].notes[0]
    trials = opened(workspace).trials(record.study)
    assert trials[0].params == {"x": 0.2}
    assert trials[0].state == "complete"


def test_nothing_is_made_where_preparation_fails(request_of, workspace, recorder, tmp_path):
    """A spec that fails before its study is made leaves nothing behind."""
    model = registry.load("nlp/text-classification/linear")
    nowhere = FilesDataset(source="files", train=str(tmp_path / "nowhere.csv"))
    broken = replace(
        request_of(), task=registry.load_task(model.key), model=model, config=model.Config(), dataset=nowhere
    )
    with pytest.raises(DataError, match=r"nowhere\.csv"):
        run_study(broken, workspace, recorder)
    assert not workspace.folder.exists()
    assert list(workspace.folder.parent.glob("studies*")) == []


def test_measurements_are_kept_by_training(request_of, workspace, recorder):
    """Each trial's measurements are stored under its name and reported to the listener."""
    record = run_study(request_of(trials=2, pruner="none"), workspace, recorder)
    epochs = opened(workspace).epochs(record.study, "trial/1")
    assert [epoch.progress for epoch in epochs] == [1.0]
    assert all(math.isfinite(value) for value in epochs[0].metrics.values())
    measured = {training for training, _ in recorder.of("measured")}
    assert measured >= {"baseline", "trial/0", "trial/1", "confirm/given/1"}


def test_a_running_study_is_refused_to_a_second(request_of, workspace, recorder):
    """The holder of the lease is named to any other process that wants to run the study."""
    run_study(request_of(trials=2, name="mine"), workspace, recorder)
    store = Store.open(workspace.storage, create=True)
    store.acquire("mine", Owner.this_process(), timedelta(minutes=1))
    with pytest.raises(StudyConflictError, match="process"):
        run_study(request_of(trials=3, name="mine"), workspace, recorder)


@pytest.fixture
def meanwhile(monkeypatch):
    """Return a function that has something happen while the next study is prepared for the first time."""
    prepare = coordinator.prepare

    def happen(act):
        def prepare_and_act(*arguments):
            monkeypatch.setattr(coordinator, "prepare", prepare)
            data = prepare(*arguments)
            act()
            return data

        monkeypatch.setattr(coordinator, "prepare", prepare_and_act)

    return happen


def test_of_two_runs_at_once_the_second_is_told_who_runs_it(request_of, workspace, recorder, meanwhile):
    """Both found no study and prepared it; the later one is refused as any process that comes while it is run."""
    request = request_of(trials=3, name="mine")

    def another_run():
        run_study(request_of(trials=2, name="mine"), workspace, Silent())
        with Store.open(workspace.storage, create=False) as store:
            store.begin("mine", Owner.this_process(), timedelta(minutes=1))

    meanwhile(another_run)
    with pytest.raises(StudyConflictError, match=rf"'mine' is being run by process {os.getpid()} on .* since 20"):
        run_study(request, workspace, recorder)
    assert len(opened(workspace).trials("mine")) == 2


def test_of_two_runs_at_once_the_second_goes_on_where_the_first_has_ended(request_of, workspace, recorder, meanwhile):
    """If no process runs what was made meanwhile it goes on as any study does; finished it is returned as it is."""
    meanwhile(lambda: run_study(request_of(trials=2, name="mine"), workspace, Silent()))
    record = run_study(request_of(trials=4, name="mine"), workspace, recorder)
    assert (record.state, len(opened(workspace).trials("mine"))) == ("finished", 4)
    done = []
    meanwhile(lambda: done.append(run_study(request_of(trials=2, name="other"), workspace, Silent())))
    assert [run_study(request_of(trials=2, name="other"), workspace, recorder)] == done


def test_of_two_runs_at_once_another_spec_is_refused(request_of, workspace, recorder, meanwhile):
    """If another spec has made a study of that name meanwhile, the differences are shown."""
    meanwhile(lambda: run_study(request_of({"x": 0.4}, name="mine", trials=2), workspace, Silent()))
    with pytest.raises(StudyConflictError, match=r"model_config\.x: 0\.4 in the store, 0\.5 here"):
        run_study(request_of(name="mine", trials=2), workspace, recorder)


def test_a_stored_spec_makes_the_same_study(request_of, workspace, recorder, tmp_path):
    """What the store keeps is enough to go on."""
    record = run_study(request_of(trials=3), workspace, recorder)
    request = resolve(record.spec, tmp_path)
    assert run_study(request, workspace, recorder).study == record.study


def test_a_tuned_field_needs_a_value_to_start_from(request_of, workspace, recorder):
    """A field without a given value cannot be trial 0; nothing is made."""
    request = replace(request_of(), space={"luck": FloatRange(0.0, 1.0)})
    with pytest.raises(SpecError, match=r"study\.search_space\.luck: model_config has no value"):
        run_study(request, workspace, recorder)
    assert not workspace.folder.exists()


def test_an_optuna_study_of_that_name_is_never_adopted(request_of, workspace, recorder):
    """What another program has put into Optuna's tables is neither continued nor deleted."""
    foreign = optuna.create_study(study_name="mine", storage=workspace.storage)
    foreign.tell(foreign.ask(), 1.0)
    with pytest.raises(StudyConflictError, match="did not make"):
        run_study(request_of(name="mine"), workspace, recorder)
    assert len(optuna.load_study(study_name="mine", storage=workspace.storage).trials) == 1
    assert Store.open(workspace.storage, create=False).studies() == []


@pytest.fixture(scope="module")
def verdicts():
    """What is known already of studies that were not disturbed."""
    return {}


class Killed(BaseException):
    """Stands for a process that ends at this very place."""


@pytest.mark.parametrize("top", [0, 1])
@pytest.mark.parametrize(
    "where", ["keep", "put_evaluation", "update_study", "put_insight", "put_trial", "sweep", "release"]
)
def test_a_study_that_dies_while_closing_is_closed_by_the_next_run(
    request_of, workspace, recorder, monkeypatch, where, top, verdicts
):
    """Wherever in its closing a run ends, running again gives the same verdict and one model, and no error."""
    study = {"trials": 4, "confirm": {"top": top, "seeds": 1}}
    if top not in verdicts:
        verdicts[top] = run_study(request_of(name="whole", **study), workspace, recorder).verdict
    owner = StudyFolders if where in {"keep", "sweep"} else Store
    original = getattr(owner, where)

    def die_while_closing(self, *arguments, **named):
        if recorder.of("phase")[-1][0] in {"test", "insights"}:
            raise Killed
        return original(self, *arguments, **named)

    with monkeypatch.context() as patched:
        patched.setattr(owner, where, die_while_closing)
        with pytest.raises(Killed):
            run_study(request_of(name="mine", **study), workspace, recorder)
    with sqlite3.connect(workspace.folder.parent / "studies.db") as connection:  # its process would be gone
        connection.execute("UPDATE modelcat_studies SET lease_pid = 1, lease_started = 1 WHERE study = 'mine'")
    record = run_study(request_of(name="mine", **study), workspace, recorder)
    assert record.state == "finished"
    assert record.verdict == verdicts[top]
    assert [path.parent.name for path in (workspace.folder / "mine").rglob("model.json")].count("model") == 2


@pytest.mark.parametrize("top", [0, 1])
def test_extending_keeps_working_where_the_old_winner_stays_best(request_of, workspace, recorder, top):
    """More trials that win nothing leave the verdict and the model of the old winner in place."""
    study = {"name": "mine", "confirm": {"top": top, "seeds": 1}, "sampler": "random"}
    run_study(request_of({"x": 0.7}, trials=3, **study), workspace, recorder)
    record = run_study(request_of({"x": 0.7}, trials=5, **study), workspace, recorder)
    assert record.best.number == 0
    assert record.verdict["winner"] == "given"
    assert "Tuning did not beat the given configuration" in record.verdict["sentence"]
    assert (workspace.folder / "mine" / "model" / "model.json").exists()


def test_a_failed_given_configuration_is_told(request_of, workspace, recorder):
    """The verdict does not claim that only the given configuration was tried where it failed."""
    config = {"x": 0.9, "trouble": "oom", "trouble_above": 0.85}
    record = run_study(request_of(config, sampler="random"), workspace, recorder)
    assert "The given configuration could not be trained" in record.verdict["sentence"]


def test_an_older_database_is_upgraded_where_it_is_opened(request_of, workspace, recorder):
    """Studies of an older schema are read at once, and go on."""
    from alembic import command

    from runner.store import migrate
    from runner.store.connections import writer_engine
    from runner.store.url import StorageUrl

    run_study(request_of(name="mine", trials=3), workspace, recorder)
    engine = writer_engine(StorageUrl.parse(workspace.storage))
    with engine.begin() as connection:
        command.downgrade(migrate.config(connection), "0001")
    engine.dispose()
    assert len(opened(workspace).trials("mine")) == 3
    record = run_study(request_of(name="mine", trials=4), workspace, recorder)
    assert record.trials.complete + record.trials.pruned == 4
    assert opened(workspace).insights("mine") is not None
