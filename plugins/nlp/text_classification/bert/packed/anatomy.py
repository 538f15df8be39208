"""Where the parts of an encoder are: transformers gives the same parts other names in each architecture."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.nn import functional

__all__ = ["Anatomy", "Block", "anatomy_of"]


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """One layer of an encoder that normalises after each sum (post-LN), as BERT and its kin do.

    Attributes:
        query: To the queries of all heads; `key` and `value` likewise.
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
class Anatomy:
    """The parts of a sequence classifier.

    Attributes:
        embeddings: The module that holds word, position and perhaps token type embeddings and their normalisation.
        project: From embeddings to the hidden width, where these differ.
        blocks: The layers.
        heads: Attention heads of a layer.
        dropout: Share of hidden units dropped in training, of embeddings and after `down`.
        mixed_dropout: The same after `mix`, where DistilBERT has none.
        attention_dropout: Share of attention weights dropped in training.
        activate: Between `up` and `down`.
        head: From the hidden states of first tokens, fp32, shape (B, 1, hidden), to logits, shape (B, classes).
    """

    embeddings: Any
    project: nn.Linear | None
    blocks: tuple[Block, ...]
    heads: int
    dropout: float
    mixed_dropout: float
    attention_dropout: float
    activate: Callable[[torch.Tensor], torch.Tensor]
    head: Callable[[torch.Tensor], torch.Tensor]


def anatomy_of(model: Any) -> Anatomy:
    """Return the parts of a transformers classifier of one of `families.FAMILIES`."""
    return _distilbert(model) if model.config.model_type == "distilbert" else _bert(model)


def _bert(model: Any) -> Anatomy:
    encoder, config = model.base_model, model.config
    blocks = tuple(
        Block(
            layer.attention.self.query,
            layer.attention.self.key,
            layer.attention.self.value,
            layer.attention.output.dense,
            layer.attention.output.LayerNorm,
            layer.intermediate.dense,
            layer.output.dense,
            layer.output.LayerNorm,
        )
        for layer in encoder.encoder.layer
    )

    def pooled(first_B1H: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = model.classifier(model.dropout(encoder.pooler(first_B1H)))
        return logits

    return Anatomy(
        embeddings=encoder.embeddings,
        project=getattr(encoder, "embeddings_project", None),
        blocks=blocks,
        heads=config.num_attention_heads,
        dropout=config.hidden_dropout_prob,
        mixed_dropout=config.hidden_dropout_prob,
        attention_dropout=config.attention_probs_dropout_prob,
        activate=encoder.encoder.layer[0].intermediate.intermediate_act_fn,
        head=pooled if config.model_type == "bert" else model.classifier,
    )


def _distilbert(model: Any) -> Anatomy:
    encoder, config = model.base_model, model.config
    blocks = tuple(
        Block(
            layer.attention.q_lin,
            layer.attention.k_lin,
            layer.attention.v_lin,
            layer.attention.out_lin,
            layer.sa_layer_norm,
            layer.ffn.lin1,
            layer.ffn.lin2,
            layer.output_layer_norm,
        )
        for layer in encoder.transformer.layer
    )

    def head(first_B1H: torch.Tensor) -> torch.Tensor:
        hidden = functional.relu(model.pre_classifier(first_B1H[:, 0]))
        logits: torch.Tensor = model.classifier(model.dropout(hidden))
        return logits

    return Anatomy(
        embeddings=encoder.embeddings,
        project=None,
        blocks=blocks,
        heads=config.n_heads,
        dropout=config.dropout,
        mixed_dropout=0.0,
        attention_dropout=config.attention_dropout,
        activate=encoder.transformer.layer[0].ffn.activation,
        head=head,
    )
