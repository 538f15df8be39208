"""Files of predictions and the paired bootstrap over them."""

from itertools import product
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet
from scipy.stats import binomtest

from catalog.errors import DataError
from plugins.classification.evaluation import measures, predictions
from plugins.classification.evaluation.comparison import compare
from plugins.classification.evaluation.metrics import METRICS, measure, metrics_of

ROWS = 400
TWO_CLASSES = [metric.name for metric in metrics_of("ab", None)]
SIDES = (("good", 0.8), ("bad", 0.7))
LABELS = np.random.default_rng(0).integers(0, 2, ROWS)


def judged(folder: Path, name: str, accuracy: float, seed: int, labels: np.ndarray = LABELS, classes: int = 2) -> Path:
    """Write predictions that are right with the given probability, and sure in varying degrees."""
    rng = np.random.default_rng(seed)
    wrong = (labels + rng.integers(1, classes, labels.size)) % classes
    chosen = np.where(rng.random(labels.size) < accuracy, labels, wrong)
    sure = rng.uniform(0.6, 0.9, labels.size)
    probabilities = np.repeat((1 - sure)[:, None] / (classes - 1), classes, axis=1)
    probabilities[np.arange(labels.size), chosen] = sure
    predictions.write(folder / f"{name}{seed}.parquet", labels, probabilities)
    return folder / f"{name}{seed}.parquet"


@pytest.mark.parametrize("metric", TWO_CLASSES)
def test_identical_predictions_do_not_differ(tmp_path, metric):
    """The same predictions on both sides give difference 0 and the interval [0, 0]."""
    path = judged(tmp_path, "a", 0.8, 1)
    found = compare([path, path], [path], metric, seed=0)
    assert (found.difference, found.low, found.high) == (0, 0, 0)
    assert (found.rows, found.seeds, found.metric) == (ROWS, (2, 1), metric)


@pytest.mark.parametrize(
    ("classes", "metric"),
    [*product([2], [name for name in TWO_CLASSES if name != "ece"]), *product([4], [m for m in METRICS if m != "ece"])],
)
def test_clearly_better_predictions_are_better(tmp_path, metric, classes):
    """A clear lead has an interval above 0, whichever way the metric improves; turned around it is below 0."""
    labels = np.random.default_rng(0).integers(0, classes, ROWS)
    good = [judged(tmp_path, "good", 0.9, seed, labels, classes) for seed in range(3)]
    bad = [judged(tmp_path, "bad", 0.6, seed, labels, classes) for seed in range(3, 6)]
    found, turned = compare(good, bad, metric, seed=0), compare(bad, good, metric, seed=0)
    assert 0 < found.low < found.difference < found.high
    assert turned.high < 0
    assert turned.difference == pytest.approx(-found.difference)
    files = [[measure(labels, predictions.read(path).probabilities)[metric] for path in side] for side in (good, bad)]
    assert abs(found.difference) == pytest.approx(abs(np.mean(files[0]) - np.mean(files[1])), abs=1e-6)


def test_better_calibration_is_better(tmp_path):
    """The model whose confidence is near its accuracy has the smaller error, and is the better one."""
    honest, unsure = judged(tmp_path, "honest", 0.75, 1), judged(tmp_path, "unsure", 0.95, 2)
    found = compare([honest], [unsure], "ece", seed=0)
    assert 0 < found.low < found.difference < found.high


def test_paired_resamples_are_those_of_repeated_rows(tmp_path):
    """Measuring whole resamples of the rows one by one, the same for both sides, gives the same interval."""
    metrics = ("accuracy", "weighted_f1", "cohen_kappa", "roc_auc", "pr_auc", "log_loss", "ece")
    labels = np.random.default_rng(3).integers(0, 3, 200)
    paths = [judged(tmp_path, name, accuracy, seed, labels, 3) for seed, (name, accuracy) in enumerate(SIDES)]
    (first, second), rng = map(predictions.read, paths), np.random.default_rng(0)
    differences = []
    for _ in range(2000):
        rows = rng.integers(0, 200, 200)
        one, other = (measure(labels[rows], side.probabilities[rows]) for side in (first, second))
        differences.append([METRICS[metric].gain(one[metric], other[metric]) for metric in metrics])
    ends = np.percentile(differences, (2.5, 97.5), axis=0)
    for metric, low, high in zip(metrics, *ends, strict=True):
        found = compare(paths[:1], paths[1:], metric, seed=0)
        assert (found.low, found.high) == pytest.approx((low, high), abs=1e-9), metric


