"""What guessing reaches in each metric, against scores of constant answers that are measured."""

import math

import numpy as np
import pytest

from catalog import registry
from catalog.contract import DataSummary
from catalog.contract.capabilities import KnowsChance
from plugins.classification.evaluation.chance import chance_level
from plugins.classification.evaluation.metrics import METRICS, measure


def data(*rows, positive=None):
    """Return a summary with so many validation rows of each class."""
    labels = tuple("abcdef"[: len(rows)])
    return DataSummary(
        "some", "print", {}, details={"labels": labels, "label_rows": {"validation": rows}, "positive": positive}
    )


@pytest.mark.parametrize("rows", [(50, 50), (90, 10), (10, 90), (20, 30, 50), (5, 5, 5, 85)])
@pytest.mark.parametrize(
    "metric",
    ["accuracy", "f1", "macro_f1", "weighted_f1", "balanced_accuracy", "cohen_kappa", "matthews_corrcoef", "recall"],
)
def test_the_level_is_that_of_the_best_constant_answer(rows, metric):
    """No class that is always the answer scores higher, and one scores as much."""
    labels = np.repeat(np.arange(len(rows)), rows)
    scores = []
    for answer in range(len(rows)):
        probabilities = np.zeros((labels.size, len(rows)))
        probabilities[:, answer] = 1.0
        scores.append(measure(labels, probabilities)[metric])
    assert chance_level(metric, data(*rows), "validation").value == pytest.approx(max(scores))


@pytest.mark.parametrize("rows", [(50, 50), (90, 10), (20, 30, 50)])
def test_the_log_loss_of_guessing_is_the_entropy(rows):
    """Answering the share of each class costs the entropy of the shares."""
    labels = np.repeat(np.arange(len(rows)), rows)
    probabilities = np.tile(np.array(rows) / sum(rows), (labels.size, 1))
    level = chance_level("log_loss", data(*rows), "validation")
    assert level.value == pytest.approx(measure(labels, probabilities)["log_loss"])
    assert level.margin == pytest.approx(0.01 * level.value)


@pytest.mark.parametrize("metric", ["brier_score", "roc_auc", "pr_auc", "top_k_accuracy"])
@pytest.mark.parametrize("rows", [(50, 50), (90, 10), (5, 0, 10, 85)])
def test_the_shares_of_the_classes_are_a_guess_too(metric, rows):
    """What is measured of probabilities has the level of an answer that gives each class its share."""
    labels = np.repeat(np.arange(len(rows)), rows)
    found = measure(labels, np.tile(np.array(rows) / sum(rows), (labels.size, 1)))
    level = chance_level(metric, data(*rows), "validation")
    assert (None if level is None else level.value) == pytest.approx(found.get(metric))
    assert level is None or level.value == 1 or level.margin > 0


def test_f1_of_two_classes_is_of_the_positive_one():
    """Which class is positive decides what always answering it reaches."""
    assert chance_level("f1", data(90, 10, positive="b"), "validation").value == pytest.approx(2 / 11)
    assert chance_level("f1", data(90, 10, positive="a"), "validation").value == pytest.approx(1.8 / 1.9)


def test_few_rows_have_a_wide_margin():
    """The fewer rows, the further luck alone gets."""
    few, many = (chance_level("accuracy", data(n, n), "validation").margin for n in (10, 1000))
    assert few == pytest.approx(1.96 * math.sqrt(0.25 / 20))
    assert many < few / 9


@pytest.mark.parametrize("rows", [(), (0, 0), (10,)])
def test_without_counts_there_is_no_level(rows):
    """Guessing has no level if the classes were not counted, or if there is only one."""
    assert chance_level("accuracy", data(*rows), "validation") is None
    assert chance_level("accuracy", data(5, 5), "test") is None


def test_the_task_knows_it():
    """The task offers the level of every metric that guessing is not perfect in."""
    task = registry.load_task("nlp/text-classification")
    assert isinstance(task, KnowsChance)
    without = [name for name in METRICS if task.chance_level(name, data(5, 5, 5, 5), "validation") is None]
    assert without == ["ece"]
