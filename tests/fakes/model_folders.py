"""Small model folders with random weights, and ways to damage them."""

import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from special_files import SPECIAL, put_special
from transformers import (
    AutoModelForSequenceClassification,
    BertTokenizer,
    CamembertConfig,
    DistilBertConfig,
    ElectraConfig,
    RobertaConfig,
    RobertaTokenizer,
    XLMRobertaConfig,
)
from transformers import BertConfig as TransformersBertConfig

from plugins.nlp.encoders.quiet import quiet

WORDPIECES = {p: i for i, p in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "film", "good", "bad"])}
BYTES = {p: i for i, p in enumerate(["<s>", "<pad>", "</s>", "<unk>", "<mask>", *"abcdefghijklmo", "\u0120"])}
SMALL = {"num_hidden_layers": 2, "hidden_size": 16, "num_attention_heads": 2, "intermediate_size": 32}
CONFIGS: dict[str, Callable[[], Any]] = {
    "bert": lambda: TransformersBertConfig(vocab_size=9, max_position_embeddings=32, **SMALL),
    "distilbert": lambda: DistilBertConfig(
        vocab_size=9, max_position_embeddings=32, n_layers=2, dim=16, n_heads=2, hidden_dim=32
    ),
    "electra": lambda: ElectraConfig(vocab_size=9, max_position_embeddings=32, embedding_size=8, **SMALL),
    "roberta": lambda: RobertaConfig(vocab_size=20, max_position_embeddings=34, type_vocab_size=1, **SMALL),
    "xlm-roberta": lambda: XLMRobertaConfig(vocab_size=20, max_position_embeddings=34, type_vocab_size=1, **SMALL),
    "camembert": lambda: CamembertConfig(vocab_size=20, max_position_embeddings=34, type_vocab_size=1, **SMALL),
}
STRANGE: tuple[Any, ...] = (
    0, -1, 1, 2, 3, 7, 512, 10**6, 10**12, 10**30, True, False, "12", "", "x" * 1000, 1.5, 1e308, None, [], {}, [1],
    {"0": 1}, "gelu", "\ud800",
)  # fmt: skip
_FIELDS = (
    "model_type", "vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size",
    "max_position_embeddings", "type_vocab_size", "embedding_size", "pad_token_id", "bos_token_id", "eos_token_id",
    "hidden_act", "hidden_dropout_prob", "attention_probs_dropout_prob", "classifier_dropout", "layer_norm_eps",
    "initializer_range", "dim", "n_layers", "n_heads", "hidden_dim", "num_labels", "id2label", "label2id",
    "architectures", "dtype", "torch_dtype", "problem_type", "use_cache", "chunk_size_feed_forward",
    "quantization_config", "auto_map",
    "per_layer_config", "is_decoder", "add_cross_attention", "tie_word_embeddings", "attn_implementation",
    "layer_types", "position_embedding_type", "transformers_weights", "is_encoder_decoder",
    "output_attentions", "rope_parameters",
)  # fmt: skip


def make_checkpoint(folder: Path, family: str, **config: Any) -> Path:
    """Write a checkpoint with random weights."""
    torch.manual_seed(0)
    with quiet():
        settings = CONFIGS[family]()
        settings.update(config)
        AutoModelForSequenceClassification.from_config(settings).save_pretrained(folder)
        tokenizer = (
            RobertaTokenizer(vocab=BYTES, merges=[]) if "bert" in family and settings.pad_token_id == 1 else None
        )
        (tokenizer or BertTokenizer(vocab=WORDPIECES)).save_pretrained(folder)
    return folder


def change_config(folder: Path, **fields: Any) -> None:
    """Write fields into config.json."""
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **fields}))


def damage(folder: Path, rng: random.Random) -> str:
    """Damage a folder in one of many ways, and say how."""
    files = sorted(path for path in folder.iterdir() if path.is_file())
    path = rng.choice(files)
    content = path.read_bytes()
    match rng.randrange(9):
        case 0 | 1:
            name, value = rng.choice(_FIELDS), rng.choice(STRANGE)
            change_config(folder, **{name: value})
            how = f"{name} = {value!r:.40}"
        case 2:
            how = rng.choice(SPECIAL)
            put_special(path, how)
        case 3:
            for _ in range(rng.choice((1, 5, 200))):
                at = rng.randrange(len(content))
                content = content[:at] + rng.randbytes(1) + content[at + 1 :]
            path.write_bytes(content)
            how = "bytes changed"
        case 4:
            path.write_bytes(content[: rng.randrange(len(content))] + b"\0" * rng.choice((0, 0, 100)))
            how = "cut"
        case 5:
            path.unlink()
            how = "removed"
        case 6:
            how = _change_header(folder / "model.safetensors", rng)
        case _:
            path = rng.choice([each for each in files if each.suffix == ".json"])
            value = json.loads(path.read_text())
            how = _change_somewhere(value, rng)
            path.write_text(json.dumps(value))
    return f"{path.name}: {how}"


def _change_header(path: Path, rng: random.Random) -> str:
    content = path.read_bytes()
    length = int.from_bytes(content[:8], "little")
    if rng.random() < 0.3:
        told = rng.choice((0, 1, length - 1, length + 1, len(content), 1 << 30, (1 << 63) - 1, (1 << 64) - 1))
        path.write_bytes(told.to_bytes(8, "little") + content[8:])
        return f"header of {told} bytes"
    header = json.loads(content[8 : 8 + length])
    where = _change_somewhere(header, rng)
    written = json.dumps(header).encode()
    path.write_bytes(len(written).to_bytes(8, "little") + written + content[8 + length :])
    return f"header: {where}"


def _change_somewhere(value: Any, rng: random.Random) -> str:
    """Replace, remove or add something at any depth; the value is a list or an object."""
    way = []
    while True:
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
        if not keys:
            return "nothing"
        key = rng.choice(keys)
        way.append(str(key)[:30])
        if isinstance(value[key], dict | list) and value[key] and rng.random() < 0.8:
            value = value[key]
            continue
        if rng.random() < 0.25:
            del value[key]
            return f"{'.'.join(way)} removed"
        value[key] = rng.choice(STRANGE)
        return f"{'.'.join(way)} = {value[key]!r:.40}"


def copy_of(folder: Path, target: Path) -> Path:
    """Copy a folder to where none is yet."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(folder, target)
    return target
