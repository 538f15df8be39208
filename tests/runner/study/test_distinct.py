"""No configuration is trained twice in a study, and a space that is used up ends it."""

import itertools
from dataclasses import replace
from datetime import timedelta

import optuna
import pytest
from optuna.trial import TrialState

from catalog.space import Choices, FloatRange, IntRange
from runner.store.json_output import trial_line
from runner.store.records import Owner
from runner.store.store import Store
from runner.study.coordinator import run_study
from runner.study.distinct import new_params, size_of

pytestmark = pytest.mark.usefixtures("quick_importance")


def opened(workspace):
    """Return the store for reading."""
    return Store.open(workspace.storage, create=False)


def asked(record, workspace):
    """Return the values of x that a study tried, and how Optuna holds them."""
    study = optuna.load_study(study_name=record.study, storage=workspace.storage)
    trials = opened(workspace).trials(record.study)
    assert [trial.number for trial in trials] == [trial.number for trial in study.trials]
    assert {trial.state for trial in study.trials} <= {TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL}
    return [trial.params["x"] for trial in trials]


@pytest.mark.parametrize("sampler", ["tpe", "random"])
@pytest.mark.parametrize("workers", [1, 3])
def test_a_stepped_range_is_tried_without_repeats(request_of, workspace, recorder, sampler, workers):
    """Of eleven values, eleven trials try each once, also where several workers ask at once."""
    space = {"x": {"low": 0.0, "high": 1.0, "step": 0.1}}
    request = request_of({"x": 0.5, "seconds": 0.02}, trials=11, sampler=sampler, search_space=space, pruner="none")
    record = run_study(request, replace(workspace, workers=workers), recorder)
    values = [round(x, 9) for x in asked(record, workspace)]
    assert sorted(values) == [round(i / 10, 9) for i in range(11)]
    assert record.verdict["exhausted"] is False
    assert all(trial_line(trial, None)["reused_from"] is None for trial in opened(workspace).trials(record.study))


@pytest.mark.parametrize("workers", [1, 2])
def test_a_used_up_space_ends_the_study_and_says_so(request_of, workspace, recorder, workers):
    """Three choices make three trials of twenty; the study is finished, its notes and its verdict give the reason."""
    space = {"x": {"choices": [0.5, 0.6, 0.9]}}
    record = run_study(request_of(trials=20, search_space=space), replace(workspace, workers=workers), recorder)
    assert record.state == "finished"
    assert sorted(asked(record, workspace)) == [0.5, 0.6, 0.9]
    assert "after 3 of 20 trials: its space has no other configuration" in record.verdict["sentence"]
    assert record.verdict["exhausted"] is True
    notes = [note for (note,) in recorder.of("note")]
    assert "the search ends after 3 of 20 trials: the search space has no other configuration" in notes
    assert run_study(request_of(trials=20, search_space=space), workspace, recorder) == record


def test_what_the_model_cannot_tell_apart_is_one_configuration(request_of, workspace, recorder):
    """Choices that are written differently and train the same are tried once."""
    space = {"x": {"choices": [1, 1.0, 0.5]}}
    record = run_study(request_of(trials=5, search_space=space), workspace, recorder)
    assert sorted(asked(record, workspace)) == [0.5, 1]


def test_a_range_that_holds_one_configuration_ends_too(request_of, workspace, recorder):
    """A space without steps whose every value trains the same is used up by one trial."""
    space = {"x": {"low": 0.5, "high": 0.5 + 1e-14}}
    record = run_study(request_of(trials=5, search_space=space, confirm={"top": 1, "seeds": 1}), workspace, recorder)
    assert len(opened(workspace).trials(record.study)) == 1
    assert record.verdict["winner"] == "given"
    assert record.verdict["sentence"].startswith(
        "Only the given configuration was tried. The search ended after 1 of 5"
    )


def test_a_search_without_repeats_is_as_it_was(request_of, workspace, recorder):
    """The sampler is asked what Optuna would ask it: the values are those of TPE alone."""
    record = run_study(request_of(trials=14, pruner="none", confirm={"top": 0, "seeds": 1}), workspace, recorder)
    from runner.study.sampling import sampler_for

    study = optuna.create_study(direction="maximize")
    for x in (0.5, 0.6):
        study.enqueue_trial({"x": x})
    for number in range(14):
        study.sampler = sampler_for("tpe", 0, number)
        trial = study.ask({"x": optuna.distributions.FloatDistribution(0.4, 1.0)})
        study.tell(trial, 1 - (trial.params["x"] - 0.7) ** 2)
    assert asked(record, workspace) == pytest.approx([trial.params["x"] for trial in study.trials])


def test_a_study_that_died_goes_on_without_repeats(request_of, workspace, recorder, monkeypatch):
    """Stopped after every trial and resumed each time, a study tries each of six values once."""
    space = {"x": {"choices": [0.5, 0.6, 0.7, 0.8, 0.9, 1.0]}}
    request = request_of(trials=6, search_space=space, name="mine")

    class Interrupting:
        def __getattr__(self, name):
            def call(*_):
                if name == "ended":
                    raise KeyboardInterrupt

            return call

    for _ in range(5):
        with pytest.raises(KeyboardInterrupt):
            run_study(request, workspace, Interrupting())
    record = run_study(request, workspace, recorder)
    assert sorted(asked(record, workspace)) == [0.5, 0.6, 0.7, 0.8, 0.9, 1.0]


