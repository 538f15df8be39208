"""A study that the last release made: opened, shown, used and extended by this one."""

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from runner.cli.main import app

RELEASED = Path(__file__).parent / "released" / "study.zip"
SPEC = {
    "model": "linear",
    "category": "nlp",
    "subcategory": "text-classification",
    "model_config": {"ngram_max": 1},
    "dataset": {"source": "demo", "size": 120},
    "study": {"name": "released", "trials": 3, "metric": "f1", "confirm": {"top": 1, "seeds": 1}},
}


@pytest.fixture
def modelcat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Run a command in a folder with the released study, and return its JSON."""
    with zipfile.ZipFile(RELEASED) as archive:
        archive.extractall(tmp_path)
    (tmp_path / "spec.json").write_text(json.dumps(SPEC))
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> Any:
        answer = CliRunner().invoke(app, [*arguments, "--json"])
        assert answer.exit_code == 0, answer.output
        return json.loads(answer.stdout)

    return run


def test_results_are_read_whole(modelcat: Callable[..., Any]) -> None:
    """Studies, trials and evaluations of the last release have all the numbers that it had."""
    (study,) = modelcat("studies")
    assert (study["state"], study["metric"], study["positive"]) == ("finished", "f1", "positive")
    assert study["best"]["value"] == pytest.approx(0.5454545454545454)
    trials = modelcat("trials", "released")
    assert [trial["state"] for trial in trials] == ["complete"] * 3
    trial = modelcat("trial", "released", "0")
    assert trial["evaluation"]["labels"] == ["negative", "positive"]
    assert sum(map(sum, trial["evaluation"]["confusion"])) == trial["evaluation"]["rows"] == 10
    assert {one["label"] for one in trial["evaluation"]["classes"]} == {"negative", "positive"}


def test_figures_and_report_are_made(modelcat: Callable[..., Any], tmp_path: Path) -> None:
    """The figures of its task are drawn, none as a fault, and the report names the class of its metrics."""
    figures = modelcat("figures", "released")
    kinds = {figure["key"]: figure["kind"] for figure in figures}
    assert kinds["confusion"] == "matrix"
    assert not [key for key in kinds if key.startswith("fault")]
    answer = CliRunner().invoke(app, ["report", "released", "-o", str(tmp_path / "report.html")])
    assert answer.exit_code == 0, answer.output
    assert "F1 of positive" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_its_model_answers(modelcat: Callable[..., Any]) -> None:
    """The kept model predicts and is evaluated on a file."""
    (found,) = modelcat("predict", "released", "A wonderful film.")
    assert (found["text"], set(found["probabilities"])) == ("A wonderful film.", {"negative", "positive"})
    shutil.copy("studies/released/examples/test.parquet", "test.parquet")
    evaluated = modelcat("evaluate", "released", "test.parquet", "--labels-as", "ids")
    assert evaluated["rows"] == 24


def test_it_is_extended(modelcat: Callable[..., Any]) -> None:
    """The same spec with more trials goes on where the last release ended."""
    before = modelcat("trials", "released")
    found = modelcat("run", "spec.json", "--set", "study.trials=4")
    assert found["trials"]["complete"] == 4
    after = modelcat("trials", "released")
    assert [trial["value"] for trial in after[:3]] == [trial["value"] for trial in before]
