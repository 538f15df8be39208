"""A task whose code raises or returns what cannot be: the error names its distribution, and nothing is lost."""

from types import SimpleNamespace

import pytest

from catalog import registry
from catalog.contract import DataSummary
from catalog.contract.capabilities import ChanceLevel
from catalog.errors import DataError, PluginError
from catalog.metric import LOSS
from runner.store.store import Store
from runner.study.coordinator import run_study
from runner.study.inspection import inspect_data, metrics_of_class, tuned_metric
from runner.study.task_calls import chance_level, metrics_on, model_faults, task_faults

pytestmark = pytest.mark.usefixtures("simulated")
DATA = DataSummary("demo", "print", {"train": 80, "validation": 10, "test": 10})


@pytest.fixture
def lying(monkeypatch):
    """Return a function that gives the simulated task another method."""

    def give(name, method):
        monkeypatch.setattr(registry.load_task("test/simulated"), name, method)

    return give


@pytest.mark.usefixtures("quick_importance")
def test_a_comparison_that_is_no_number_fails_the_study_until_the_task_is_mended(
    request_of, workspace, recorder, tmp_path, monkeypatch
):
    """The failure names the distribution, the trials stay readable, and the study goes on with a mended plugin."""
    monkeypatch.setenv("SIMULATED_FAULTS", str(tmp_path))
    (tmp_path / "compare-nan").touch()
    request = request_of(trials=2, name="mine", pruner="none", confirm={"top": 1, "seeds": 1})
    message = "modelcat-simulated: difference of a comparison by accuracy is nan; it must be a finite number"
    with pytest.raises(PluginError, match=message):
        run_study(request, workspace, recorder)
    with Store.open(workspace.storage, create=False) as store:
        record = store.study("mine")
        assert (record.state, record.verdict) == ("failed", None)
        assert message in record.failure["message"]
        assert [trial.state for trial in store.trials("mine")] == ["complete", "complete"]
    (tmp_path / "compare-nan").unlink()
    finished = run_study(request, workspace, recorder)
    assert finished.state == "finished"
    assert finished.verdict["versus_given"]["difference"] is not None


def raising(_):
    raise SystemExit(3)


@pytest.mark.parametrize(
    ("metrics_of", "reason"),
    [
        (raising, "SystemExit: 3"),
        (lambda _: 1 / 0, "ZeroDivisionError: division by zero"),
        (lambda _: (), "metrics_of names no metric"),
        (lambda _: ("accuracy",), "metrics_of returns str in the place of a Metric"),
        (lambda _: (LOSS,), "metrics_of names 'loss', which is not among its metrics"),
        (lambda _: None, "TypeError"),
    ],
)
def test_faulty_metrics_of_data_name_their_distribution(request_of, lying, tmp_path, metrics_of, reason):
    """Faulty metrics of data are reported when a spec is validated, and when its study would be planned or made."""
    request = request_of()
    lying("metrics_of", metrics_of)
    calls = (
        lambda: metrics_on(request.task, DATA),
        lambda: inspect_data(request, tmp_path),
        lambda: metrics_of_class(request, DATA),
        lambda: tuned_metric(request, DATA),
    )
    for call in calls:
        with pytest.raises(PluginError) as caught:
            call()
        assert caught.value.message.startswith("the task of test/simulated, from modelcat-simulated, failed: ")
        assert reason in caught.value.message


@pytest.mark.parametrize("level", [ChanceLevel(float("nan"), 0.1), ChanceLevel(0.5, -1), 0.5])
def test_a_faulty_chance_level_names_its_distribution(lying, level):
    """A chance level that is no number is refused, since it would decide what is kept."""
    lying("chance_level", lambda *_: level)
    with pytest.raises(PluginError, match="from modelcat-simulated, failed: "):
        chance_level(registry.load_task("test/simulated"), "accuracy", DATA, "validation")
    assert chance_level(SimpleNamespace(), "accuracy", DATA, "validation") is None


def test_expected_errors_and_interrupts_pass():
    """An error that modelcat expects is not the distribution's fault; an interrupt is the user's."""
    for guard in (task_faults, model_faults):
        for raised in (DataError("no rows"), KeyboardInterrupt()):
            with pytest.raises(type(raised)), guard("test/simulated/curve"):
                raise raised
    with (
        pytest.raises(PluginError, match="the model test/simulated/curve, from modelcat-simulated, failed: SystemExit"),
        model_faults("test/simulated/curve"),
    ):
        raise SystemExit(3)
