"""Seeds, quarters, names and differences of studies."""

from pathlib import Path

import pytest

from catalog.errors import StudyConflictError
from runner.store.store import Store
from runner.study.coordinator import run_study
from runner.study.identity import differences, spec_hash
from runner.study.queue import submit, work
from runner.study.sampling import derived_seed, pruner_of, quarter_of, sampler_for
from runner.study.stored_study import as_training, stored_request

SPEC = {"model": "bert", "model_config": {"epochs": 3}, "study": {"name": "a", "trials": 20, "metric": "accuracy"}}


def test_derived_seeds_are_the_same_everywhere_and_differ_by_part():
    """A seed depends on every part, and on nothing of this machine."""
    assert derived_seed(0, 1) == derived_seed(0, 1) == 2005510037
    assert len({derived_seed(0, 1), derived_seed(1, 0), derived_seed(0, 2), derived_seed("0:1")}) >= 3
    assert 0 <= derived_seed("x") < 2**31


@pytest.mark.parametrize("name", ["tpe", "random"])
def test_a_trials_sampler_depends_on_its_number(name):
    """Two trials of one study do not get the same random numbers, the same trial always does."""
    import optuna

    def asked(number):
        study = optuna.create_study(sampler=sampler_for(name, 7, number))
        return study.ask().suggest_float("x", 0, 1)

    assert asked(3) == asked(3)
    assert asked(3) != asked(4)


@pytest.mark.parametrize("name", ["none", "median", "hyperband"])
def test_pruners_prune_no_first_trial(name):
    """The first trial has nothing to be worse than."""
    import optuna

    study = optuna.create_study(direction="maximize", pruner=pruner_of(name))
    trial = study.ask()
    trial.report(0.1, 25)
    assert isinstance(trial.should_prune(), bool)
    assert name == "hyperband" or not trial.should_prune()


@pytest.mark.parametrize(
    ("progress", "before", "step"),
    [
        (0.25, 0.0, 25),
        (0.24, 0.0, None),
        (0.2501, 0.0, 25),
        (0.333, 0.2501, None),
        (0.333, 0.2459, None),
        (0.333, 0.2, 25),
        (0.5, 0.333, 50),
        (1.0, 0.75, 100),
        (1.0, 0.0, 100),
    ],
)
def test_quarters_are_counted_once(progress, before, step):
    """A measurement counts for the newest quarter that it reaches, unless the one before had reached it."""
    assert quarter_of(progress, before) == step


def test_name_and_number_of_trials_do_not_make_another_study():
    """The identity ignores what may change, and nothing else."""
    longer = {**SPEC, "study": {**SPEC["study"], "trials": 40, "name": "b"}}
    assert spec_hash(longer, "study") == spec_hash(SPEC, "study")
    assert spec_hash(SPEC, "train") != spec_hash(SPEC, "study")
    other = {**SPEC, "model_config": {"epochs": 4}}
    assert spec_hash(other, "study") != spec_hash(SPEC, "study")


def test_differences_are_told_by_path_with_both_values():
    """What was added, changed and left out is told; what may change is not."""
    other = {
        "model": "bert",
        "model_config": {"epochs": 4, "seed": 1},
        "study": {"name": "b", "trials": 40},
    }
    assert differences(SPEC, other) == [
        "model_config.epochs: 3 in the store, 4 here",
        'study.metric: "accuracy" in the store, not given here',
        "model_config.seed: not given in the store, 1 here",
    ]


@pytest.mark.usefixtures("quick_importance")
@pytest.mark.parametrize(("name", "mode"), [("aux.1", "study"), ("mine.", "train")])
def test_a_stored_study_keeps_a_name_that_is_refused_today(request_of, place, recorder, monkeypatch, name, mode):
    """It is gone on with by its name, as before."""
    with monkeypatch.context() as patch:
        patch.setattr("catalog.study.reserved_name", lambda _: None)
        request = request_of(trials=1, name=name)
        submit(request if mode == "study" else as_training(request, name), place, mode)
    request, stored_mode = stored_request(place, name)
    assert (request.spec.study.name, stored_mode) == (name, mode)
    record = run_study(request, place, recorder, stored_mode)
    assert (record.study, record.state) == (name, "finished")
    Store.open(place.storage, create=False).delete_study(name, place.folder)
    assert not (place.folder / name).exists()


def test_a_queued_study_with_the_name_of_a_file_of_the_queue_can_be_deleted(request_of, place, recorder, monkeypatch):
    """It cannot be run; the queue's file stays."""
    with monkeypatch.context() as patch:
        patch.setattr("catalog.study.reserved_name", lambda _: None)
        submit(request_of(trials=1, name="worker.lock"), place)
    (record,) = work(place, lambda _: recorder, idle=0)
    assert record.state == "failed"
    with Store.open(place.storage, create=False) as store:
        store.delete_study("worker.lock", place.folder)
        assert store.studies() == []
    assert (place.folder / "worker.lock").is_file()


def test_a_disk_that_takes_capital_letters_for_small_ones_gives_no_two_studies_one_folder(
    request_of, place, recorder, monkeypatch
):
    """As those of macOS and Windows do: neither run nor submit begins a study whose folder is another's."""
    (place.folder / "mine").mkdir(parents=True)
    monkeypatch.setattr(Path, "exists", lambda path, there=Path.exists: there(path.with_name(path.name.lower())))
    for begin in (lambda request: submit(request, place), lambda request: run_study(request, place, recorder)):
        with pytest.raises(StudyConflictError, match="'Mine' would have the folder of 'mine'"):
            begin(request_of(name="Mine"))