@pytest.mark.parametrize("metric", ["roc_auc", "pr_auc"])
def test_areas_of_many_rows_are_compared_to_first_order(tmp_path, monkeypatch, metric):
    """Quick comparisons of areas have the same interval as exact ones, up to a few hundredths of its width."""
    labels = np.random.default_rng(3).integers(0, 2, 3000)
    paths = [judged(tmp_path, name, accuracy, seed, labels) for seed, (name, accuracy) in enumerate(SIDES)]
    exact = compare(paths[:1], paths[1:], metric, seed=0)
    monkeypatch.setattr(measures, "EXACT_ROWS", 0)
    quick = compare(paths[:1], paths[1:], metric, seed=0)
    assert quick.difference == pytest.approx(exact.difference)
    assert (quick.low, quick.high) == pytest.approx((exact.low, exact.high), abs=0.03 * (exact.high - exact.low))


def test_undefined_metrics_are_not_compared(tmp_path):
    """Rows of one class have no area, and two classes no three best guesses: errors that say so, no NaN."""
    path = judged(tmp_path, "a", 0.8, 1, np.zeros(40, dtype=np.int64))
    with pytest.raises(DataError, match="roc_auc is undefined on these 40 examples"):
        compare([path], [path], "roc_auc", seed=0)
    with pytest.raises(DataError, match="2 classes, for which top_k_accuracy says nothing"):
        compare([path], [path], "top_k_accuracy", seed=0)


def test_a_class_that_some_resamples_miss_is_compared(tmp_path):
    """One row of a class is missing from a third of the resamples; the others give a finite interval."""
    labels = np.zeros(40, dtype=np.int64)
    labels[7] = 1
    first, second = judged(tmp_path, "a", 0.9, 1, labels), judged(tmp_path, "b", 0.6, 2, labels)
    found = compare([first], [second], "pr_auc", seed=0)
    assert np.isfinite([found.low, found.difference, found.high]).all()


def test_interval_covers_no_difference_about_95_times_in_100(tmp_path):
    """Of 60 comparisons of equally good models, one training each, about 3 have an interval without 0."""
    rng = np.random.default_rng(0)
    missed = 0
    for trial in range(60):
        labels = rng.integers(0, 2, 150)
        paths = [judged(tmp_path, f"{side}-", 0.8, 1000 + 2 * trial + side, labels) for side in (0, 1)]
        found = compare(paths[:1], paths[1:], "accuracy", seed=trial)
        missed += not found.low <= 0 <= found.high
    assert missed <= 9


def test_pairing_narrows_the_interval(tmp_path):
    """Two models that err on the same examples differ by less than two that err independently."""
    first = judged(tmp_path, "a", 0.8, 1)
    known = predictions.read(first)
    few = known.probabilities.copy()
    few[:10] = few[:10, ::-1]
    predictions.write(tmp_path / "near.parquet", known.labels, few)
    near = compare([first], [tmp_path / "near.parquet"], "accuracy", seed=0)
    far = compare([first], [judged(tmp_path, "b", 0.8, 2)], "accuracy", seed=0)
    assert near.high - near.low < (far.high - far.low) / 2


def test_luck_of_seeds_widens_the_interval(tmp_path):
    """Trainings that scatter give a wider interval than trainings that agree, at the same mean."""
    even = [judged(tmp_path, "even", 0.8, seed) for seed in range(3)]
    uneven = [judged(tmp_path, "uneven", accuracy, seed) for seed, accuracy in enumerate((0.6, 0.8, 0.99), start=10)]
    other = [judged(tmp_path, "other", 0.8, 20)]
    steady, shaky = compare(even, other, "accuracy", seed=0), compare(uneven, other, "accuracy", seed=0)
    assert shaky.high - shaky.low > 1.5 * (steady.high - steady.low)


def test_spread_of_few_seeds_is_not_underestimated(tmp_path):
    """Two trainings at 0 and 1 have the standard deviation sqrt(1/2); drawing two of them shows it in full."""
    right = np.eye(2)[LABELS]
    for name, probabilities in (("right", right), ("wrong", right[:, ::-1])):
        predictions.write(tmp_path / name, LABELS, probabilities)
    found = compare([tmp_path / "right", tmp_path / "wrong"], [tmp_path / "right"], "accuracy", seed=0)
    assert found.difference == pytest.approx(-0.5)
    assert (found.low, found.high) == pytest.approx((-0.5 - 0.5**0.5, -0.5 + 0.5**0.5))


