"""Exports: what is written, that others can use it, and that nothing wrong is ever left behind."""

import errno
import json
import logging
import re
import stat
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from transformers import (
    AutoModelForSequenceClassification,
    BertConfig,
    BertTokenizer,
    DistilBertConfig,
    RobertaConfig,
    RobertaTokenizer,
    pipeline,
)

from catalog.contract import Exported
from catalog.contract.capabilities import Exports
from catalog.errors import InputError, WorkError
from plugins.nlp.encoders.export import agreement, formats, onnx_file
from plugins.nlp.encoders.model_folder import TokenizerSettings, save
from plugins.nlp.encoders.quiet import quiet, silence
from plugins.nlp.text_classification.bert import exporting
from plugins.nlp.text_classification.bert.config import KEY
from plugins.nlp.text_classification.bert.exporting import TASK
from plugins.nlp.text_classification.bert.trainer import BertTrainer

LABELS = {0: "negative", 1: "=positive", 2: "mixed"}
TEXTS = ("a good film", "bad bad", "", "good " * 30, "a film film bad " * 9, "abc")
WORDPIECES = {p: i for i, p in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "film", "good", "bad"])}
BYTES = {p: i for i, p in enumerate(["<s>", "<pad>", "</s>", "<unk>", "<mask>", *"abcdefghijklmo", "\u0120"])}
SIZE = {"num_hidden_layers": 1, "hidden_size": 16, "num_attention_heads": 2, "intermediate_size": 32}
CONFIGS: dict[str, Callable[[], Any]] = {
    "bert": lambda: BertConfig(vocab_size=9, max_position_embeddings=32, **SIZE),
    "distilbert": lambda: DistilBertConfig(
        vocab_size=9, max_position_embeddings=32, n_layers=1, dim=16, n_heads=2, hidden_dim=32
    ),
    "roberta": lambda: RobertaConfig(vocab_size=20, max_position_embeddings=34, type_vocab_size=1, **SIZE),
}


def make_model(folder: Path, family: str, truncation: str = "head") -> Path:
    """Write the folder of a model with random weights that are large enough for answers to differ."""
    torch.manual_seed(0)
    config = CONFIGS[family]()
    config.id2label, config.label2id = LABELS, {name: index for index, name in LABELS.items()}
    with quiet():
        model = AutoModelForSequenceClassification.from_config(config)
        tokenizer = RobertaTokenizer(vocab=BYTES, merges=[]) if family == "roberta" else BertTokenizer(vocab=WORDPIECES)
    weights = {name: value * 20 if value.ndim > 1 else value for name, value in model.state_dict().items()}
    save(folder, model, weights, tokenizer, TokenizerSettings(16, truncation, "fp32"), {"key": KEY, "positive": None})
    return folder


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BERT that reads beginnings."""
    return make_model(tmp_path_factory.mktemp("bert") / "model", "bert")


def export(model_dir: Path, folder: Path, form: str = "onnx", *, quantize: bool = False) -> Exported:
    return BertTrainer().export(model_dir, folder, format=form, quantize=quantize, inputs=TEXTS)


def own(model_dir: Path) -> np.ndarray:
    answers = BertTrainer().open(model_dir, "cpu", 1).predict(TEXTS)
    return np.array([list(answer["probabilities"].values()) for answer in answers])


def follow_instructions(folder: Path, monkeypatch: pytest.MonkeyPatch) -> np.ndarray:
    """Run the code of the folder's README on our texts and return the probabilities."""
    (code,) = re.findall(r"```python\n(.*?)```", (folder / "README.md").read_text(), re.DOTALL)
    assert len(code.strip().splitlines()) <= 20
    monkeypatch.chdir(folder)
    names: dict[str, Any] = {}
    exec(re.sub(r"^texts = .*$", f"texts = {list(TEXTS)!r}", code, flags=re.MULTILINE), names)  # noqa: S102 -- ours
    found: np.ndarray = names["probabilities"]
    return found


