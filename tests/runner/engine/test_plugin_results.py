"""What a plugin hands over is checked before anything rests on it, and a fault names its distribution."""

from dataclasses import replace
from pathlib import Path

import pytest

from catalog import registry
from catalog.contract import Evaluation, Outcome, TrialResult
from catalog.errors import PluginError
from runner.engine.plugin_results import checked_evaluation, checked_result
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
    """Nothing is changed; a pruned training need not have the metric."""
    assert checked_evaluation(KEY, evaluation) is evaluation
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
        ({"metrics": {"accuracy": "0.5"}}, "accuracy on validation is '0.5'"),
        ({"details": {"when": Path("x")}}, "the details of an evaluation are no JSON: "),
        ({"details": {"share": float("inf")}}, "the details of an evaluation are no JSON: "),
        ({"predictions": Path("nowhere.parquet")}, "there is no file of predictions at nowhere.parquet"),
    ],
)
def test_a_faulty_evaluation_names_its_distribution(evaluation: Evaluation, changes: dict, reason: str) -> None:
    """Alone, and as a part of a training's result."""
    with pytest.raises(PluginError) as caught:
        checked_evaluation(KEY, replace(evaluation, **changes))
    assert caught.value.message.startswith("modelcat-simulated: ")
    assert reason in caught.value.message


def test_a_result_without_the_metric_says_what_it_has(result: TrialResult) -> None:
    """A metric that is missing is not a number that is not finite."""
    with pytest.raises(PluginError, match="did not measure log_loss, which is tuned for; it measured accuracy, loss"):
        checked_result(KEY, result, "log_loss")
    with pytest.raises(PluginError, match="returned dict instead of a TrialResult"):
        checked_result(KEY, {}, "accuracy")  # type: ignore[arg-type]


def test_unexpected_errors_are_told_with_their_distribution() -> None:
    """Those of modelcat's own plugins are told as they are."""
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
