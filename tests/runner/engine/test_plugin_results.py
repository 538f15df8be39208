"""What a plugin hands over is checked before anything rests on it, and a fault names its distribution."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from catalog import registry
from catalog.contract import Comparison, EpochMetrics, Evaluation, Forecast, Outcome, TrialResult
from catalog.errors import PluginError
from runner.engine.messages import Job
from runner.engine.plugin_results import (
    checked_comparison,
    checked_evaluation,
    checked_forecast,
    checked_predictions,
    checked_result,
    measurement_check,
)
from runner.engine.worker import _attempt
from runner.store.failures import explained
from runner.store.store import Store
from runner.store.url import StorageUrl

KEY = "test/simulated/curve"

pytestmark = pytest.mark.usefixtures("simulated")


@pytest.fixture
def evaluation(tmp_path: Path) -> Evaluation:
    """Return a sound evaluation of the simulated task."""
    file = tmp_path / "validation.parquet"
    file.touch()
    return Evaluation("validation", 10, {"accuracy": 0.5}, file, 0.1, details={"own": [1, None, "a"]})


@pytest.fixture
def result(evaluation: Evaluation) -> TrialResult:
    """Return a sound result."""
    metrics = {"accuracy": 0.5, "loss": 0.5}
    return TrialResult(
        Outcome.COMPLETE, metrics, (), 1.0, Path("model"), evaluation.predictions, 1.0, 1.0, evaluation=evaluation
    )


def test_what_is_sound_passes(evaluation: Evaluation, result: TrialResult) -> None:
    """A sound result passes unchanged; a pruned training need not have the metric."""
    assert checked_evaluation(KEY, evaluation, "validation", 10) is evaluation
    assert checked_result(KEY, result, "accuracy") is result
    pruned = replace(result, outcome=Outcome.PRUNED, metrics={}, evaluation=None)
    assert checked_result(KEY, pruned, "accuracy") is pruned


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        (
            {"metrics": {"accuracy": 0.5, "shiny": 1.0}},
            "shiny: the task test/simulated has no such metric; it has accuracy, log_loss",
        ),
        ({"metrics": {"accuracy": float("nan")}}, "accuracy on validation is nan; a metric that is undefined is left"),
        ({"metrics": {"accuracy": "0.5"}}, "an evaluation on validation has accuracy '0.5'; it must be a number"),
        ({"split": "train"}, "an evaluation is of the split 'train'; it must be of 'validation'"),
        ({"rows": 1000}, "an evaluation on validation has 1,000 rows; the split has 10"),
        ({"rows": 10.5}, "an evaluation on validation has 10.5 rows; it must be a whole number"),
        ({"intervals": {"accuracy": (0.6, 0.4)}}, "the interval of accuracy on validation is (0.6, 0.4)"),
        ({"seconds": float("nan")}, "an evaluation is no JSON: "),
        ({"details": {"rows": 1}}, "the details of an evaluation have rows, which is a field of the evaluation"),
        ({"details": {"when": Path("x")}}, "the details of an evaluation are no JSON: "),
        ({"details": {"share": float("inf")}}, "the details of an evaluation are no JSON: "),
        ({"predictions": Path("nowhere.parquet")}, "there is no file of predictions at nowhere.parquet"),
    ],
)
def test_a_faulty_evaluation_names_its_distribution(evaluation: Evaluation, changes: dict, reason: str) -> None:
    """A faulty evaluation names its distribution, alone and as a part of a training's result."""
    with pytest.raises(PluginError) as caught:
        checked_evaluation(KEY, replace(evaluation, **changes), "validation", 10)
    assert caught.value.message.startswith("modelcat-simulated: ")
    assert reason in caught.value.message


def test_a_result_without_the_metric_says_what_it_has(result: TrialResult) -> None:
    """A metric that is missing is not a number that is not finite."""
    with pytest.raises(PluginError, match="did not measure log_loss, which is tuned for; it measured accuracy, loss"):
        checked_result(KEY, result, "log_loss")
    with pytest.raises(PluginError, match="returned dict instead of a TrialResult"):
        checked_result(KEY, {}, "accuracy")  # type: ignore[arg-type]


