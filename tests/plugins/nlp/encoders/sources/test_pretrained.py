"""Model folders of third parties: `validate` and `run` say the same of each, at once and in little memory."""

import json
import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from model_folders import CONFIGS, change_config, copy_of, make_checkpoint
from special_files import SPECIAL, put_special

from catalog.errors import ModelSourceError
from plugins.nlp.encoders.sources.architecture import read_architecture
from plugins.nlp.encoders.sources.source import load_source
from plugins.nlp.text_classification.bert.config import BertConfig
from plugins.nlp.text_classification.bert.descriptor import model
from plugins.nlp.text_classification.bert.preparation import HEAD
from plugins.nlp.text_classification.dataset import FilesDataset
from plugins.nlp.text_classification.task import task

LABELS = ("negative", "positive")


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Whole folders, one of each family."""
    root = tmp_path_factory.mktemp("folders")
    return {family: make_checkpoint(root / family, family) for family in CONFIGS}


@pytest.fixture
def verdicts(bert_files: FilesDataset, tmp_path: Path) -> Callable[[Path], tuple[str | None, str | None]]:
    """Return what `validate` and `run` say of a folder: None, or why it is refused."""

    def ask(folder: Path) -> tuple[str | None, str | None]:
        config = BertConfig(model_name=str(folder), max_seq_length=16)
        found: list[str | None] = []
        for look in (
            lambda: model.check(config, task.load(bert_files, tmp_path)),
            lambda: load_source(config, replace(HEAD, labels=LABELS), [], tmp_path),
        ):
            try:
                look()
                found.append(None)
            except ModelSourceError as error:
                found.append(f"{error.field}: {error.message}")
        return found[0], found[1]

    return ask


def header_of(folder: Path, change: Callable[[dict[str, Any]], Any] | bytes) -> None:
    """Replace the header of the weights, or change it."""
    path = folder / "model.safetensors"
    content = path.read_bytes()
    length = int.from_bytes(content[:8], "little")
    if isinstance(change, bytes):
        path.write_bytes(change + content[8:])
        return
    header = json.loads(content[8 : 8 + length])
    change(header)
    written = json.dumps(header).encode()
    path.write_bytes(len(written).to_bytes(8, "little") + written + content[8 + length :])


def into(name: str, content: str | bytes) -> Callable[[Path], Any]:
    return lambda folder: (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())


SIZES = ("num_hidden_layers", "hidden_size", "num_attention_heads", "intermediate_size", "vocab_size")
ATTEMPTS: dict[str, tuple[Callable[[Path], Any], str]] = {
    **{
        f"{name} {value!r}": (lambda folder, name=name, value=value: change_config(folder, **{name: value}), name)
        for name in (*SIZES, "max_position_embeddings", "type_vocab_size")
        for value in (0, -1, 10**12, True, "12", 1.5, None, 10**400)
        if value != 10**400 or name == "vocab_size"
    },
    "fewer layers": (lambda folder: change_config(folder, num_hidden_layers=1), "more layers than the 1"),
    "more layers": (lambda folder: change_config(folder, num_hidden_layers=3), "do not fit its config.json"),
    "500 layers": (lambda folder: change_config(folder, num_hidden_layers=500), "do not fit its config.json"),
    "wider": (lambda folder: change_config(folder, hidden_size=32), "do not fit its config.json"),
    "heads that leave a rest": (lambda folder: change_config(folder, num_attention_heads=3), "leaves a rest"),
    "larger vocabulary": (lambda folder: change_config(folder, vocab_size=10), "do not fit its config.json"),
    "padding outside": (lambda folder: change_config(folder, pad_token_id=9), "pad_token_id"),
    "dropout of 2": (lambda folder: change_config(folder, hidden_dropout_prob=2), "hidden_dropout_prob"),
    "unknown activation": (lambda folder: change_config(folder, hidden_act="exec"), "hidden_act"),
    "relative positions": (lambda folder: change_config(folder, position_embedding_type="relative_key"), "relative"),
    "NaN": (into("config.json", '{"model_type": "bert", "layer_norm_eps": NaN}'), "not readable JSON"),
    "config is empty": (into("config.json", ""), "not readable JSON"),
    "config is deep": (into("config.json", "[" * 100_000), "not readable JSON"),
    "config is not UTF-8": (into("config.json", b"\xff\xfe{"), "not readable JSON"),
    "config is too long": (into("config.json", b" " * (17 << 20)), "larger than"),
    "pickle only": (lambda folder: (folder / "model.safetensors").rename(folder / "pytorch_model.bin"), "a pickle"),
    "no weights": (lambda folder: (folder / "model.safetensors").unlink(), "holds no weights"),
    "no tokenizer": (lambda folder: (folder / "tokenizer.json").unlink(), "holds no tokenizer"),
    "weights are empty": (into("model.safetensors", b""), "its header would have"),
    "header without end": (lambda folder: header_of(folder, b"\xff" * 8), "its header would have"),
    "header of 1 GB": (lambda folder: header_of(folder, (1 << 30).to_bytes(8, "little")), "its header would have"),
    "header cut": (into("model.safetensors", (100).to_bytes(8, "little") + b"{}"), "ends within its header"),
    "header is a list": (into("model.safetensors", (2).to_bytes(8, "little") + b"[]"), "no JSON object"),
    "tensor without a shape": (
        lambda folder: header_of(folder, lambda header: header["classifier.bias"].pop("shape")),
        "'classifier.bias' in a way that cannot be",
    ),
    "tensor of another shape": (
        lambda folder: header_of(folder, lambda header: header["classifier.bias"].update(shape=[1 << 60])),
        "'classifier.bias' in a way that cannot be",
    ),
    "tensor beyond the end": (
        lambda folder: header_of(
            folder, lambda header: header.update(x={"dtype": "U8", "shape": [9], "data_offsets": [0, 9]})
        ),
        "overlap",
    ),
    "whole numbers": (
        lambda folder: header_of(
            folder, lambda header: header["bert.embeddings.word_embeddings.weight"].update(dtype="I32")
        ),
        "embeddings.word_embeddings.weight",
    ),
    "tokenizer is empty": (into("tokenizer.json", ""), "cannot be loaded as a tokenizer"),
    "tokenizer of another form": (into("tokenizer.json", '{"version": 1}'), "cannot be loaded as a tokenizer"),
    "tokenizer with code": (into("tokenizer_config.json", '{"auto_map": {"AutoTokenizer": "x.Y"}}'), "auto_map"),
    "tokenizer class": (into("tokenizer_config.json", '{"tokenizer_class": 5}'), "tokenizer_class is 5"),
    "a token that is a number": (into("special_tokens_map.json", '{"pad_token": 5}'), "pad_token is 5"),
    "settings that are a list": (into("tokenizer_config.json", "[]"), "must hold a JSON object"),
    "an adapter": (into("adapter_config.json", "{}"), "holds an adapter"),
}


@pytest.mark.parametrize("how", ATTEMPTS)
def test_validate_and_run_refuse_alike(
    how: str, folders: dict[str, Path], verdicts: Callable[[Path], tuple[str | None, str | None]], tmp_path: Path
) -> None:
    """A folder that cannot be used is refused by both with the same message, before anything is built."""
    folder = copy_of(folders["bert"], tmp_path / "m")
    attempt, says = ATTEMPTS[how]
    attempt(folder)
    began = time.perf_counter()
    validated, run = verdicts(folder)
    assert validated is not None, run
    assert validated == run
    assert says in validated
    assert time.perf_counter() - began < 5


@pytest.mark.parametrize("family", CONFIGS)
def test_whole_folders_are_valid(
    family: str, folders: dict[str, Path], verdicts: Callable[[Path], tuple[str | None, str | None]]
) -> None:
    """Both accept a folder of every family."""
    assert verdicts(folders[family]) == (None, None)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"])
@pytest.mark.parametrize("kind", SPECIAL)
def test_what_is_no_file_is_not_waited_for(
    name: str,
    kind: str,
    folders: dict[str, Path],
    verdicts: Callable[[Path], tuple[str | None, str | None]],
    tmp_path: Path,
) -> None:
    """A pipe, a device or a link to nowhere in the place of a file ends in one message, or counts as missing."""
    folder = copy_of(folders["bert"], tmp_path / "m")
    put_special(folder / name, kind)
    validated, run = verdicts(folder)
    assert validated == run
    assert validated is not None or (name == "tokenizer_config.json" and kind in {"folder", "circle", "nowhere"})


def test_names_that_cannot_be_looked_at_are_refused(
    verdicts: Callable[[Path], tuple[str | None, str | None]], tmp_path: Path
) -> None:
    """A file, a pipe, nothing, the home of an unknown user and a name that is too long are refused by both."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "file").write_text("x")
    for name in (tmp_path / "pipe", tmp_path / "file", tmp_path / "nowhere", Path("~nobody-here/m"), Path("x" * 400)):
        validated, run = verdicts(name)
        assert validated is not None, name
        assert validated == run


def test_defaults_are_those_of_transformers() -> None:
    """A size that a config.json leaves out is what transformers takes it for."""
    from transformers import AutoConfig

    for family in CONFIGS:
        made = AutoConfig.for_model(family)
        for name, value in read_architecture({"model_type": family}).settings.items():
            assert getattr(made, name) == value, (family, name)
