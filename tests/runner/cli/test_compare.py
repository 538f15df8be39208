"""What `modelcat compare` says of models that cannot be compared."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from catalog.contract import Comparison
from catalog.errors import InputError
from catalog.metric import Direction, unknown_metric
from runner.cli.compare import _print_pair
from runner.study.model_comparison import compare_models


@pytest.mark.parametrize(
    ("baseline", "says"),
    [
        (None, "study 's' has no baseline$"),
        ({"key": "a/b/c", "failure": {}}, "study 's' has no baseline that was judged on test"),
    ],
)
def test_a_study_without_baseline_says_so(baseline, says):
    """A task that names no baseline is distinguished from one whose baseline was not evaluated."""
    record = SimpleNamespace(study="s", metric="rmse", winner={"arm": "0"}, baseline=baseline, is_fruitless=False)
    store = SimpleNamespace(study=lambda _: record, evaluations=lambda _: ())
    with pytest.raises(InputError, match=says):
        compare_models(store, ["s:baseline", "s"], Path(), print)


@pytest.mark.parametrize(
    ("direction", "difference", "says"),
    [
        (Direction.MINIMIZE, (1.52, 0.5, 2.5), "mean rank lower by 1.5200 (95 % interval 0.5000 to 2.5000): better"),
        (Direction.MINIMIZE, (-1.52, -2.5, -0.5), "mean rank higher by 1.5200 (95 % interval 0.5000 to 2.5000): worse"),
        (Direction.MAXIMIZE, (-1.52, -2.5, -0.5), "mean rank lower by 1.5200 (95 % interval 0.5000 to 2.5000): worse"),
    ],
)
def test_a_difference_without_unit_says_which_way_it_goes(capsys, direction, difference, says):
    """A metric that is no share is called lower or higher, and the interval goes the same way."""
    first, second = (SimpleNamespace(name=name, metric=unknown_metric("mean rank", direction)) for name in ("a", "b"))
    _print_pair(first, second, Comparison("mean rank", *difference, 100, (1, 1)))
    assert f"a against b: {says}" in capsys.readouterr().out
