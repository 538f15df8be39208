"""Rankings of weighted rows, exact and to first order."""

from collections.abc import Callable

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from plugins.classification.evaluation.ranking import (
    RankCounts,
    Ranking,
    average_precision,
    average_precision_influence,
    rankings,
    roc_auc,
    roc_auc_influence,
)

Value = Callable[[RankCounts], np.ndarray]
Influence = Callable[[Ranking], np.ndarray]


def ranked(rows: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, Ranking]:
    """Return labels, scores with many ties, and their ranking."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, rows)
    scores = (rng.normal(size=rows) + labels).round(1)
    [ranking] = rankings(labels, np.stack([-scores, scores], axis=1), 1)
    return labels, scores, ranking


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("value", "reference"), [(roc_auc, roc_auc_score), (average_precision, average_precision_score)]
)
def test_weighted_values_are_those_of_repeated_rows(value: Value, reference: Callable[..., float], seed: int):
    """The value of weighted rows, ties among them, is scikit-learn's of rows repeated so often."""
    labels, scores, ranking = ranked(60, seed)
    weights = np.random.default_rng(seed).integers(0, 4, (5, 60)).astype(float)
    for weight, found in zip(weights, value(ranking.weighted(weights)), strict=True):
        rows = np.repeat(np.arange(60), weight.astype(int))
        assert found == pytest.approx(reference(labels[rows], scores[rows]), rel=1e-9)
    assert value(ranking.counts()) == pytest.approx(value(ranking.weighted(np.ones((1, 60)))))


@pytest.mark.parametrize("value", [roc_auc, average_precision])
def test_draws_without_one_side_have_no_value(value: Value):
    """A draw that misses all rows of the class, or all others, has the value NaN."""
    labels, _, ranking = ranked(20)
    assert np.isnan(value(ranking.weighted(np.stack([labels == 0, labels == 1]).astype(float)))).all()


@pytest.mark.parametrize(
    ("value", "influence"), [(roc_auc, roc_auc_influence), (average_precision, average_precision_influence)]
)
def test_influences_are_the_derivatives_of_the_value(value: Value, influence: Influence):
    """A little more weight on one row moves the value by its influence, less the value's share of the weight."""
    _, _, ranking = ranked(40)
    observed, parts, step = value(ranking.counts())[0], influence(ranking), 1e-6
    assert parts.sum() == pytest.approx(observed)
    moved = value(ranking.weighted(np.ones((40, 40)) + step * np.eye(40)))
    assert (moved - observed) / step == pytest.approx(parts - observed / 40, abs=1e-5)


def test_classes_without_rows_or_with_all_rows_are_not_ranked():
    """Of more than two classes those that have rows are ranked, of two the positive one."""
    probabilities = np.full((4, 3), 1 / 3)
    assert len(list(rankings(np.array([0, 0, 2, 2]), probabilities, 1))) == 2
    assert not list(rankings(np.zeros(4, int), probabilities, 1))
    assert not list(rankings(np.zeros(4, int), np.full((4, 2), 0.5), 1))