@pytest.mark.parametrize(
    ("family", "truncation", "files"),
    [
        ("bert", "head+tail", ["model.onnx"]),
        ("distilbert", "tail", ["model.onnx"]),
        ("roberta", "head", ["model.onnx", "model.onnx.data"]),
    ],
)
def test_onnx_answers_as_the_model_does(
    family: str,
    truncation: str,
    files: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
):
    """Each family's graph takes any batch and length, agrees with torch, and its README's code gives those answers.

    Where the weights do not fit into one file they lie in a second one, which details and README name.
    """
    if len(files) > 1:
        monkeypatch.setattr(onnx_file, "_SINGLE_FILE", 0)
    source = make_model(tmp_path / "model", family, truncation)
    handlers, level = logging.getLogger().handlers[:], logging.root.manager.disable
    exported = export(source, tmp_path / "onnx")
    assert capfd.readouterr() == ("", "")
    assert (logging.getLogger().handlers, logging.root.manager.disable) == (handlers, level)
    assert exported.largest_difference < 1e-5
    assert (exported.same_labels, exported.checked_rows, exported.quantized) == (1.0, 6, False)
    assert exported.seconds_per_text > 0 < exported.own_seconds_per_text
    written = onnx.load(tmp_path / "onnx" / "model.onnx")
    assert [entry.version for entry in written.opset_import if not entry.domain] == [exported.details["opset"]]
    for value in written.graph.input:
        assert [dim.dim_param for dim in value.type.tensor_type.shape.dim] == ["batch", "sequence"]
    assert [value.name for value in written.graph.output] == ["logits"]
    answers = own(source)
    assert np.ptp(answers, axis=0).max() > 0.02  # texts differ, so agreement means something
    assert np.abs(follow_instructions(tmp_path / "onnx", monkeypatch) - answers).max() < 1e-5
    assert exported.details["files"] == files
    readme = (tmp_path / "onnx" / "README.md").read_text()
    assert ("Keep `model.onnx` and `model.onnx.data` together" in readme) == (len(files) > 1)
    record = json.loads((tmp_path / "onnx" / "modelcat.json").read_text())
    assert record["onnx"]["truncation"] == truncation
    assert sum(record["onnx"]["kept_of_long_texts"].values()) == 16
    assert json.loads((tmp_path / "onnx" / "config.json").read_text())["id2label"]["1"] == "=positive"