def test_repeats_of_an_older_study_take_the_result(request_of, workspace, recorder):
    """Trials that an older version has asked for twice are not trained: they have the first one's result."""
    request = request_of({"x": 0.6}, trials=4, name="mine", search_space={"x": {"choices": [0.5, 0.6]}})
    from runner.study import search

    # As before: the queue of Optuna holds the given configuration three times.
    opening = search.Search._open
    trained = []

    def queue(self):
        study = opening(self)
        if len(study.trials) == 1:
            for _ in range(2):
                study.enqueue_trial({"x": 0.6})
        return study

    def count(session, name, *arguments, **options):
        trained.append(name)
        return training(session, name, *arguments, **options)

    training = search.Session.training
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(search.Search, "_open", queue)
        patched.setattr(search.Session, "training", count)
        record = run_study(request, workspace, recorder)
    trials = opened(workspace).trials("mine")
    assert [trial.params["x"] for trial in trials] == [0.6, 0.6, 0.6, 0.5]
    assert [trial.reused_from for trial in trials] == [None, 0, 0, None]
    assert [trial_line(trial, None)["reused_from"] for trial in trials] == [None, 0, 0, None]
    assert [trial.value for trial in trials[:3]] == [trials[0].value] * 3
    assert [name for name in trained if name.startswith("trial/")] == ["trial/0", "trial/3"]
    assert record.verdict["versus_given"]["of"] == "trial/3"
    states = [trial.state for trial in optuna.load_study(study_name="mine", storage=workspace.storage).trials]
    assert states == [TrialState.COMPLETE, TrialState.FAIL, TrialState.FAIL, TrialState.COMPLETE]


def test_a_repeat_of_a_trial_that_runs_waits_for_it(request_of, workspace, recorder):
    """Of two trials of one configuration that both ran when a study died, one is trained and both end."""
    request = request_of({"x": 0.6}, trials=3, name="mine", search_space={"x": {"choices": [0.5, 0.6]}})
    from runner.study import search

    opening = search.Search._open

    def leave_two_running(self):
        study = opening(self)
        if len(study.trials) == 1:
            study.enqueue_trial({"x": 0.6})
            for _ in range(2):
                study.ask(self._distributions)
        return study

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(search.Search, "_open", leave_two_running)
        run_study(request, replace(workspace, workers=2), recorder)
    trials = opened(workspace).trials("mine")
    assert [(trial.state, trial.reused_from) for trial in trials] == [
        ("complete", None),
        ("complete", 0),
        ("complete", None),
    ]


def test_recipes_that_are_the_given_configuration_are_left_out(request_of, workspace, recorder):
    """Recipes that are the given configuration are left out: trial 1 never repeats trial 0."""
    record = run_study(request_of({"x": 0.6}, trials=8), workspace, recorder)
    trials = opened(workspace).trials(record.study)
    assert [trial.origin for trial in trials[:2]] == ["given", "search"]
    assert len({trial.params["x"] for trial in trials}) == 8


def test_an_extended_study_trains_nothing_again(request_of, workspace, recorder):
    """More trials use the confirmation that was made: no configuration meets a seed twice."""
    from runner.study import session

    seen = []
    training = session.Session.training

    def note(self, name, subject, seed, **options):
        seen.append((str(sorted(subject.config.items())), subject.key, seed))
        return training(self, name, subject, seed, **options)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(session.Session, "training", note)
        for trials in (4, 7, 9):
            record = run_study(
                request_of({"x": 0.5, "own_luck": 0.02}, trials=trials, name="mine", pruner="none"), workspace, recorder
            )
            kept = workspace.folder / "mine" / record.model_dir / "model.json"
            assert kept.exists()
    assert len(seen) == len(set(seen))


def test_a_training_of_the_search_counts_for_the_confirmation(request_of, workspace, recorder, monkeypatch):
    """If a fresh seed is the one of the search, its training is used and not made again."""
    monkeypatch.setattr("runner.study.confirmation.derived_seed", lambda *parts: 0 if parts[-1] == 0 else 5)
    record = run_study(request_of({"x": 0.5, "own_luck": 0.02}, pruner="none"), workspace, recorder)
    confirmed = [name for name, _ in recorder.of("started") if name.startswith("confirm/")]
    assert {name[-1] for name in confirmed if not name.startswith(f"confirm/{record.winner['arm']}/")} <= {"2"}
    assert record.state == "finished"


@pytest.mark.parametrize(
    ("space", "size"),
    [
        ({"a": Choices((1, 2, 3)), "b": IntRange(1, 4)}, 12),
        ({"a": IntRange(1, 10, step=4)}, 3),
        ({"a": FloatRange(0.1, 0.7, step=0.1)}, 7),
        ({"a": FloatRange(1.0, 1.0)}, 1),
        ({"a": FloatRange(0.0, 1.0), "b": Choices((1, 2))}, None),
    ],
)
def test_the_size_of_a_space(space, size):
    """Choices, whole numbers and steps count; real numbers without a step have no end."""
    assert size_of(space) == size


def test_the_last_configuration_is_found():
    """Random draws may miss one of a thousand places; it is found, and what is outside a range is never given."""
    space = {"a": FloatRange(0.1, 1.0, step=0.1), "b": IntRange(1, 100)}
    left = {(a / 10, b) for a, b in itertools.product(range(1, 11), range(1, 101))}
    for seed in range(1000):
        params = new_params(space, lambda one: (round(one["a"], 9), one["b"]) in left, seed)
        assert params["a"] in space["a"]
        left.remove((round(params["a"], 9), params["b"]))
    assert not left
    assert new_params(space, lambda _: False, 0) is None


def test_reused_numbers_are_kept(request_of, workspace, recorder):
    """The store gives back from which trial a result was taken."""
    record = run_study(request_of(), workspace, recorder)
    with opened(workspace) as store:
        lease = store.acquire(record.study, Owner.this_process(), timedelta(minutes=1))
        store.put_trial(record.study, lease, replace(store.trial(record.study, 3), reused_from=1))
        assert store.trial(record.study, 3).reused_from == 1
        assert store.trial(record.study, 2).reused_from is None
