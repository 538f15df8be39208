"""A third party's task: a package with a task, a model, a metric and a figure, in the commands, page and UI."""

import subprocess
import sys
from pathlib import Path

import pytest

from catalog.testing import ModelCase, ModelConformance, TaskCase, TaskConformance
from runner.tui.prediction_files import read_predictions

EXAMPLE = Path(__file__).parents[1] / "example_task"
SPEC = {
    "category": "series",
    "subcategory": "forecast",
    "model": "smoothing",
    "model_config": {},
    "dataset": {"source": "demo", "size": 300},
    "study": {"name": "walk", "trials": 4, "confirm": {"top": 1, "seeds": 1}},
}


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """Install the example's package into a folder of its own, as pip would."""
    target = tmp_path_factory.mktemp("site")
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-build-isolation"]
    subprocess.run([*install, "--target", str(target), str(EXAMPLE)], check=True, capture_output=True, text=True)
    return target


@pytest.fixture
def known(installed, monkeypatch):
    """Make the package known here and to the processes that are started."""
    monkeypatch.syspath_prepend(str(installed))
    monkeypatch.setenv("PYTHONPATH", str(installed))
    sys.modules.pop("modelcat_series", None)


def test_it_is_short():
    """A whole task with a model takes at most 150 lines."""
    assert len((EXAMPLE / "modelcat_series.py").read_text().splitlines()) <= 150


def test_every_command_knows_it(installed, shell):
    """What works for modelcat's own tasks works for a third party's: its metric is tuned for, its figure is drawn."""
    shell.environment["PYTHONPATH"] = str(installed)
    shell.write("spec.json", SPEC)
    assert shell.json("show", "series/forecast/smoothing")["metrics"] == {"mae": "minimize"}
    assert shell.json("validate", "spec.json")["data"]["rows"]["train"] == 209
    result = shell.json("run", "spec.json")
    assert result["trials"]["complete"] == 4
    assert result["test"]["mae"] > 0
    assert "series" in {figure["key"] for figure in shell.json("figures", "walk")}
    for file in shell.folder.rglob("test.parquet"):  # as the terminal UI reads them
        assert set(read_predictions(file).columns) == {"truth", "predicted", "error"}
    (answer,) = shell.json("predict", "walk", "1 2 3 4")
    assert answer["history"] == "1 2 3 4"
    assert 3 < answer["next"] < 4
    shell.run("report", "walk", "-o", "walk.html")
    page = (shell.folder / "walk.html").read_text(encoding="utf-8")
    assert "Truth and forecast" in page
    assert "Mean absolute error" in page


def test_its_bad_data_are_its_own_errors(installed, shell):
    """A column that is missing or holds no numbers is one line that says what is there."""
    shell.environment["PYTHONPATH"] = str(installed)
    shell.write("series.csv", "day,price\n1,a\n2,3\n")
    for column, told in (("price", "does not hold numbers alone"), ("cost", "has no column 'cost'")):
        data = {"source": "files", "train": "series.csv", "value": column}
        shell.write("spec.json", {**SPEC, "dataset": data})
        assert told in shell.json("validate", "spec.json", code=2)["error"]["message"]


@pytest.mark.usefixtures("known")
class TestTask(TaskConformance):
    """The conformance suite of tasks, inherited as a third party would."""

    @pytest.fixture
    def case(self, tmp_path):
        """Return generated data, and a file without the column."""
        import modelcat_series

        path = tmp_path / "rows.csv"
        path.write_text("day\n1\n")
        broken = modelcat_series.FilesDataset(source="files", train=str(path))
        return TaskCase("series/forecast", modelcat_series.DemoDataset(source="demo", size=200), [broken])


@pytest.mark.usefixtures("known")
class TestModel(ModelConformance):
    """The conformance suite of models."""

    @pytest.fixture
    def case(self):
        """Return a smoothing of generated data."""
        import modelcat_series

        data = modelcat_series.DemoDataset(source="demo", size=200)
        return ModelCase("series/forecast/smoothing", {"alpha": 0.4}, data, inputs=["", "1 2 3"])
