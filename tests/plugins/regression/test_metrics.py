"""Metrics of regression: the definitions of scikit-learn and SciPy, also for weighted rows."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr
from sklearn.metrics import mean_absolute_error, median_absolute_error, r2_score, root_mean_squared_error

from catalog.contract import DataSummary
from catalog.errors import DataError, DivergedError, InputError
from plugins.details import details_json
from plugins.regression.evaluation import METRICS, check_metric, measure, metrics_of
from plugins.regression.evaluation.metrics import weighted
from plugins.regression.evaluation.predictions import NumberPredictions
from plugins.regression.evaluation.ranks import EXACT_ROWS, weighted_spearman
from plugins.regression.records import TargetData
from plugins.regression.statistics import describe_target


def said(rows: int, seed: int = 0, *, ties: bool = False) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    truths = rng.normal(100, 20, rows)
    predicted = 0.7 * truths + rng.normal(30, 10, rows)
    return (truths.round(-1), predicted.round(-1)) if ties else (truths, predicted)


def reference(truths: np.ndarray, predicted: np.ndarray) -> dict[str, float]:
    return {
        "rmse": root_mean_squared_error(truths, predicted),
        "mae": mean_absolute_error(truths, predicted),
        "r2": r2_score(truths, predicted),
        "spearman": spearmanr(truths, predicted).statistic,
        "median_absolute_error": median_absolute_error(truths, predicted),
    }


def data_of(**truths: np.ndarray) -> DataSummary:
    found = TargetData({split: describe_target(values) for split, values in truths.items()})
    return DataSummary("houses", "", {}, details=details_json(found))


@pytest.mark.parametrize(
    ("rows", "ties"), [(2, False), (3, False), (10, True), (1000, False), (1001, True), (EXACT_ROWS + 1, True)]
)
def test_metrics_are_those_of_scikit_learn_and_scipy(rows, ties):
    """Every metric equals the reference, with and without ties."""
    truths, predicted = said(rows, ties=ties)
    assert measure(truths, predicted) == pytest.approx(reference(truths, predicted), rel=1e-9, abs=1e-12)


@settings(max_examples=50, deadline=None)
@given(st.integers(2, 60), st.integers(0, 1000), st.booleans())
def test_a_draw_counts_rows_as_often_as_it_drew_them(rows, seed, ties):
    """The value of a draw is that of the rows repeated."""
    truths, predicted = said(rows, seed, ties=ties)
    drawn = np.random.default_rng(seed).integers(0, rows, rows)
    weights = np.bincount(drawn, minlength=rows).astype(float)[None]
    found = {name: value[0] for name, value in weighted(NumberPredictions(truths, predicted))(weights).items()}
    expected = measure(truths[drawn], predicted[drawn])
    assert {name for name, value in found.items() if not np.isnan(value)} == set(expected)
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("ties", [False, True])
def test_influence_stands_for_reranking(ties, monkeypatch):
    """For many rows the spread of Spearman's correlation over draws is that of re-ranking each draw."""
    truths, predicted = said(3000, ties=ties)
    weights = np.random.default_rng(1).multinomial(3000, np.full(3000, 1 / 3000), 300).astype(float)
    exact = weighted_spearman(truths, predicted)(weights)
    monkeypatch.setattr("plugins.regression.evaluation.ranks.EXACT_ROWS", 100)
    linear = weighted_spearman(truths, predicted)(weights)
    assert np.corrcoef(exact, linear)[0, 1] > 0.998
    assert linear.std() == pytest.approx(exact.std(), rel=0.02)


def test_what_says_nothing_is_left_out():
    """R² and correlation need truths that differ; predictions that are all equal rank nothing."""
    same, line = np.full(20, 3.0), np.arange(20.0)
    assert set(measure(same, line)) == {"rmse", "mae", "median_absolute_error"}
    assert measure(line, same)["spearman"] == 0
    assert measure(line, np.full(20, line.mean()))["r2"] == pytest.approx(0)
    assert [one.name for one in metrics_of(data_of(validation=same))] == ["rmse", "mae", "median_absolute_error"]
    assert [one.name for one in metrics_of(data_of(validation=line))] == list(METRICS)


def test_the_default_is_the_first_and_is_minimised():
    """RMSE comes first, and less of it is better."""
    first = next(iter(METRICS.values()))
    assert (first.name, first.maximize) == ("rmse", False)


def test_metrics_that_cannot_be_tuned_for_are_refused():
    """An unknown metric, and one that is undefined on the validation split, are refused."""
    check_metric("r2", data_of(validation=np.arange(5.0)))
    with pytest.raises(DataError, match="same target"):
        check_metric("r2", data_of(validation=np.ones(5)))
    with pytest.raises(InputError, match="known are rmse"):
        check_metric("accuracy", data_of(validation=np.arange(5.0)))


def test_predictions_that_are_not_finite_are_a_diverged_training():
    """NaN is no prediction."""
    with pytest.raises(DivergedError, match="not finite"):
        measure(np.arange(3.0), np.array([0.0, np.nan, 1.0]))


def test_large_numbers_keep_their_digits():
    """An offset of a billion does not spoil R²."""
    truths, predicted = said(500)
    assert measure(truths + 1e9, predicted + 1e9)["r2"] == pytest.approx(r2_score(truths, predicted), rel=1e-5)
