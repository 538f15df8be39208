"""Where a model comes from: local folders, the hub, scratch; and what is refused."""

import json
import shutil
import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from model_folders import CONFIGS, WORDPIECES, change_config, make_checkpoint
from safetensors.torch import load_file
from transformers import AutoModelForSequenceClassification, BertModel, BertTokenizer, pipeline

from catalog.errors import ModelSourceError, UnreachableError
from plugins.nlp.encoders.model_folder import TokenizerSettings, save
from plugins.nlp.encoders.packed import PackedModel
from plugins.nlp.encoders.precision import Precision
from plugins.nlp.encoders.quiet import quiet
from plugins.nlp.encoders.scoring import outputs_of
from plugins.nlp.encoders.sources import hub
from plugins.nlp.encoders.sources.source import build, load_source
from plugins.nlp.encoders.stepper import Stepper
from plugins.nlp.encoders.text_encoder import text_encoder
from plugins.nlp.encoders.tokens import encode
from plugins.nlp.text_classification.bert.config import KEY, BertConfig
from plugins.nlp.text_classification.bert.objective import ClassObjective, log_probabilities
from plugins.nlp.text_classification.bert.preparation import HEAD

CPU = torch.device("cpu")
LABELS = ("negative", "positive")
TEXTS = ["a good film", "bad", "a b c d e f g h i j", ""]


def settings_for(folder: Path | str, length: int = 16) -> BertConfig:
    return BertConfig(model_name=str(folder), max_seq_length=length, batch_size=4, learning_rate=1e-3)


@pytest.mark.parametrize("family", list(CONFIGS))
def test_family_trains_and_does_not_depend_on_padding(family: str, tmp_path: Path):
    """Each allowed architecture loads from a folder, scores texts alike padded and alone, and learns in a step."""
    source = load_source(
        settings_for(make_checkpoint(tmp_path / "m", family)), replace(HEAD, labels=LABELS), [], tmp_path
    )
    assert source.max_positions == 32
    encoder = text_encoder(source.tokenizer, 16, "head")
    tokens = encode(TEXTS, encoder)
    model = PackedModel(build(source, 0.0, seed=0).eval(), CPU, Precision("fp32", "cpu"))
    together = log_probabilities(model, tokens)
    alone = np.concatenate([log_probabilities(model, encode([text], encoder)) for text in TEXTS])
    assert np.allclose(together, alone, atol=1e-5)
    objective = ClassObjective(tokens, np.array([1, 0, 1, 0]), np.ones(2, np.float32), CPU)
    before = objective.evaluate(outputs_of(model, tokens)).metrics["loss"]
    stepper = Stepper(model, objective, settings_for("x"))
    for _ in range(3):
        stepper.step(np.array([3, 1, 0, 2]), 1e-3)
    assert objective.evaluate(outputs_of(model, tokens)).metrics["loss"] < before


@pytest.mark.parametrize("family", ["bert", "distilbert", "roberta"])
def test_attention_dropout_reaches_the_model(family: str, tmp_path: Path):
    """Attention dropout changes training scores of every family, and 0 leaves them as they are."""
    source = load_source(
        settings_for(make_checkpoint(tmp_path / "m", family)), replace(HEAD, labels=LABELS), [], tmp_path
    )
    ids = torch.tensor([[2, 5, 6, 7, 3]])
    spread = []
    for dropout in (0.0, 0.9):
        model = build(source, dropout, seed=0)
        for module in model.modules():
            if isinstance(module, torch.nn.Dropout) and module.p in {0.1, 0.2}:
                module.p = 0.0
        with torch.no_grad():
            spread.append(float(torch.stack([model(input_ids=ids).logits for _ in range(4)]).std(dim=0).max()))
    assert spread[0] == 0 < spread[1]


def test_encoder_without_classifier_gets_one_from_the_seed(tmp_path: Path):
    """A bare encoder's weights are kept for every seed; its new classifier depends on the seed alone."""
    torch.manual_seed(1)
    with quiet():
        encoder = BertModel(CONFIGS["bert"](), add_pooling_layer=False)
        encoder.save_pretrained(tmp_path / "m")
        BertTokenizer(vocab=WORDPIECES).save_pretrained(tmp_path / "m")
    source = load_source(settings_for(tmp_path / "m"), replace(HEAD, labels=("a", "b", "c")), [], tmp_path)
    first, again, other = (build(source, 0.0, seed=seed).state_dict() for seed in (0, 0, 1))
    word = "bert.embeddings.word_embeddings.weight"
    assert torch.equal(first[word], encoder.state_dict()["embeddings.word_embeddings.weight"])
    assert torch.equal(first[word], other[word])
    assert first["classifier.weight"].shape == (3, 16)
    assert torch.equal(first["classifier.weight"], again["classifier.weight"])
    assert not torch.equal(first["classifier.weight"], other["classifier.weight"])
    assert not torch.equal(first["bert.pooler.dense.weight"], other["bert.pooler.dense.weight"])
    assert not first["classifier.bias"].any()
    assert source.config.id2label == {0: "a", 1: "b", 2: "c"}


