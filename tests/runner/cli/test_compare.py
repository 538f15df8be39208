"""What `modelcat compare` says of models that cannot be compared."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from catalog.errors import InputError
from runner.study.model_comparison import compare_models


@pytest.mark.parametrize(
    ("baseline", "says"),
    [
        (None, "study 's' has no baseline$"),
        ({"key": "a/b/c", "failure": {}}, "study 's' has no baseline that was judged on test"),
    ],
)
def test_a_study_without_baseline_says_so(baseline, says):
    """A task that names no baseline is told from one whose baseline was not evaluated."""
    record = SimpleNamespace(study="s", metric="rmse", winner={"arm": "0"}, baseline=baseline, is_fruitless=False)
    store = SimpleNamespace(study=lambda _: record, evaluations=lambda _: ())
    with pytest.raises(InputError, match=says):
        compare_models(store, ["s:baseline", "s"], Path(), print)