def test_quantized_onnx_has_small_weights(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Quantised weights are integers, answers stay near, no fp32 graph is left; the difference is reported."""
    exported = export(model, tmp_path / "onnx", quantize=True)
    assert {path.name for path in (tmp_path / "onnx").iterdir()} == {
        "model.onnx",
        "config.json",
        "modelcat.json",
        "tokenizer.json",
        "tokenizer_config.json",
        "README.md",
    }
    written = onnx.load(tmp_path / "onnx" / "model.onnx")
    products = [node for node in written.graph.node if node.op_type == "MatMulInteger"]
    assert len(products) == 6 + 2
    assert 0.8 < exported.details["int8_weights"] <= 1
    assert 0 < exported.largest_difference < 0.2
    assert f"{len(products)} products" in exported.notes[0]
    assert np.abs(follow_instructions(tmp_path / "onnx", monkeypatch) - own(model)).max() < 0.2
    assert exported.bytes == sum(path.stat().st_size for path in (tmp_path / "onnx").iterdir())


def test_hugging_face_folder_is_whole_and_no_more(tmp_path: Path):
    """A pipeline answers from the folder alone; a study's other files stay behind, a card comes along, all readable."""
    source = make_model(tmp_path / "model", "bert", "tail")
    (source / "words.json").write_text("{}")
    (source / "README.md").write_text("# A card\n")
    exported = export(source, tmp_path / "hf", "hf")
    assert {path.name for path in (tmp_path / "hf").iterdir()} == {
        "config.json",
        "model.safetensors",
        "tokenizer.json",
        "tokenizer_config.json",
        "modelcat.json",
        "README.md",
    }
    assert all(path.stat().st_mode & stat.S_IRGRP for path in (tmp_path / "hf").iterdir())
    assert (exported.checked_rows, exported.same_labels, exported.notes) == (6, 1.0, ())
    with quiet():
        pipe = pipeline("text-classification", model=str(tmp_path / "hf"), device="cpu")
        found = pipe(list(TEXTS), truncation=True)
    mine = own(source)
    assert [LABELS[int(row.argmax())] for row in mine] == [answer["label"] for answer in found]
    assert [answer["score"] for answer in found] == pytest.approx(mine.max(axis=1).tolist(), abs=1e-4)


def test_what_a_pipeline_cuts_elsewhere_is_said(tmp_path: Path):
    """Of a head+tail model only the texts that fit are compared with a pipeline, and a note says so."""
    exported = export(make_model(tmp_path / "model", "bert", "head+tail"), tmp_path / "hf", "hf")
    assert exported.checked_rows == 4
    assert "Of 6 texts the 4 that fit were compared" in exported.notes[0]


def test_without_texts_invented_ones_are_compared(model: Path, tmp_path: Path):
    """If there are no examples the check uses sentences of its own."""
    exported = BertTrainer().export(model, tmp_path / "hf", format="hf", quantize=False, inputs=())
    assert exported.checked_rows >= 10


@pytest.mark.parametrize("shift", [0.002, float("nan")])
def test_a_model_that_answers_differently_is_not_kept(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shift: float
):
    """More than a thousandth apart, or no number at all: an error, and nothing is left behind."""
    right = TASK.pipeline_predict
    wrong = replace(TASK, pipeline_predict=lambda folder: lambda texts: right(folder)(texts) + shift)
    monkeypatch.setattr(exporting, "TASK", wrong)
    with pytest.raises(WorkError, match=r"answers differently.*Nothing was kept"):
        export(model, tmp_path / "hf", "hf")
    assert list(tmp_path.iterdir()) == []


def test_quantising_has_a_wider_limit(monkeypatch: pytest.MonkeyPatch):
    """8-bit weights may move a probability, but not all of them far."""
    mine = np.tile([0.9, 0.1], (10, 1))
    one = mine.copy()
    one[0] = [0.4, 0.6]
    near = agreement.compare(lambda texts: mine[: len(texts)], lambda texts: one[: len(texts)], ["x"] * 10)
    assert (near.largest, near.same_labels) == (pytest.approx(0.5), 0.9)
    formats._check(TASK, near, "ONNX Runtime", quantized=True)
    far = agreement.compare(lambda texts: mine[: len(texts)], lambda texts: mine[: len(texts), ::-1], ["x"] * 10)
    with pytest.raises(WorkError, match=r"on average by 0\.8 on 10 texts \(0\.1 is allowed\)"):
        formats._check(TASK, far, "ONNX Runtime", quantized=True)


def test_wrong_wishes_are_refused(model: Path, tmp_path: Path):
    """An unknown format, quantising a Hugging Face folder and an existing folder are refused before any work."""
    assert isinstance(BertTrainer(), Exports)
    with pytest.raises(InputError, match="Unknown format 'gguf'; known are hf, onnx"):
        export(model, tmp_path / "x", "gguf")
    with pytest.raises(InputError, match="cannot be quantised; use onnx"):
        export(model, tmp_path / "x", "hf", quantize=True)
    with pytest.raises(InputError, match="exists; name a folder that does not"):
        export(model, tmp_path, "hf")


@pytest.mark.parametrize("missing", ["onnx", "onnxscript", "onnxruntime.quantization"])
def test_missing_libraries_are_named(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str):
    """Without an optional library the error says which one and how to get it."""
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(WorkError, match=rf"take {missing.partition('.')[0]}.*pip install 'modelcat\[onnx\]'"):
        export(model, tmp_path / "x")
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_an_error_of_ours(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """An error of the system is reported with the folder, and no file stays behind."""

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(formats, "copy_model", full)
    with pytest.raises(WorkError, match=r"hf cannot be written: .*No space left"):
        export(model, tmp_path / "hf", "hf")
    assert list(tmp_path.iterdir()) == []


def test_silence_ends_with_its_block(capsys: pytest.CaptureFixture[str]):
    """Noise inside is swallowed, what comes after is heard again."""
    with silence():
        sys.stdout.write("noise")
        logging.getLogger().warning("noise")
    sys.stdout.write("news")
    assert capsys.readouterr() == ("news", "")
    assert logging.root.manager.disable == 0