def test_training_leaves_the_shared_weights_alone(tmp_path: Path):
    """A model that is trained is a copy: the source stays as it was for the next one."""
    source = load_source(
        settings_for(make_checkpoint(tmp_path / "m", "bert")), replace(HEAD, labels=LABELS), [], tmp_path
    )
    before = {name: value.clone() for name, value in source.weights.items()}
    with torch.no_grad():
        for parameter in build(source, 0.0, seed=0).parameters():
            parameter.add_(1)
    assert all(torch.equal(value, before[name]) for name, value in source.weights.items())


def test_half_precision_checkpoint_is_trained_in_fp32(tmp_path: Path):
    """Weights stored as bf16 are fp32 in memory."""
    folder = make_checkpoint(tmp_path / "m", "bert")
    with quiet():
        model = AutoModelForSequenceClassification.from_pretrained(folder, dtype=torch.bfloat16)
        model.save_pretrained(folder)
    source = load_source(settings_for(folder), replace(HEAD, labels=LABELS), [], tmp_path)
    assert {value.dtype for value in build(source, 0.0, 0).state_dict().values()} == {torch.float32}


def test_length_beyond_the_position_table_is_refused(tmp_path: Path):
    """A model that sees less than max_seq_length says how much it sees; RoBERTa's first positions do not count."""
    for family in ("bert", "roberta"):
        folder = make_checkpoint(tmp_path / family, family)
        load_source(settings_for(folder, 32), replace(HEAD, labels=LABELS), [], tmp_path)
        with pytest.raises(ModelSourceError, match=r"33, but .* sees 32 tokens") as caught:
            load_source(settings_for(folder, 33), replace(HEAD, labels=LABELS), [], tmp_path)
        assert caught.value.field == "model_config.max_seq_length"


def lose_tokenizer(folder: Path) -> None:
    for path in folder.glob("*token*"):
        path.unlink()


def cut_weights(folder: Path) -> None:
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])


def shrink_vocabulary(folder: Path) -> None:
    shutil.copytree(make_checkpoint(folder / "other", "bert", vocab_size=7), folder, dirs_exist_ok=True)


def shard(folder: Path, place: object, holds: str = "model-1.safetensors") -> None:
    """Turn one file of weights into `holds`, and an index that sends every tensor to `place`."""
    names = sorted(load_file(folder / "model.safetensors"))
    (folder / "model.safetensors").rename(folder / holds)
    index = {"metadata": {"total_size": 1}, "weight_map": dict.fromkeys(names, place)}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))


