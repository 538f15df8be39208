"""What every machine of a cluster must see is found in the spec."""

from dataclasses import replace
from pathlib import Path

import pytest

from catalog.spec import resolve
from plugins.nlp.text_classification.dataset import FilesDataset
from runner.engine.local import LocalEngine
from runner.engine.ray.engine import RayEngine
from runner.study.workspace import engine_for


@pytest.fixture
def model(tmp_path):
    """Return the folder of a model, with two files and a folder in it."""
    folder = tmp_path / "model"
    (folder / "onnx").mkdir(parents=True)
    for name in ("config.json", "model.safetensors"):
        (folder / name).touch()
    return folder


def bert(folder, **config):
    """Return a request for BERT on generated reviews."""
    names = {"category": "nlp", "subcategory": "text-classification", "model": "bert"}
    return resolve({**names, "model_config": config, "dataset": {"source": "demo"}}, folder)


def test_a_local_models_files_are_looked_for(tmp_path, workspace, model):
    """However the spec writes the folder; an id of a hub is none, nor is a folder that is not there."""
    on_ray = replace(workspace, engine="ray")
    there = [model, model / "config.json", model / "model.safetensors", model / "onnx"]
    for written in (str(model), "model"):
        engine = engine_for(on_ray, bert(tmp_path, model_name=written), print)
        assert isinstance(engine, RayEngine)
        assert engine.files == there
    assert engine_for(on_ray, bert(tmp_path, model_name="some/model"), print).files == []
    assert isinstance(engine_for(workspace, bert(tmp_path, model_name="model"), print), LocalEngine)


def test_data_are_looked_for(tmp_path, workspace, request_of):
    """Every split that has a file of its own is found."""
    for name in ("train.csv", "test.csv"):
        (tmp_path / name).touch()
    data = FilesDataset(source="files", train="train.csv", test="test.csv").resolved(tmp_path)
    engine = engine_for(replace(workspace, engine="ray"), replace(request_of(), dataset=data), print)
    assert [Path(file).name for file in engine.files] == ["train.csv", "test.csv"]
