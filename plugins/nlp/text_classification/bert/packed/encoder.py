"""The way of a pack through a classifier: the same sums as transformers' own, without what no answer depends on.

Only the first token of a text is asked for its class. In the last layer nothing but keys and values of the others is
therefore computed, which saves five sixths of that layer.
"""

from dataclasses import replace
from typing import Any

import torch

from plugins.nlp.text_classification.bert.packed.anatomy import Anatomy, anatomy_of
from plugins.nlp.text_classification.bert.packed.attention import attend_all, attend_first, has_varlen
from plugins.nlp.text_classification.bert.packed.compiled import compiled, vary
from plugins.nlp.text_classification.bert.packed.dropout import drop, drop_and_add
from plugins.nlp.text_classification.bert.packed.pack import Pack
from plugins.nlp.text_classification.bert.packed.quantized import quantize
from plugins.nlp.text_classification.bert.packed.weights import Layer, Weights
from plugins.nlp.text_classification.bert.packed.words import Words

__all__ = ["PackedClassifier"]


class PackedClassifier:
    """Computes the logits of packs.

    Args:
        model: A transformers classifier of a known family, on its device; its parameters are the master weights.
        dtype: What the layers compute in; embeddings and head are fp32.

    Attributes:
        weights: The working weights.
    """

    def __init__(self, model: Any, dtype: torch.dtype) -> None:
        self._model = model
        self._anatomy: Anatomy = anatomy_of(model)
        self._words = Words(self._anatomy.embeddings.word_embeddings)
        self.weights = Weights(self._anatomy.blocks, dtype)
        # Not the bound method: an object that refers to itself keeps its model in memory until Python looks for such.
        self._compiled = compiled(PackedClassifier._first, model.device)

    def quantize(self) -> None:
        """Multiply in 8-bit integers from here on; nothing can be trained any more."""
        self.weights.layers = quantize(self.weights.layers)

    def collect(self) -> None:
        """Add the gradients of a micro-batch to those of the model's parameters."""
        self._words.collect()
        self.weights.collect()

    def forget(self) -> None:
        """Forget gradients that were not collected, or were used."""
        self._words.forget()
        self.weights.forget()

    def logits(self, pack: Pack) -> torch.Tensor:
        """Return the scores of the texts, fp32, shape (B, classes); with dropout where the model is in training."""
        training, parts = self._model.training, self._anatomy
        dropout, of_weights = (parts.dropout, parts.attention_dropout) if training else (0.0, 0.0)
        hidden_TH = self._embed(pack, dropout)
        if has_varlen(hidden_TH, parts.heads, of_weights):
            vary(hidden_TH, pack.starts)
            # The kernel needs no runs, and compiled code would be made anew for each of them.
            first_BH = self._compiled(self, hidden_TH, replace(pack, runs=()), dropout, of_weights)
        else:
            first_BH = self._first(hidden_TH, pack, dropout, of_weights)
        return parts.head(first_BH.float()[:, None])

    def _first(self, hidden_TH: torch.Tensor, pack: Pack, dropout: float, of_weights: float) -> torch.Tensor:
        """Return the last hidden state of each text's first token, shape (B, H)."""
        *layers, last = self.weights.layers
        for layer in layers:
            mixed_TH = attend_all(layer.attend(hidden_TH), pack, self._anatomy.heads, of_weights)
            hidden_TH = self._after_attention(layer, mixed_TH, hidden_TH, dropout)
        width = hidden_TH.shape[-1]
        first_BH = hidden_TH[pack.starts[:-1]]
        query_BH = last.attend.part(0, width)(first_BH)
        key_value_T2H = last.attend.part(width, 3 * width)(hidden_TH)
        mixed_BH = attend_first(query_BH, key_value_T2H, pack, self._anatomy.heads, of_weights)
        return self._after_attention(last, mixed_BH, first_BH, dropout)

    def _embed(self, pack: Pack, dropout: float) -> torch.Tensor:
        table, project = self._anatomy.embeddings, self._anatomy.project
        summed_TH = self._words(pack.ids_T) + table.position_embeddings(pack.positions_T)
        if (kinds := getattr(table, "token_type_embeddings", None)) is not None:
            summed_TH = summed_TH + kinds.weight[0]
        embedded_TH = drop(table.LayerNorm(summed_TH), dropout)
        if project is not None:
            embedded_TH = project(embedded_TH)
        return embedded_TH.to(self.weights.dtype)

    def _after_attention(self, layer: Layer, mixed: torch.Tensor, hidden: torch.Tensor, dropout: float) -> torch.Tensor:
        mixed_dropout = self._anatomy.mixed_dropout if dropout else 0.0
        attended = layer.mixed_norm(drop_and_add(layer.mix(mixed), hidden, mixed_dropout))
        wide = self._anatomy.activate(layer.up(attended))
        return layer.norm(drop_and_add(layer.down(wide), attended, dropout))