COMPARISON = Comparison("accuracy", 0.1, -0.1, 0.3, 10, (1, 1), 3, 2, 0.5)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"difference": float("nan")}, "difference of a comparison by accuracy is nan; it must be a finite number"),
        ({"low": float("-inf")}, "low of a comparison by accuracy is -inf"),
        ({"high": "0.3"}, "high of a comparison by accuracy is '0.3'"),
        ({"difference": 5.0}, "the difference of a comparison by accuracy, 5.0, is not within -0.1 to 0.3"),
        ({"low": 0.2}, "the difference of a comparison by accuracy, 0.1, is not within 0.2 to 0.3"),
        ({"p_value": 1.5}, "p_value of a comparison by accuracy is 1.5; it must lie between 0 and 1"),
        ({"p_value": float("nan")}, "p_value of a comparison by accuracy is nan"),
        ({"rows": None}, "rows of a comparison by accuracy is None; it must be a whole number"),
        ({"only_first": -1}, "only_first of a comparison by accuracy is -1"),
        ({"seeds": 1}, "seeds of a comparison by accuracy are 1; they must be two whole numbers"),
        ({"metric": "log_loss"}, "a comparison is of 'log_loss'; it must be of 'accuracy'"),
    ],
)
def test_a_faulty_comparison_names_its_distribution(changes: dict, reason: str) -> None:
    """A comparison that holds no number, or contradicts itself, never reaches a verdict."""
    assert checked_comparison(KEY, COMPARISON, "accuracy") is COMPARISON
    with pytest.raises(PluginError) as caught:
        checked_comparison(KEY, replace(COMPARISON, **changes), "accuracy")
    assert caught.value.message.startswith("modelcat-simulated: ")
    assert reason in caught.value.message


MEASURED = EpochMetrics(1.0, 1.0, 0.1, {"accuracy": 0.5, "loss": 0.5}, None, 1.0)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"metrics": {"accuracy": "0.5"}}, "a training reported accuracy '0.5'; it must be a number"),
        ({"train_metrics": {"accuracy": None}}, "a training reported accuracy None; it must be a number"),
        ({"metrics": {"shiny": 0.5}}, "shiny: the task test/simulated has no such metric"),
        ({"metrics": [("accuracy", 0.5)]}, "a training reported metrics that are list instead of a mapping"),
        ({"progress": "half"}, "a training reported progress 'half'; it must be a finite number"),
        ({"train_loss": "low"}, "a training reported train_loss 'low'; it must be a number"),
        ({"learning_rate": "high"}, "a training reported learning_rate 'high'; it must be a number"),
    ],
)
def test_a_faulty_measurement_names_its_distribution(changes: dict, reason: str) -> None:
    """A measurement during a training is checked before the coordinator gets it; one that diverges is sound."""
    check = measurement_check(KEY)
    assert check(MEASURED) is MEASURED
    check(replace(MEASURED, train_loss=float("nan"), metrics={"accuracy": float("nan")}))
    with pytest.raises(PluginError) as caught:
        check(replace(MEASURED, **changes))
    assert caught.value.message.startswith("modelcat-simulated: ")
    assert reason in caught.value.message


def test_bounds_of_a_metric_hold_for_what_is_measured(evaluation: Evaluation, result: TrialResult) -> None:
    """Bounds of a metric hold in reports, results and evaluations; a rounding error beyond a bound is accepted."""
    key, rounded = "nlp/text-classification/linear", {"accuracy": 1 + 1e-9, "log_loss": -1e-9}
    for value, reason in ((1.2, "accuracy 1.2; its task says that it is at most 1.0"), (-1, "it is at least 0.0")):
        metrics = {"accuracy": value}
        with pytest.raises(PluginError, match=reason):
            measurement_check(key)(replace(MEASURED, metrics=metrics))
        with pytest.raises(PluginError, match=reason):
            checked_evaluation(key, replace(evaluation, metrics=metrics), "validation")
        with pytest.raises(PluginError, match=reason):
            checked_result(key, replace(result, metrics=metrics, evaluation=None), "accuracy")
    measurement_check(key)(replace(MEASURED, metrics=rounded))


