"""What a config.json says about an architecture: its sizes, each within bounds, and the tensors that they require.

Both are known before anything is built. Otherwise a config.json with a trillion layers would use up the memory.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from plugins.nlp.encoders.families import FAMILIES
from plugins.nlp.encoders.sources.files import shortened

__all__ = ["Architecture", "Shape", "read_architecture"]

Shape = tuple[int, ...]

_MOST = {
    "vocab_size": 1 << 24,
    "max_position_embeddings": 1 << 20,
    "type_vocab_size": 1 << 16,
    "embedding_size": 1 << 16,
    "hidden_size": 1 << 16,
    "intermediate_size": 1 << 18,
    "num_hidden_layers": 512,
    "num_attention_heads": 1 << 10,
}
"""Ten times what any published encoder of these families has; XLM-R XXL has 48 layers of 4096 units."""
_DISTIL = {
    "hidden_size": "dim",
    "intermediate_size": "hidden_dim",
    "num_hidden_layers": "n_layers",
    "num_attention_heads": "n_heads",
}
"""DistilBERT's own names; the names of the others are read too, but its own take precedence."""
_BASE = {
    "hidden_size": 768,
    "num_hidden_layers": 12,
    "num_attention_heads": 12,
    "intermediate_size": 3072,
    "max_position_embeddings": 512,
    "type_vocab_size": 2,
}
_SIZES: Mapping[str, Mapping[str, int]] = {
    "bert": {"vocab_size": 30522, **_BASE},
    "distilbert": {"vocab_size": 30522, **_BASE, "num_hidden_layers": 6},
    "roberta": {"vocab_size": 50265, **_BASE},
    "xlm-roberta": {"vocab_size": 30522, **_BASE},
    "camembert": {"vocab_size": 30522, **_BASE},
    "electra": {
        "vocab_size": 30522,
        **_BASE,
        "embedding_size": 128,
        "hidden_size": 256,
        "num_attention_heads": 4,
        "intermediate_size": 1024,
    },
}
"""The sizes that transformers assumes if a config.json omits them."""
_DROPOUTS = {
    "bert": ("hidden_dropout_prob", "attention_probs_dropout_prob", "classifier_dropout"),
    "distilbert": ("dropout", "attention_dropout", "seq_classif_dropout", "qa_dropout"),
}
_ACTIVATIONS = (
    "gelu", "gelu_fast", "gelu_new", "gelu_python", "gelu_pytorch_tanh", "mish", "quick_gelu", "relu", "silu", "swish",
    "tanh",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Architecture:
    """An encoder, as its config.json describes it.

    Attributes:
        kind: The `model_type`, a key of `FAMILIES`.
        sizes: By the names that BERT has for them.
        settings: All settings for transformers, by its own names; other fields of a config.json are left out, so that a
            checkpoint does not choose what code does.
        max_positions: Tokens that the position table has room for.
    """

    kind: str
    sizes: Mapping[str, int]
    settings: Mapping[str, Any]
    max_positions: int

    def encoder(self) -> Iterator[tuple[str, Shape]]:
        """Yield name and shape of every tensor of the encoder; names without the prefix of the encoder itself."""
        hidden, inner = self.sizes["hidden_size"], self.sizes["intermediate_size"]
        width = self.sizes.get("embedding_size", hidden)
        yield "embeddings.word_embeddings.weight", (self.sizes["vocab_size"], width)
        yield "embeddings.position_embeddings.weight", (self.sizes["max_position_embeddings"], width)
        if self.kind != "distilbert":
            yield "embeddings.token_type_embeddings.weight", (self.sizes["type_vocab_size"], width)
        yield from _norm("embeddings.LayerNorm", width)
        if width != hidden:
            yield from _linear("embeddings_project", hidden, width)
        distil = self.kind == "distilbert"
        for index in range(self.sizes["num_hidden_layers"]):
            layer = f"{FAMILIES[self.kind].layers}.{index}"
            names = "q_lin", "k_lin", "v_lin", "out_lin"
            if not distil:
                names = "self.query", "self.key", "self.value", "output.dense"
            for name in names:
                yield from _linear(f"{layer}.attention.{name}", hidden, hidden)
            yield from _norm(f"{layer}.{'sa_layer_norm' if distil else 'attention.output.LayerNorm'}", hidden)
            yield from _linear(f"{layer}.{'ffn.lin1' if distil else 'intermediate.dense'}", inner, hidden)
            yield from _linear(f"{layer}.{'ffn.lin2' if distil else 'output.dense'}", hidden, inner)
            yield from _norm(f"{layer}.{'output_layer_norm' if distil else 'output.LayerNorm'}", hidden)


def read_architecture(config: Mapping[str, Any]) -> Architecture:
    """Read a config.json whose `model_type` is known.

    Raises:
        ValueError: A size is no whole number, too small, too large, or does not fit another; the message names it.
    """
    kind = config["model_type"]
    sizes: dict[str, int] = {}
    settings: dict[str, Any] = {}
    for name, default in _SIZES[kind].items():
        own = _DISTIL.get(name, name) if kind == "distilbert" else name
        stated = own if own in config else name
        value = config.get(stated, default)
        sizes[name] = settings[own] = _whole(stated, value, 1, _MOST[name])
    if kind == "distilbert":
        del settings["type_vocab_size"]
    if sizes["hidden_size"] % sizes["num_attention_heads"]:
        raise ValueError(
            f"config.json divides {sizes['hidden_size']} hidden units among {sizes['num_attention_heads']} attention "
            "heads, which leaves a rest"
        )
    padding = config.get("pad_token_id", 1 if FAMILIES[kind].padded_positions else 0)
    if padding is not None or FAMILIES[kind].padded_positions:
        settings["pad_token_id"] = _whole("pad_token_id", padding, 0, sizes["vocab_size"] - 1)
    else:
        settings["pad_token_id"] = None
    first = settings["pad_token_id"] + 1 if FAMILIES[kind].padded_positions else 0
    if sizes["max_position_embeddings"] <= first:
        raise ValueError(f"config.json leaves no positions for texts: {sizes['max_position_embeddings']} in all")
    for name in ("bos_token_id", "eos_token_id"):
        if isinstance(config.get(name), int):
            settings[name] = _whole(name, config[name], 0, sizes["vocab_size"] - 1)
    settings |= _numbers(config, kind)
    return Architecture(kind, sizes, settings, sizes["max_position_embeddings"] - first)


def _numbers(config: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """Return the other fields of a config.json that change what a model computes."""
    found: dict[str, Any] = {}
    for name in _DROPOUTS.get(kind, _DROPOUTS["bert"]):
        if (value := config.get(name)) is not None:
            found[name] = _number(name, value, 0, 1)
    if "layer_norm_eps" in config and kind != "distilbert":
        found["layer_norm_eps"] = _number("layer_norm_eps", config["layer_norm_eps"], 1e-30, 1)
    if "initializer_range" in config:
        found["initializer_range"] = _number("initializer_range", config["initializer_range"], 0, 100)
    name = "activation" if kind == "distilbert" else "hidden_act"
    if name in config:
        if config[name] not in _ACTIVATIONS:
            raise ValueError(f"config.json has {name} {shortened(config[name])}; known are {', '.join(_ACTIVATIONS)}")
        found[name] = config[name]
    if kind == "distilbert" and "sinusoidal_pos_embds" in config:
        if not isinstance(config["sinusoidal_pos_embds"], bool):
            raise ValueError("config.json has sinusoidal_pos_embds that is neither true nor false")
        found["sinusoidal_pos_embds"] = config["sinusoidal_pos_embds"]
    if config.get("position_embedding_type", "absolute") != "absolute":
        raise ValueError(
            f"config.json has position_embedding_type {shortened(config['position_embedding_type'])}; only absolute "
            "positions are computed"
        )
    return found


def _whole(name: str, value: object, least: int, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise ValueError(
            f"config.json has {name} {shortened(value)}; it must be a whole number from {least} to {most:,}"
        )
    return value


def _number(name: str, value: object, least: float, most: float) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not least <= value <= most:
        raise ValueError(f"config.json has {name} {shortened(value)}; it must be a number from {least:g} to {most:g}")
    return float(value)


def _linear(name: str, outputs: int, inputs: int) -> Iterator[tuple[str, Shape]]:
    yield f"{name}.weight", (outputs, inputs)
    yield f"{name}.bias", (outputs,)


def _norm(name: str, width: int) -> Iterator[tuple[str, Shape]]:
    yield f"{name}.weight", (width,)
    yield f"{name}.bias", (width,)