BREAK: dict[str, Callable[[Path], Any]] = {
    "index of a pickle": lambda folder: shard(folder, "w.bin", holds="w.bin"),
    "index of another folder": lambda folder: shard(folder, "../m/model-1.safetensors"),
    "index of a missing file": lambda folder: shard(folder, "model-2.safetensors"),
    "index of numbers": lambda folder: shard(folder, 1),
    "index without a map": lambda folder: (
        (folder / "model.safetensors").rename(folder / "model.safetensors.index.json").write_text("{}")
    ),
    "weights by another name": lambda folder: change_config(folder, transformers_weights=["x.safetensors.index.json"]),
    "no config": lambda folder: (folder / "config.json").unlink(),
    "config is not JSON": lambda folder: (folder / "config.json").write_text("{"),
    "config is a list": lambda folder: (folder / "config.json").write_text("[]"),
    "unknown architecture": lambda folder: change_config(folder, model_type="distilbret"),
    "code of its own": lambda folder: change_config(folder, auto_map={"AutoModel": "x.Y"}),
    "a decoder": lambda folder: change_config(folder, is_decoder=True),
    "only a pickle": lambda folder: (folder / "model.safetensors").rename(folder / "pytorch_model.bin"),
    "no weights": lambda folder: (folder / "model.safetensors").unlink(),
    "cut weights": cut_weights,
    "garbage weights": lambda folder: (folder / "model.safetensors").write_bytes(b"\xff" * 64),
    "no tokenizer": lose_tokenizer,
    "broken tokenizer": lambda folder: (folder / "tokenizer.json").write_text('{"version": 1}'),
    "other layers": lambda folder: change_config(folder, num_hidden_layers=3),
    "small vocabulary": shrink_vocabulary,
}


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ("no config", "holds no config.json. It holds: "),
        ("config is not JSON", "not readable JSON"),
        ("config is a list", "must hold a JSON object"),
        ("unknown architecture", "did you mean 'distilbert'"),
        ("code of its own", "never executed"),
        ("a decoder", "makes the model a decoder"),
        ("only a pickle", "pytorch_model.bin: a pickle"),
        ("no weights", "holds no weights"),
        ("index of a pickle", "names 'w.bin'; only .safetensors files"),
        ("index of another folder", "only .safetensors files of the same folder"),
        ("index of a missing file", "names 'model-2.safetensors', which is missing"),
        ("index of numbers", "names 1; only .safetensors files"),
        ("index without a map", "maps no tensors to files"),
        ("weights by another name", "names weights of its own"),
        ("cut weights", "cannot be loaded"),
        ("garbage weights", "cannot be loaded"),
        ("no tokenizer", "holds no tokenizer"),
        ("broken tokenizer", "cannot be loaded"),
        ("other layers", "do not fit its config.json"),
        ("small vocabulary", "tokenizer has 9 tokens, its model only 7"),
    ],
)
def test_broken_folder_is_refused(how: str, says: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    """A folder that is incomplete, damaged or unsafe is refused with its reason, and nothing is printed."""
    folder = make_checkpoint(tmp_path / "m", "bert")
    BREAK[how](folder)
    with pytest.raises(ModelSourceError) as caught:
        load_source(settings_for(folder), replace(HEAD, labels=LABELS), [], tmp_path)
    assert says in caught.value.message
    assert caught.value.field == "model_config.model_name"
    assert capfd.readouterr() == ("", "")


def test_weights_in_several_files_are_read(tmp_path: Path):
    """An index whose files are safetensors of the same folder serves as one file does."""
    whole = load_source(
        settings_for(make_checkpoint(tmp_path / "m", "bert")), replace(HEAD, labels=LABELS), [], tmp_path
    )
    shard(tmp_path / "m", "model-1.safetensors")
    source = load_source(settings_for(tmp_path / "m"), replace(HEAD, labels=LABELS), [], tmp_path)
    assert set(source.weights) == set(whole.weights)
    assert all(torch.equal(value, whole.weights[name]) for name, value in source.weights.items())


@pytest.mark.parametrize(
    "config", [{"problem_type": "multi_label_classification"}, {"problem_type": "regression", "num_labels": 1}]
)
def test_classes_exclude_each_other_whatever_the_checkpoint_did(config: dict[str, Any], tmp_path: Path):
    """A checkpoint of several labels a text, or of a number, becomes one of one class a text, for pipelines too."""
    folder = make_checkpoint(tmp_path / "m", "bert", **config)
    assert json.loads((folder / "config.json").read_text())["problem_type"] == config["problem_type"]
    source = load_source(settings_for(folder), replace(HEAD, labels=LABELS), [], tmp_path)
    reading = TokenizerSettings(max_length=16, truncation="head", precision="fp32")
    model = build(source, 0.0, seed=0)
    save(tmp_path / "saved", model, model.state_dict(), source.tokenizer, reading, {"key": KEY})
    saved = json.loads((tmp_path / "saved" / "config.json").read_text())
    assert saved["problem_type"] == "single_label_classification"
    with quiet():
        answers = pipeline("text-classification", model=str(tmp_path / "saved"), device="cpu")(
            "a good film", top_k=None
        )
    assert sum(answer["score"] for answer in answers) == pytest.approx(1)


def test_name_that_is_neither_folder_nor_id(tmp_path: Path):
    """A path that does not exist, and a file, are refused without asking the hub."""
    (tmp_path / "file").write_text("x")
    for name, says in (
        (str(tmp_path / "nowhere"), "neither an existing folder"),
        (str(tmp_path / "file"), "is a file"),
    ):
        with pytest.raises(ModelSourceError, match=says):
            load_source(settings_for(name), replace(HEAD, labels=LABELS), [], tmp_path)


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Make every look-up of a host fail, and the hub's cache a folder of the test's own, which is returned."""
    from huggingface_hub import constants

    def refuse(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr("huggingface_hub._snapshot_download.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path / "hub"


def test_unreachable_hub_tells_three_ways_on(no_network: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    """Without a hub the error names it, the cache, a local folder and the demo, at once and with nothing printed."""
    with pytest.raises(UnreachableError) as caught:
        load_source(settings_for("bert-base-uncased"), replace(HEAD, labels=LABELS), [], tmp_path)
    for way in ("bert-base-uncased", "HF_HOME", '"model_name": "path/to/model"', "scratch/bert-tiny", '"demo"'):
        assert way in caught.value.message
    assert caught.value.__cause__ is not None
    assert capfd.readouterr() == ("", "")


def test_cached_copy_serves_without_a_hub(no_network: Path, tmp_path: Path):
    """If the hub is away, the copy in its cache is used, and a note says so."""
    repo = no_network / "models--owner--toy"
    make_checkpoint(repo / "snapshots" / ("a" * 40), "bert")
    (repo / "refs").mkdir()
    (repo / "refs" / "main").write_text("a" * 40)
    source = load_source(settings_for("owner/toy"), replace(HEAD, labels=LABELS), [], tmp_path)
    assert "cached copy" in source.notes[0]
    (repo / "snapshots" / ("a" * 40) / "model.safetensors").unlink()
    with pytest.raises(UnreachableError, match="does not hold it"):
        load_source(settings_for("owner/toy"), replace(HEAD, labels=LABELS), [], tmp_path)


def test_hub_that_does_not_answer_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, no_network: Path):
    """A look-up that hangs is given up after the limit."""
    import threading

    released = threading.Event()
    monkeypatch.setattr(hub, "_PROBE_SECONDS", 0.05)
    monkeypatch.setattr("huggingface_hub.HfApi.model_info", lambda *_, **__: released.wait(30))
    with pytest.raises(UnreachableError, match="no answer within"):
        hub.fetch("owner/toy")
    released.set()


@pytest.mark.parametrize(("error", "says"), [("RepositoryNotFoundError", "no model"), ("GatedRepoError", "is gated")])
def test_hub_that_answers_no(monkeypatch: pytest.MonkeyPatch, no_network: Path, error: str, says: str):
    """An id that the hub does not have, or gates, is the input's fault, not the network's."""
    from huggingface_hub import errors

    response = SimpleNamespace(headers={}, request=None, status_code=404)

    def answer(*_: object, **__: object) -> None:
        raise getattr(errors, error)("no", response=response)

    monkeypatch.setattr("huggingface_hub.HfApi.model_info", answer)
    with pytest.raises(ModelSourceError, match=says):
        hub.fetch("owner/toy")


def test_offline_mode_is_named_as_the_reason(monkeypatch: pytest.MonkeyPatch, no_network: Path):
    """With HF_HUB_OFFLINE set, the error says that this is why."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(UnreachableError, match="HF_HUB_OFFLINE is set"):
        hub.fetch("owner/toy")


def test_scratch_has_the_published_shape(tmp_path: Path):
    """Scratch models have the published layers and widths, a vocabulary of their texts, and the seed's weights."""
    for name, layers, hidden, heads in (("bert-tiny", 2, 128, 2), ("bert-mini", 4, 256, 4), ("bert-medium", 8, 512, 8)):
        config = BertConfig(model_name=f"scratch/{name}", max_seq_length=512)
        source = load_source(config, replace(HEAD, labels=LABELS), ["one film", "two films"], tmp_path)
        shape = source.config
        assert (shape.num_hidden_layers, shape.hidden_size, shape.num_attention_heads) == (layers, hidden, heads)
        assert shape.intermediate_size == 4 * hidden
        assert shape.vocab_size == len(source.tokenizer)
        assert (source.max_positions, source.weights) == (512, {})
    tiny = load_source(
        BertConfig(model_name="scratch/bert-tiny"), replace(HEAD, labels=LABELS), ["one film", "two films"], tmp_path
    )
    first, again, other = (build(tiny, 0.0, seed=seed).state_dict() for seed in (0, 0, 1))
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert any(not torch.equal(first[name], other[name]) for name in first)
    assert 0.015 < first["bert.encoder.layer.0.output.dense.weight"].std() < 0.025
    assert (first["bert.embeddings.LayerNorm.weight"] == 1).all()
    assert not first["bert.embeddings.word_embeddings.weight"][0].any()  # padding
