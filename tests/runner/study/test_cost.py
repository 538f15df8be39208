"""What a study costs, added up from one measured training."""

from dataclasses import replace
from pathlib import Path

import pytest

from catalog.contract import Forecast
from catalog.space import Choices, FloatRange, IntRange
from catalog.spec import resolve
from runner.study.cost import cost_of

MEASURED = Forecast((), 5.0, 10.0, 1.0, 1000, 500)
BASELINE = replace(MEASURED, seconds_per_epoch=2.0, evaluation_seconds=0.5, model_bytes=30)
ROWS = {"train": 800, "validation": 100, "test": 200}


def request(**study):
    given = {"trials": 5, "confirm": {"top": 1, "seeds": 2}, "pruner": "none", **study}
    names = {"category": "nlp", "subcategory": "text-classification", "model": "bert"}
    return resolve({**names, "model_config": {"epochs": 3}, "dataset": {"source": "demo"}, "study": given}, Path())


def cost(space=None, forecast=MEASURED, workers=1, baseline=BASELINE, **study):
    return cost_of(request(**study), space or {}, ROWS, forecast, baseline, workers)


def test_every_part_is_added_up():
    """Trials, then arms times seeds, the baseline once, and the test of three models are added up."""
    found = cost()
    assert found.training == 3 * 10 + 3 * 1
    assert found.search == 5 * 33
    assert found.confirmation == 2 * 2 * 33
    assert found.baseline == 2.5
    assert found.test == 2 * (2 * 1 + 0.5)
    assert found.total == found.search + found.confirmation + found.baseline + found.test


@pytest.mark.parametrize(
    ("range_", "middle"), [(IntRange(2, 4), 3), (Choices((1, 5)), 3), (FloatRange(1.0, 9.0, log=True), 3)]
)
def test_tuned_epochs_count_with_the_middle_of_their_range(range_, middle):
    """The given configuration has its own epochs, the other trials the middle of the space."""
    assert cost({"epochs": range_}).search == pytest.approx(33 + 4 * (10 * middle + middle))


def test_a_pruner_measures_at_quarters_too():
    """Three epochs and four quarters are six measurements, as the last of both is one."""
    assert cost(pruner="median").search == 5 * (30 + 6)


def test_a_time_limit_bounds_the_search():
    """The search takes no longer than it may; what follows comes on top."""
    found = cost(timeout="1m")
    assert found.search == 60
    assert found.total > 60


def test_workers_share_the_work_in_rounds():
    """Five trials in two processes take three rounds."""
    assert cost(workers=2).search == 3 * 33
    assert cost(workers=2).confirmation == 2 * 33


def test_no_confirmation_costs_nothing():
    """Without finalists, or with a single trial, there is no confirmation."""
    assert cost(confirm={"top": 0, "seeds": 2}).confirmation == 0
    assert cost(trials=1).confirmation == 0
    assert cost(baseline=None).baseline == 0


def test_disk_holds_the_models_that_are_compared():
    """The disk holds the best model so far and four confirmation models at once; two are kept."""
    found = cost()
    assert found.disk_bytes == 500 * (1 + 4) + 30
    assert found.kept_bytes == 530
