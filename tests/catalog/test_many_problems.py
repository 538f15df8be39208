"""Tens of thousands of faults are ten lines and a count, and long names are cut."""

import json
import time

import pytest

from catalog.errors import SpecError
from catalog.spec import load

GOOD = {
    "model": "linear",
    "category": "nlp",
    "subcategory": "text-classification",
    "model_config": {},
    "dataset": {"source": "files", "train": "data.csv"},
    "study": {"trials": 2},
}
MANY = {f"k{number}": 1 for number in range(80_000)}


@pytest.mark.parametrize(
    "place", ["", "model_config", "dataset", "dataset.format", "study", "study.confirm", "study.search_space"]
)
def test_80000_unknown_keys_are_ten_and_a_count(tmp_path, place):
    """Ten unknown keys are listed and the rest counted: no user reads more, and printing all would take minutes."""
    spec = json.loads(json.dumps(GOOD))
    within = spec
    for name in filter(None, place.split(".")):
        within = within.setdefault(name, {})
    within |= MANY
    path = tmp_path / "s.json"
    path.write_text(json.dumps(spec, separators=(",", ":")))
    assert path.stat().st_size < 1 << 20
    began = time.monotonic()
    with pytest.raises(SpecError) as told:
        load(path)
    lines = told.value.message.splitlines()
    assert (len(lines), lines[-1]) == (11, f"{path}: and 79,990 more problems")
    assert len(told.value.problems) == len(MANY)
    assert time.monotonic() - began < 60


def test_long_names_are_cut(tmp_path):
    """A key of half a megabyte is cut to its beginning, in the message and in the field."""
    path = tmp_path / "s.json"
    path.write_text(json.dumps({**GOOD, "x" * 500_000: 1}))
    with pytest.raises(SpecError) as told:
        load(path)
    assert len(told.value.message) < 1000
    assert len(told.value.field) == 200
