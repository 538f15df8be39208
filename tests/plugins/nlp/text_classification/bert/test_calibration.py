"""Temperature scaling of BERT models: folded into the last layer, once, labels untouched, for every family."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoConfig, AutoModelForSequenceClassification, pipeline

from catalog.contract import TrialResult
from catalog.contract.capabilities import EvaluationFile
from catalog.errors import ModelSourceError
from plugins.classification.evaluation import predictions, temperature
from plugins.nlp.encoders.families import FAMILIES
from plugins.nlp.encoders.quiet import quiet
from plugins.nlp.text_classification.bert.preparation import PreparedBert
from plugins.nlp.text_classification.bert.trainer import BertTrainer
from plugins.nlp.text_classification.records import length_details

Make = Callable[..., Any]
TEXTS = ["a good film", "awful music in long scenes", "the plot", ""]


@pytest.fixture
def trained(prepared: PreparedBert, tiny: Make, make_context: Make) -> TrialResult:
    """A model, and what it said on validation."""
    return BertTrainer().train(tiny(epochs=2), prepared, make_context()[0])


@pytest.fixture
def overconfident(trained: TrialResult, tmp_path: Path) -> Path:
    """Predictions of a model that is always sure and right in 80 of 100."""
    labels = np.tile([0, 1], 100)
    said = np.where(np.arange(200) % 5 == 0, 1 - labels, labels)
    sure = np.where(said[:, None] == [0, 1], 0.99, 0.01)
    path = tmp_path / "said.parquet"
    predictions.write(path, labels, sure)
    return path


def test_scores_are_divided_by_the_temperature(trained: TrialResult, overconfident: Path):
    """Predictions after calibrating are those before, at the fitted temperature, for modelcat and for a pipeline."""
    trainer, folder = BertTrainer(), trained.model_dir
    before = list(trainer.open(folder, "cpu", 1).predict(TEXTS))
    fitted = trainer.calibrate(folder, overconfident)
    assert fitted > 2
    after = list(trainer.open(folder, "cpu", 1).predict(TEXTS))
    rows = np.array([list(answer["probabilities"].values()) for answer in before])
    expected = temperature.rescale(rows, fitted)
    np.testing.assert_allclose([list(answer["probabilities"].values()) for answer in after], expected, atol=1e-5)
    assert [answer["label"] for answer in after] == [answer["label"] for answer in before]
    with quiet():
        theirs = pipeline("text-classification", model=str(folder), device="cpu")(TEXTS, truncation=True)
    assert [answer["score"] for answer in theirs] == pytest.approx([answer["confidence"] for answer in after], abs=1e-5)


def test_calibrating_twice_changes_nothing(trained: TrialResult, overconfident: Path):
    """The weights know their temperature, so that a study which dies while closing may calibrate again."""
    trainer, weights = BertTrainer(), trained.model_dir / "model.safetensors"
    first = trainer.calibrate(trained.model_dir, overconfident)
    content = weights.read_bytes()
    assert trainer.calibrate(trained.model_dir, overconfident) == first
    assert weights.read_bytes() == content
    assert sorted(path.name for path in trained.model_dir.iterdir()) == [
        "config.json",
        "model.safetensors",
        "modelcat.json",
        "tokenizer.json",
        "tokenizer_config.json",
    ]


def test_a_damaged_model_is_not_calibrated(trained: TrialResult, overconfident: Path, tmp_path: Path):
    """A file that holds no weights, or no such layer, is refused and left as it is."""
    folder = Path(shutil.copytree(trained.model_dir, tmp_path / "broken"))
    (folder / "model.safetensors").write_bytes(b"no weights")
    with pytest.raises(ModelSourceError, match="damaged"):
        BertTrainer().calibrate(folder, overconfident)
    assert (folder / "model.safetensors").read_bytes() == b"no weights"


@pytest.mark.parametrize("kind", FAMILIES)
def test_the_last_layer_of_each_family_gives_the_scores(kind: str):
    """Dividing the named layer's weight and bias divides the scores of every text."""
    small = {
        "hidden_size": 16,
        "dim": 16,
        "num_hidden_layers": 1,
        "n_layers": 1,
        "num_attention_heads": 2,
        "n_heads": 2,
    }
    config = AutoConfig.for_model(kind, vocab_size=30, intermediate_size=16, hidden_dim=16, num_labels=3, **small)
    model = AutoModelForSequenceClassification.from_config(config).eval()
    ids = torch.tensor([[5, 6, 7, 8]])
    with torch.no_grad():
        before = model(ids).logits
        layer = model.get_submodule(FAMILIES[kind].last_layer)
        for part in (layer.weight, layer.bias):
            part.div_(2.5)
        torch.testing.assert_close(model(ids).logits, before / 2.5)


def test_a_training_is_judged_in_full(trained: TrialResult, prepared: PreparedBert):
    """What a training leaves agrees with its metrics, and holds lengths, tokens, size, memory and training accuracy."""
    found = trained.evaluation
    assert found.predictions == trained.predictions
    for name, value in trained.metrics.items():
        if name != "loss":
            assert found.metrics[name] == pytest.approx(value, abs=1e-6)
    assert found.intervals["accuracy"][0] <= found.metrics["accuracy"] <= found.intervals["accuracy"][1]
    assert sum(bucket.rows for bucket in length_details(found).lengths) == found.rows == 40
    assert length_details(found).tokens == prepared.tokens["validation"].ids.size
    assert found.model_bytes == sum(path.stat().st_size for path in trained.model_dir.iterdir())
    assert found.peak_memory_bytes > 50e6
    assert all(0 <= epoch.train_metrics["accuracy"] <= 1 for epoch in trained.history)


def test_lengths_are_those_before_the_cut(prepared: PreparedBert, tiny: Make, make_context: Make, tmp_path: Path):
    """A text that is cut counts with all its tokens, and as truncated."""
    folder = BertTrainer().train(tiny(epochs=1), prepared, make_context()[0]).model_dir
    file = tmp_path / "long.csv"
    file.write_text("text,label\n" + "good film " * 40 + ",positive\nbad,negative\n")
    found = BertTrainer().evaluate_file(folder, EvaluationFile(file), folder=tmp_path, device="cpu", threads=1)
    assert [(bucket.low, bucket.truncated) for bucket in length_details(found).lengths] == [(3, 0.0), (82, 1.0)]
