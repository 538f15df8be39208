"""`modelcat plan`: a look ahead that leaves nothing behind."""

import json

import pytest
from click.testing import CliRunner

from catalog.errors import DataError, SpecError
from runner.cli import app

LINEAR = {
    "category": "nlp",
    "subcategory": "text-classification",
    "model": "linear",
    "model_config": {},
    "dataset": {"source": "demo", "size": 600},
    "study": {"name": "look-ahead", "trials": 4, "confirm": {"top": 1, "seeds": 1}},
}
KEYS = {
    "study", "key", "trials", "workers", "rows", "labels", "positive", "label_rows", "language", "mean_words", "notes",
    "length_unit", "length_quantiles", "lengths", "duplicates", "suspected", "suspects", "seconds_per_epoch",
    "evaluation_seconds", "probe_seconds", "training_seconds", "search_seconds", "confirmation_seconds",
    "baseline_seconds", "test_seconds", "total_seconds", "peak_memory_bytes", "model_bytes", "disk_bytes", "kept_bytes",
    "free_bytes", "advice",
}  # fmt: skip


@pytest.fixture
def plan(tmp_path, monkeypatch):
    """Return a function that plans a spec in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MODELCAT_CACHE", str(tmp_path / "cache"))

    def run(spec, *arguments):
        (tmp_path / "spec.json").write_text(json.dumps(spec))
        return CliRunner().invoke(app, ["plan", "spec.json", *arguments])

    return run


def test_a_plan_as_json(plan, tmp_path):
    """One flat object with rows, lengths, times and sizes; no database and no study is made."""
    result = plan(LINEAR, "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert set(found) == KEYS
    assert found["rows"] == {"train": 432, "validation": 48, "test": 120}
    assert found["length_unit"] == "words"
    assert found["length_quantiles"]["5"] <= found["length_quantiles"]["50"] <= found["length_quantiles"]["100"]
    assert found["training_seconds"] == pytest.approx(found["seconds_per_epoch"] + found["evaluation_seconds"])
    parts = ("search_seconds", "confirmation_seconds", "baseline_seconds", "test_seconds")
    assert found["total_seconds"] == pytest.approx(sum(found[part] for part in parts))
    assert found["free_bytes"] > 0
    assert any("48 validation rows" in advice for advice in found["advice"])
    assert sorted(path.name for path in tmp_path.iterdir()) in (["spec.json"], ["cache", "spec.json"])
    assert "measuring" in result.stderr
    assert "measuring" not in result.stdout


def test_a_plan_for_a_person(plan):
    """Rows, classes, suspects, times, memory, disk and advice are told, with their units."""
    told = plan(LINEAR).stdout
    for word in ("432 train", "classes", "suspects", "one training", "search", "confirmation", "memory", "disk", "→"):
        assert word in told
    assert "4 trials, pruning not counted" in told


def test_a_model_that_makes_no_forecast(plan, simulated):
    """The data are told all the same, and that the rest is not known."""
    spec = {"category": "test", "subcategory": "simulated", "model": "curve", "model_config": {"x": 0.5}}
    result = plan(spec, "--workers", "2")
    assert result.exit_code == 0, result.output
    assert "80 train" in result.stdout
    assert "makes no forecast" in result.stdout
    found = json.loads(plan(spec, "--json").stdout)
    assert set(found) == KEYS
    assert found["total_seconds"] is None
    assert found["lengths"] is None
    assert found["advice"] == []


def test_a_wrong_spec_is_told_as_validate_tells_it(plan):
    """Wrong fields and wrong data are errors of input, before anything is measured."""
    wrong = plan(LINEAR, "--set", "model_config.c=3").exception
    assert isinstance(wrong, SpecError)
    missing = {**LINEAR, "dataset": {"source": "files", "train": "none.csv"}}
    assert isinstance(plan(missing).exception, DataError)
