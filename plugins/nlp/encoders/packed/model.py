"""The forward pass of packed texts: the same sums as in transformers, without those that no output depends on.

A head for whole texts reads the first token alone. Of the other tokens the last layer then computes
keys and values only, which saves five sixths of that layer.
"""

import importlib.util
import shutil
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from plugins.nlp.encoders.families import FAMILIES
from plugins.nlp.encoders.packed.attention import attend_all, attend_first, has_varlen
from plugins.nlp.encoders.packed.dropout import drop, drop_and_add
from plugins.nlp.encoders.packed.modules import EncoderModules, modules_of
from plugins.nlp.encoders.packed.pack import Pack, pack
from plugins.nlp.encoders.packed.quantized import quantize
from plugins.nlp.encoders.packed.weights import Layer, Weights, WordEmbeddings
from plugins.nlp.encoders.precision import Precision
from plugins.nlp.encoders.tokens import EncodedTokens

__all__ = ["PackedModel", "compiled"]

_GRAPHS = 64
"""The most compiled graphs of one function. A model needs up to four: training or evaluation, one text or several. With
torch's own limit of 8 a worker's third model would run uncompiled."""


class PackedModel:
    """A model on its device.

    Attributes:
        module: A transformers model of a known family with a head, in fp32, on `device`, where it stays; its parameters
            are the master weights, which an optimizer changes and which are saved.
        device: Where the model is.
        precision: The number format of the layers; embeddings and head are fp32.
        per_token: Whether outputs are of tokens, not of rows.
        max_length: Tokens that the position table has room for.
    """

    def __init__(self, module: Any, device: torch.device, precision: Precision) -> None:
        self.module = module
        self.device = device
        self.precision = precision
        self._parts: EncoderModules = modules_of(module)
        self.per_token = self._parts.per_token
        self._words = WordEmbeddings(self._parts.embeddings.word_embeddings)
        self._weights = Weights(self._parts.layers, precision.dtype)
        if precision.name == "int8":
            self._weights.layers = quantize(self._weights.layers)
        config = module.config
        self._padding = config.pad_token_id if FAMILIES[config.model_type].padded_positions else None
        self.max_length = int(config.max_position_embeddings) - (0 if self._padding is None else self._padding + 1)
        # Not the bound method: an object that refers to itself stays in memory until Python's garbage collector runs.
        self._compiled = compiled(PackedModel._hidden, device)

    def at(self, precision: Precision) -> "PackedModel":
        """Return the same model in another number format; from then on only the returned one may be trained."""
        return self if precision == self.precision else PackedModel(self.module, self.device, precision)

    def outputs(self, tokens: EncodedTokens, rows: np.ndarray) -> torch.Tensor:
        """Return the outputs of some rows, fp32 on the device; with dropout if the module is in training mode.

        Shape (rows, outputs); of a head per token (tokens of these rows, outputs).
        """
        packed = pack(tokens, rows, self.device, most=self.max_length, padded_positions=self._padding)
        training, parts = self.module.training, self._parts
        dropout, of_weights = (parts.dropout, parts.attention_dropout) if training else (0.0, 0.0)
        hidden_TH = self._embed(packed, dropout)
        if has_varlen(hidden_TH, parts.heads, of_weights):
            _vary(hidden_TH, packed.starts)
            # The kernel needs no runs, and torch would compile again for each run.
            hidden = self._compiled(self, hidden_TH, replace(packed, runs=()), dropout, of_weights)
        else:
            hidden = self._hidden(hidden_TH, packed, dropout, of_weights)
        return parts.head(hidden.float())

    def collect(self) -> None:
        """Add the gradients of a micro-batch to those of the master weights, in fp32, after its backward pass."""
        self._words.collect()
        self._weights.collect()

    def refresh(self) -> None:
        """Compute with the changed master weights from now on, and start new gradients."""
        self._weights.refresh()
        self.forget()

    def forget(self) -> None:
        """Drop all gradients."""
        self._words.forget()
        self._weights.forget()
        self.module.zero_grad(set_to_none=True)

    def _hidden(self, hidden_TH: torch.Tensor, packed: Pack, dropout: float, of_weights: float) -> torch.Tensor:
        """Return the last hidden states that the head reads: of all tokens, or of each text's first, shape (B, H)."""
        *layers, last = self._weights.layers
        for layer in self._weights.layers if self.per_token else layers:
            mixed_TH = attend_all(layer.attend(hidden_TH), packed, self._parts.heads, of_weights)
            hidden_TH = self._after_attention(layer, mixed_TH, hidden_TH, dropout)
        if self.per_token:
            return hidden_TH
        width = hidden_TH.shape[-1]
        first_BH = hidden_TH[packed.starts[:-1]]
        query_BH = last.attend.part(0, width)(first_BH)
        key_value_T2H = last.attend.part(width, 3 * width)(hidden_TH)
        mixed_BH = attend_first(query_BH, key_value_T2H, packed, self._parts.heads, of_weights)
        return self._after_attention(last, mixed_BH, first_BH, dropout)

    def _embed(self, packed: Pack, dropout: float) -> torch.Tensor:
        table, project = self._parts.embeddings, self._parts.project
        summed_TH = self._words(packed.ids_T) + table.position_embeddings(packed.positions_T)
        if (kinds := getattr(table, "token_type_embeddings", None)) is not None:
            summed_TH = summed_TH + kinds.weight[0]
        embedded_TH = drop(table.LayerNorm(summed_TH), dropout)
        if project is not None:
            embedded_TH = project(embedded_TH)
        return embedded_TH.to(self.precision.dtype)

    def _after_attention(self, layer: Layer, mixed: torch.Tensor, hidden: torch.Tensor, dropout: float) -> torch.Tensor:
        mixed_dropout = self._parts.mixed_dropout if dropout else 0.0
        attended = layer.mixed_norm(drop_and_add(layer.mix(mixed), hidden, mixed_dropout))
        wide = self._parts.activate(layer.up(attended))
        return layer.norm(drop_and_add(layer.down(wide), attended, dropout))


def compiled(function: Callable[..., torch.Tensor], device: torch.device) -> Callable[..., torch.Tensor]:
    """Return the compiled function; the function itself on a CPU, or if no compiler is available.

    Without it a GPU waits for the launch of a layer's small kernels, which takes longer than their work. One graph
    serves all sizes that `_vary` marks. All other sizes, above all the widths of the model, are fixed in it: sums over
    a known width are faster. torch keeps what it compiled on disk for the next process. Triton needs a C
    compiler.
    """
    can = importlib.util.find_spec("triton") and any(map(shutil.which, ("cc", "gcc", "clang")))
    if device.type != "cuda" or not can:
        return function
    torch._dynamo.config.recompile_limit = max(_GRAPHS, torch._dynamo.config.recompile_limit)  # noqa: SLF001 -- so named
    return torch.compile(function, dynamic=False)


def _vary(*tensors: torch.Tensor) -> None:
    """Mark the first sizes of these tensors as different from call to call."""
    for tensor in tensors:
        torch._dynamo.maybe_mark_dynamic(tensor, 0)  # noqa: SLF001 -- so named