def test_comparison_repeats(tmp_path):
    """The seed decides the interval."""
    sides = [judged(tmp_path, "a", 0.8, 1)], [judged(tmp_path, "b", 0.75, 2)]
    assert compare(*sides, "f1", seed=3) == compare(*sides, "f1", seed=3)
    assert compare(*sides, "log_loss", seed=3) != compare(*sides, "log_loss", seed=4)


def test_different_examples_are_refused(tmp_path):
    """Files with other labels, or nothing to compare, are an error that names the file."""
    first = judged(tmp_path, "a", 0.8, 1)
    other = judged(tmp_path, "b", 0.8, 2, 1 - LABELS)
    with pytest.raises(DataError, match=r"b2\.parquet"):
        compare([first], [other], "accuracy", seed=0)
    with pytest.raises(DataError, match="at least one"):
        compare([first], [], "accuracy", seed=0)
    with pytest.raises(DataError, match="accuracy, f1"):
        compare([first], [first], "auc", seed=0)


def test_predictions_come_back_as_written(tmp_path):
    """Labels and probabilities survive the file, which is readable as a table of one row per example."""
    path = judged(tmp_path, "a", 0.8, 1)
    found = predictions.read(path)
    assert np.array_equal(found.labels, LABELS)
    assert found.probabilities.dtype == np.float32
    table = parquet.read_table(path).to_pydict()
    assert table["row"] == list(range(ROWS))
    assert table["predicted"][0] == int(np.argmax(table["probabilities"][0]))
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize(
    "table",
    [
        {"label": [0], "other": [1]},
        {"label": [5], "probabilities": [[0.5, 0.5]]},
        {"label": [0, 1], "probabilities": [[0.5, 0.5], [1.0]]},
        {"label": [0], "probabilities": [[float("nan"), 0.5]]},
        {"label": ["x"], "probabilities": [[0.5, 0.5]]},
        {"label": [0], "probabilities": [0.5]},
        {"label": [], "probabilities": []},
    ],
)
def test_files_of_another_kind_are_refused(tmp_path, table):
    """What does not hold predictions is one error that names the file."""
    parquet.write_table(pa.table(table), tmp_path / "x.parquet")
    with pytest.raises(DataError, match=r"x\.parquet"):
        predictions.read(tmp_path / "x.parquet")


def test_missing_predictions_are_refused(tmp_path):
    """A file that is gone is one error."""
    with pytest.raises(DataError, match="gone"):
        predictions.read(tmp_path / "gone.parquet")


@pytest.mark.parametrize("metric", TWO_CLASSES)
def test_one_training_a_side_tells_who_alone_was_right(tmp_path, metric):
    """The rows that one side alone got right are counted, with the exact p-value of so uneven a split."""
    first, second = judged(tmp_path, "a", 0.9, 1), judged(tmp_path, "b", 0.8, 2)
    right = [predictions.read(path).probabilities.argmax(axis=1) == LABELS for path in (first, second)]
    counts = int((right[0] & ~right[1]).sum()), int((right[1] & ~right[0]).sum())
    found = compare([first], [second], metric, seed=0)
    assert (found.only_first, found.only_second) == counts
    assert found.p_value == pytest.approx(binomtest(counts[0], sum(counts)).pvalue)
    turned = compare([second], [first], metric, seed=0)
    assert (turned.only_first, turned.only_second, turned.p_value) == (*counts[::-1], found.p_value)


def test_equal_models_have_nothing_against_chance(tmp_path):
    """If no row is right on one side alone, the p-value is 1."""
    path = judged(tmp_path, "a", 0.9, 1)
    found = compare([path], [path], "accuracy", seed=0)
    assert (found.only_first, found.only_second, found.p_value) == (0, 0, 1.0)


def test_several_trainings_have_no_such_test(tmp_path):
    """With more than one training on a side, no row belongs to one side alone, and nothing is reported."""
    paths = [judged(tmp_path, "a", 0.9, seed) for seed in range(2)]
    found = compare(paths, paths[:1], "accuracy", seed=0)
    assert (found.only_first, found.only_second, found.p_value) == (None, None, None)
