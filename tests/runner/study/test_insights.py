"""The analyses of a closed study: what is kept, that they can fail without harm, and that they are made once."""

import pytest

from catalog.errors import WorkError
from catalog.spec import resolve
from plugins.classification.records import class_details
from runner.store.evaluation_records import evaluation_of
from runner.store.store import Store
from runner.study import insights
from runner.study.coordinator import run_study
from runner.study.importance import importance_of
from runner.study.model_comparison import compare_models, pareto_front
from runner.study.progress import Silent
from runner.study.workspace import Workspace

SPEC = {
    "model": "linear",
    "category": "nlp",
    "subcategory": "text-classification",
    "model_config": {},
    "dataset": {"source": "demo", "size": 600},
    "study": {"name": "lin", "trials": 4, "confirm": {"top": 1, "seeds": 1}},
}


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """Return the place of a study of a real plugin, which tests only read."""
    folder = tmp_path_factory.mktemp("real")
    workspace = Workspace(f"sqlite:///{folder / 'studies.db'}", folder / "studies", folder / "cache")
    run_study(resolve(SPEC, folder), workspace, Silent())
    return workspace


def test_a_study_of_a_real_plugin_is_looked_at(real):
    """Calibration, importance, flips, words and examples are kept, and every completed trial is evaluated in full."""
    store = Store.open(real.storage, create=False)
    known = store.insights("lin")
    record, trials = store.study("lin"), store.trials("lin")
    assert {"calibration", "importance", "interpretation"} <= set(known)
    assert not [name for name, content in known.items() if "failure" in content]
    judged = {(found.subject, found.split): found for found in store.evaluations("lin")}
    root = real.folder / "lin"
    for trial in trials:
        found = evaluation_of(judged[f"trial/{trial.number}", "validation"], root)
        assert found.metrics["accuracy"] == pytest.approx(trial.value)
        assert found.predictions.is_file()
        assert {"roc_auc", "brier_score", "ece", "matthews_corrcoef"} <= set(found.intervals)
    test = evaluation_of(judged["winner", "test"], root)
    assert test.metrics["accuracy"] == record.test["accuracy"]
    assert [scores.label for scores in judged_classes(judged)] == ["negative", "positive"]
    calibration = known["calibration"]
    assert calibration["test"]["after"]["ece"] == test.metrics["ece"]
    assert calibration["validation"]["after"]["log_loss"] <= calibration["validation"]["before"]["log_loss"]
    trained = judged["winner", "validation"].metrics["log_loss"]
    assert trained == pytest.approx(calibration["validation"]["before"]["log_loss"])
    assert sum(known["importance"]["shares"].values()) == pytest.approx(1)
    assert {path.name for path in (root / "examples").iterdir()} == {"validation.parquet", "test.parquet"}


def judged_classes(judged):
    """Return the classes of the winner on validation, which were made from stored predictions."""
    return class_details(evaluation_of(judged["winner", "validation"])).classes


def test_what_cannot_be_found_out_is_told_and_kept(request_of, workspace, recorder, monkeypatch):
    """An analysis that fails leaves the study finished, with the reason next to what is known."""

    def fail(*_, **__):
        raise WorkError("a library is missing")

    monkeypatch.setattr(insights, "importance_of", fail)
    record = run_study(request_of(trials=4), workspace, recorder)
    assert record.state == "finished"
    known = Store.open(workspace.storage, create=False).insights(record.study)
    assert known["importance"] == {"failure": {"kind": "error", "reason": "a library is missing"}}
    assert ["importance could not be found out: a library is missing"] in recorder.of("note")
    assert not [name for name in known if name.startswith("flips")]  # the task does not compare answers


def test_importance_needs_trials_that_differ():
    """Few trials, or equal ones, have no importance."""
    space = {"x": {"low": 0.0, "high": 1.0}}
    assert importance_of([({"x": 0.1}, 1.0)] * 3, space, maximize=True) is None
    assert importance_of([({"x": 0.1}, 1.0)] * 9, space, maximize=True) is None


def test_importance_names_the_parameter_that_matters():
    """The parameter that decides the value gets nearly all of the share."""
    space = {"x": {"low": 0.0, "high": 1.0}, "y": {"low": 0.0, "high": 1.0}}
    points = [({"x": i / 20, "y": (7 * i % 20) / 20}, (i / 20) ** 2) for i in range(20)]
    found = importance_of(points, space, maximize=True)
    assert found["trials"] == 20
    assert found["shares"]["x"] > 0.8
    assert sum(found["shares"].values()) == pytest.approx(1)
    for name, (low, high) in found["intervals"].items():
        assert 0 <= low <= found["shares"][name] <= high <= 1


def test_models_are_compared_in_pairs(real):
    """Every pair on the same data gets a difference, its interval and McNemar's test; the front is marked."""
    from runner.cli.compare import comparison_answer, print_comparison
    from runner.engine.single_tasks import asking

    store = Store.open(real.storage, create=False)
    with asking() as ask:
        found = compare_models(store, ["lin:0", "lin:2", "lin"], real.folder, ask)
    assert found.split == "validation"
    assert set(found.pairs) == {(0, 1), (0, 2), (1, 2)}
    pair = found.pairs[0, 1]
    accuracy = [contender.evaluation.metrics["accuracy"] for contender in found.models]
    assert pair.difference == pytest.approx(accuracy[0] - accuracy[1])
    assert (pair.only_first - pair.only_second) / pair.rows == pytest.approx(pair.difference)
    answer = comparison_answer(found, {"lin": "positive"})
    assert [model["name"] for model in answer["models"]] == ["lin:0", "lin:2", "lin"]
    assert any(model["pareto"] for model in answer["models"])
    print_comparison(found)


def test_the_front_holds_what_nothing_beats():
    """A point is on the front unless another is at least as good in both and better in one; equals stay together."""
    assert pareto_front([(1, 4), (2, 2), (3, 3), (4, 1), (2, 2)]) == {0, 1, 3, 4}
    assert pareto_front([]) == frozenset()
