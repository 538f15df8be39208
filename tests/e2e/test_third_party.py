"""A third party's model: its own package and entry point, installed, listed, validated, tuned and conforming."""

import subprocess
import sys
from pathlib import Path

import pytest

from catalog.testing import ModelCase
from plugins.nlp.text_classification.dataset import FilesDataset
from plugins.nlp.text_classification.testing import STRANGE_TEXTS, TextClassifierConformance

EXAMPLE = Path(__file__).parents[1] / "example_plugin"
KEY = "nlp/text-classification/keywords"
ROWS = "text,label\n" + "".join(
    f"{kind} film number {n} and {kind} again,{label}\n"
    for n in range(40)
    for kind, label in (("a good", "praise"), ("a bad", "blame"))
)


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """Install the example's package into a folder of its own, as pip would."""
    target = tmp_path_factory.mktemp("site")
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-build-isolation"]
    subprocess.run([*install, "--target", str(target), str(EXAMPLE)], check=True, capture_output=True, text=True)
    return target


def test_it_is_short():
    """A whole model takes about sixty lines, formatted as all code; blank ones aside."""
    lines = (EXAMPLE / "modelcat_keywords.py").read_text().splitlines()
    assert sum(bool(line.strip()) for line in lines) <= 64


def test_it_is_listed_validated_and_tuned(installed, shell):
    """Everything that works for modelcat's own models works for a third party's."""
    shell.environment["PYTHONPATH"] = str(installed)
    assert KEY in {entry["key"] for entry in shell.json("list")}
    assert shell.json("show", KEY)["parameters"][0]["name"] == "alpha"
    shell.write("rows.csv", ROWS)
    category, subcategory, model = KEY.split("/")
    spec = {"category": category, "subcategory": subcategory, "model": model, "model_config": {"alpha": 1.0}}
    data = {"source": "files", "train": "rows.csv"}
    shell.write("spec.json", {**spec, "dataset": data, "study": {"name": "mine", "trials": 4}})
    assert shell.json("validate", "spec.json")["valid"]
    assert "alpha" in shell.json("validate", "spec.json", "--set", "model_config.alpha=0", code=2)["error"]["field"]
    result = shell.json("run", "spec.json")
    assert result["trials"]["complete"] + result["trials"]["pruned"] == 4
    assert result["test"]["accuracy"] == 1
    assert shell.json("predict", "mine", "a good film", "--precision", "auto")[0]["label"] == "praise"
    assert "cannot answer in bf16" in shell.run("predict", "mine", "a film", "--precision", "bf16", code=2).err


class TestKeywords(TextClassifierConformance):
    """The conformance suite, inherited as a third party would."""

    @pytest.fixture
    def case(self, installed, tmp_path, monkeypatch):
        """Make the model known here and to the processes that the suite starts."""
        monkeypatch.syspath_prepend(str(installed))
        monkeypatch.setenv("PYTHONPATH", str(installed))
        path = tmp_path / "rows.csv"
        path.write_text(ROWS)
        return ModelCase(KEY, {"alpha": 0.5}, FilesDataset(source="files", train=str(path)), STRANGE_TEXTS)
