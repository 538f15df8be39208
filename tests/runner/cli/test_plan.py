"""`modelcat plan`: a look ahead that leaves nothing behind."""

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner

from catalog.errors import DataError, SpecError
from catalog.spec import resolve
from runner.cli.main import app
from runner.cli.plan import plan_answer, print_plan
from runner.engine.messages import MakeForecast
from runner.study import planning
from runner.study.workspace import Workspace

LINEAR = {
    "category": "nlp",
    "subcategory": "text-classification",
    "model": "linear",
    "model_config": {},
    "dataset": {"source": "demo", "size": 600},
    "study": {"name": "look-ahead", "trials": 4, "confirm": {"top": 1, "seeds": 1}},
}
KEYS = {
    "study", "key", "trials", "workers", "rows", "positive", "columns", "notes", "seconds_per_epoch",
    "evaluation_seconds", "probe_seconds", "training_seconds", "search_seconds", "confirmation_seconds",
    "baseline_seconds", "baseline_notes", "baseline_failure", "test_seconds", "total_seconds", "peak_memory_bytes",
    "model_bytes", "disk_bytes", "kept_bytes", "free_bytes", "advice",
}  # fmt: skip
"""Of every task and model."""
OF_TEXTS = {
    "labels", "label_rows", "language", "mean_words",
    "length_unit", "length_quantiles", "lengths", "duplicates", "suspected", "suspects",
}  # fmt: skip
"""Of the classification of texts in addition."""


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
    assert set(found) >= KEYS | OF_TEXTS
    assert found["positive"] == "positive"
    assert found["rows"] == {"train": 432, "validation": 48, "test": 120}
    assert found["length_unit"] == "words"
    assert found["length_quantiles"]["5"] <= found["length_quantiles"]["50"] <= found["length_quantiles"]["100"]
    assert found["training_seconds"] == pytest.approx(found["seconds_per_epoch"] + found["evaluation_seconds"])
    parts = ("search_seconds", "confirmation_seconds", "baseline_seconds", "test_seconds")
    assert found["total_seconds"] == pytest.approx(sum(found[part] for part in parts))
    assert found["free_bytes"] > 0
    assert any("48 validation rows" in advice for advice in found["advice"])
    assert sorted(path.name for path in tmp_path.iterdir()) in (["spec.json"], ["cache", "spec.json"])
    assert result.stderr.count("measuring") == 1
    assert "measuring" not in result.stdout


def test_a_plan_for_a_person(plan):
    """Rows, classes, suspects, times, memory, disk and advice are shown, with their units."""
    told = plan(LINEAR).stdout
    for word in ("432 train", "classes", "suspects", "one training", "search", "confirmation", "memory", "disk", "→"):
        assert word in told
    assert "4 trials, pruning not counted" in told


def test_a_model_that_makes_no_forecast(plan, simulated):
    """The data are shown all the same, and that the rest is not known."""
    spec = {"category": "test", "subcategory": "simulated", "model": "curve", "model_config": {"x": 0.5}}
    result = plan(spec, "--workers", "2")
    assert result.exit_code == 0, result.output
    assert "80 train" in result.stdout
    assert "makes no forecast" in result.stdout
    assert "reading data and model" in result.stderr
    assert "measuring" not in result.stderr
    found = json.loads(plan(spec, "--json").stdout)
    assert set(found) == KEYS | {"labels"}
    assert found["total_seconds"] is None
    assert found["advice"] == []


def test_a_wrong_spec_is_told_as_validate_tells_it(plan):
    """Wrong fields and wrong data are errors of input, before anything is measured."""
    wrong = plan(LINEAR, "--set", "model_config.c=3").exception
    assert isinstance(wrong, SpecError)
    missing = {**LINEAR, "dataset": {"source": "files", "train": "none.csv"}}
    assert isinstance(plan(missing).exception, DataError)


@pytest.mark.parametrize(
    ("baseline", "reason"),
    [("nlp/text-classification/missing", "missing"), ("test/simulated/broken", "min_df is 9")],
)
def test_a_baseline_that_fails_does_not_fail_a_plan(tmp_path, monkeypatch, capsys, baseline, reason):
    """A plan is made even if the baseline fails, with the reason and without the baseline's cost."""
    request = resolve({**LINEAR, "dataset": {"source": "demo", "size": 100}}, tmp_path)
    request = replace(request, task=replace(request.task, baseline=baseline))
    if "simulated" in baseline:
        done = planning._done

        def failing(engine, task, *rest):
            if isinstance(task, MakeForecast) and task.setup.key == baseline:
                raise DataError("min_df is 9. Lower it.")
            return done(engine, task, *rest)

        monkeypatch.setattr(planning, "_done", failing)
        monkeypatch.setattr(planning.registry, "load", lambda _: None)
    workspace = Workspace("sqlite:///none.db", tmp_path / "studies", tmp_path / "cache")
    found = planning.make_plan(request, workspace, lambda _: None, seconds=0.2)
    assert found.baseline is None
    assert found.cost.baseline == 0
    assert reason in found.baseline_failure
    answer = plan_answer(found)
    assert answer["baseline_failure"] == found.baseline_failure
    assert any(
        advice.startswith("The baseline cannot be trained") and ".." not in advice for advice in answer["advice"]
    )
    print_plan(found)
    assert "baseline      none: " in capsys.readouterr().out


def test_a_plan_repeats_what_the_baseline_says_of_the_data(tmp_path):
    """A note that only the baseline has stands with its cost; those of the study's own model are not repeated."""
    request = resolve({**LINEAR, "dataset": {"source": "demo", "size": 100}}, tmp_path)
    workspace = Workspace("sqlite:///none.db", tmp_path / "studies", tmp_path / "cache")
    found = planning.make_plan(request, workspace, lambda _: None, seconds=0.2)
    noted = replace(found.forecast, summary_notes=(*found.data.notes, "counts character n-grams"))
    assert plan_answer(replace(found, baseline=noted))["baseline_notes"] == ["counts character n-grams"]
    assert plan_answer(found)["baseline_notes"] == []


def test_a_plan_for_texts_without_spaces(plan, tmp_path):
    """A study of Chinese texts is planned with its baseline, which says what it takes for words."""
    rows = [f"{'退款发票' if row % 2 else '快递包裹'}{chr(0x4E00 + row)}今天问题,{row % 2}" for row in range(120)]
    (tmp_path / "zh.csv").write_text("text,label\n" + "\n".join(rows), encoding="utf-8")
    small = {"model_name": "scratch/bert-tiny", "max_seq_length": 16, "epochs": 1, "batch_size": 16}
    spec = {**LINEAR, "model": "bert", "model_config": small, "dataset": {"source": "files", "train": "zh.csv"}}
    result = plan(spec, "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found["baseline_failure"] is None
    assert found["baseline_seconds"] > 0
    assert [note for note in found["baseline_notes"] if "character n-grams" in note]


def test_a_plan_of_one_trial_has_a_baseline(tmp_path):
    """A plan of one trial has a baseline, as the study itself has; the baseline's own study has none."""
    spec = {**LINEAR, "dataset": {"source": "demo", "size": 100}, "study": {"trials": 1}}
    request = resolve(spec, tmp_path)
    workspace = Workspace("sqlite:///none.db", tmp_path / "studies", tmp_path / "cache")
    assert planning.make_plan(request, workspace, lambda _: None, seconds=0.2).baseline is None
    rival = replace(request, task=replace(request.task, baseline="test/simulated/broken"))
    found = planning.make_plan(rival, workspace, lambda _: None, seconds=0.2)
    assert found.baseline_failure is not None