@pytest.mark.parametrize(
    ("predictions", "reason"),
    [
        ([], "made 0 predictions of 1 inputs"),
        ([5], "a prediction is int instead of a mapping"),
        ([{"text": "a", "next": float("nan")}], "'next' of a prediction is no JSON: it has nan"),
        ([{"text": "a", "shares": {"no": [float("inf")]}}], "'shares' of a prediction is no JSON: it has inf"),
        ([{"text": "a", "set": {1}}], "'set' of a prediction is no JSON: it has a value of the type set"),
        ([{"text": "a", "shares": {1: 0.5}}], "'shares' of a prediction is no JSON: it has the name 1"),
    ],
)
def test_faulty_predictions_name_their_distribution(predictions: list, reason: str) -> None:
    """Each is a JSON object; what repeats its input may be anything that a file holds."""
    checked_predictions(KEY, [{"text": "a", "label": "no", "shares": {"no": 0.5}, "notes": [], "n": 1}], ["a"])
    row = {"size": float("nan"), "when": Path("x")}
    checked_predictions(KEY, [{"row": dict(row), "label": 1}, {**row, "label": None}], [row, row])
    with pytest.raises(PluginError) as caught:
        checked_predictions(KEY, predictions, ["a"])
    assert caught.value.message.startswith("modelcat-simulated: ")
    assert reason in caught.value.message


def test_a_faulty_forecast_names_its_distribution() -> None:
    """Seconds of a forecast are finite, and its details are JSON."""
    forecast = Forecast((), 1.0, 2.0, 0.5, None, 100, details={"own": 1})
    assert checked_forecast(KEY, forecast) is forecast
    for changes in ({"seconds_per_epoch": float("nan")}, {"details": {"own": {1}}}):
        with pytest.raises(PluginError, match=r"modelcat-simulated: .* forecast"):
            checked_forecast(KEY, replace(forecast, **changes))


@pytest.mark.parametrize("raised", [SystemExit(3), GeneratorExit(), RuntimeError("broke")])
def test_whatever_a_trainer_raises_is_one_failed_job(raised: BaseException) -> None:
    """An error of a trainer fails one job, and the worker goes on: SystemExit does not end it."""
    executor = SimpleNamespace(do=lambda *_: (_ for _ in ()).throw(raised))
    task = SimpleNamespace(setup=SimpleNamespace(key=KEY))
    failed = _attempt(executor, Job(1, task), None)  # type: ignore[arg-type]  # fakes
    assert failed.error.message.startswith(f"modelcat-simulated: {type(raised).__name__}")  # type: ignore[union-attr]


def test_unexpected_errors_are_told_with_their_distribution() -> None:
    """Unexpected errors of modelcat's own plugins are reported as they are."""
    assert registry.blame(RuntimeError("broke"), KEY) == "modelcat-simulated: RuntimeError: broke"
    assert registry.blame(KeyError(), "nlp/text-classification/linear") == "KeyError"
    assert registry.blame(ValueError("x"), "no/such/key") == "ValueError: x"


def test_a_value_that_a_column_refuses_is_told_once(tmp_path: Path) -> None:
    """An error that was raised from what it had caused does not keep its readers busy for ever."""
    url = StorageUrl.parse(f"sqlite:///{tmp_path / 'studies.db'}")
    first, second = ValueError("first"), ValueError("second")
    first.__cause__, second.__cause__ = second, first
    with pytest.raises(ValueError, match="first"), explained(url):
        raise first
    with Store.open(str(url), create=True) as store, pytest.raises(TypeError, match="has no place in JSON"):
        store.create_study(
            "mine", key=KEY, mode="study", spec={"model": Path("x")}, base="", space={}, data={}, metric="accuracy",
            direction="maximize", planned=1, versions={},
        )  # fmt: skip
