"""Finds the parts of an encoder: in transformers their names differ between architectures."""

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from plugins.nlp.encoders.families import FAMILIES

__all__ = ["EncoderModules", "LayerModules", "modules_of"]

_BERT = (
    "attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense",
    "attention.output.LayerNorm", "intermediate.dense", "output.dense", "output.LayerNorm",
)  # fmt: skip
_DISTILBERT = (
    "attention.q_lin", "attention.k_lin", "attention.v_lin", "attention.out_lin",
    "sa_layer_norm", "ffn.lin1", "ffn.lin2", "output_layer_norm",
)  # fmt: skip
"""Where the fields of `LayerModules` are, in their order."""


@dataclass(frozen=True, slots=True, eq=False)
class LayerModules:
    """One layer of an encoder that normalises after each sum (post-LN), as BERT and related models do.

    Attributes:
        query: Projects to the queries of all heads; `key` and `value` likewise.
        mix: From the heads back to the hidden state.
        mixed_norm: After attention.
        up: To the wide layer.
        down: Back from it.
        norm: After that.
    """

    query: nn.Linear
    key: nn.Linear
    value: nn.Linear
    mix: nn.Linear
    mixed_norm: nn.LayerNorm
    up: nn.Linear
    down: nn.Linear
    norm: nn.LayerNorm


@dataclass(frozen=True, slots=True, eq=False)
class EncoderModules:
    """The parts of an encoder with a head.

    Attributes:
        embeddings: The module that holds word, position and perhaps token type embeddings and their normalisation.
        project: From embeddings to the hidden width, where these differ.
        layers: The layers.
        heads: Attention heads of a layer.
        dropout: Share of hidden units dropped in training, of embeddings and after `down`.
        mixed_dropout: The same after `mix`; DistilBERT has none there.
        attention_dropout: Share of attention weights dropped in training.
        activate: Between `up` and `down`.
        per_token: Whether the head reads all tokens; else the first of each text.
        head: From the hidden states of these tokens, fp32, shape (T or B, hidden), to outputs, shape (T or B, outputs).
    """

    embeddings: Any
    project: nn.Linear | None
    layers: tuple[LayerModules, ...]
    heads: int
    dropout: float
    mixed_dropout: float
    attention_dropout: float
    activate: Callable[[torch.Tensor], torch.Tensor]
    per_token: bool
    head: Callable[[torch.Tensor], torch.Tensor]


def modules_of(model: Any) -> EncoderModules:
    """Return the parts of a transformers model of one of `families.FAMILIES`, with a head for texts or for tokens."""
    encoder, config = model.base_model, model.config
    distil, per_token = config.model_type == "distilbert", type(model).__name__.endswith("ForTokenClassification")
    layers, paths = (encoder.transformer.layer, _DISTILBERT) if distil else (encoder.encoder.layer, _BERT)
    dropout = config.dropout if distil else config.hidden_dropout_prob
    return EncoderModules(
        embeddings=encoder.embeddings,
        project=getattr(encoder, "embeddings_project", None),
        layers=tuple(LayerModules(*(attrgetter(path)(layer) for path in paths)) for layer in layers),
        heads=config.num_attention_heads,
        dropout=dropout,
        mixed_dropout=0.0 if distil else dropout,
        attention_dropout=getattr(config, FAMILIES[config.model_type].attention_dropout),
        activate=layers[0].ffn.activation if distil else layers[0].intermediate.intermediate_act_fn,
        per_token=per_token,
        head=_head(model, per_token=per_token),
    )


def _head(model: Any, *, per_token: bool) -> Callable[[torch.Tensor], torch.Tensor]:
    if per_token:
        return lambda hidden_TH: model.classifier(model.dropout(hidden_TH))
    match model.config.model_type:
        case "distilbert":
            return lambda first_BH: model.classifier(model.dropout(functional.relu(model.pre_classifier(first_BH))))
        case "bert":
            return lambda first_BH: model.classifier(model.dropout(model.base_model.pooler(first_BH[:, None])))
        case _:
            return lambda first_BH: model.classifier(first_BH[:, None])
