"""The weights that a step computes with: merged if one product can replace three, and in the step's format.

The model's own parameters stay the fp32 master that the optimizer changes. In fp32 both are the same memory; in a
shorter format the master is copied once a step, and gradients are added up in fp32.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, Self

import torch
from torch import nn
from torch.nn import functional

from plugins.nlp.encoders.packed.modules import LayerModules

__all__ = ["Affine", "Layer", "Linear", "Norm", "Weights", "WordEmbeddings"]


class Linear(Protocol):
    """A linear layer: an `Affine`, or its quantised form."""

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """Return the outputs."""

    def part(self, first: int, last: int) -> Self:
        """Return the layer that gives these of its outputs."""


@dataclass(frozen=True, slots=True, eq=False)
class Affine:
    """One or several linear layers of the same input as one; a part of it can be selected."""

    weight: torch.Tensor
    bias: torch.Tensor

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """Return ``x @ weight.T + bias``."""
        return functional.linear(x, self.weight, self.bias)

    def part(self, first: int, last: int) -> "Affine":
        """Return the layer that gives these of its outputs."""
        return Affine(self.weight[first:last], self.bias[first:last])


@dataclass(frozen=True, slots=True, eq=False)
class Norm:
    """A layer normalisation."""

    weight: torch.Tensor
    bias: torch.Tensor
    epsilon: float

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """Return `x` normalised over its last dimension."""
        return functional.layer_norm(x, (x.shape[-1],), self.weight, self.bias, self.epsilon)


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """The weights of a `LayerModules`; `attend` gives queries, keys and values one after the other."""

    attend: Linear
    mix: Linear
    mixed_norm: Norm
    up: Linear
    down: Linear
    norm: Norm


class Weights:
    """The working weights of an encoder's layers, on the device of the parameters, which must stay there.

    Args:
        layers: Their parameters are the master weights.
        dtype: The format to compute in.

    Attributes:
        dtype: The same.
        layers: The weights to compute with.
    """

    def __init__(self, layers: Iterable[LayerModules], dtype: torch.dtype) -> None:
        self.dtype = dtype
        self._copies: list[_Copy] = []
        self.layers: tuple[Layer, ...] = tuple(map(self._layer, layers))
        self.refresh()

    @torch.no_grad()
    def refresh(self) -> None:
        """Copy the master weights after the optimizer has changed them."""
        if self.dtype != torch.float32:
            torch._foreach_copy_([copy.rows for copy in self._copies], [copy.master for copy in self._copies])

    @torch.no_grad()
    def collect(self) -> None:
        """Add the gradients of a micro-batch to the master's, in fp32."""
        for copy in self._copies:
            grad = copy.grad
            if grad is None:
                continue
            if self.dtype == torch.float32 or copy.master.grad is None:
                copy.master.grad = grad if self.dtype == torch.float32 else grad.float()
            else:
                copy.master.grad.add_(grad)
        if self.dtype != torch.float32:
            self.forget()

    def forget(self) -> None:
        """Drop gradients that were used or not collected."""
        for copy in self._copies:
            copy.working.grad = None

    def _layer(self, modules: LayerModules) -> Layer:
        return Layer(
            attend=self._affine(modules.query, modules.key, modules.value),
            mix=self._affine(modules.mix),
            mixed_norm=self._norm(modules.mixed_norm),
            up=self._affine(modules.up),
            down=self._affine(modules.down),
            norm=self._norm(modules.norm),
        )

    def _affine(self, *linears: nn.Linear) -> Affine:
        return Affine(self._working([one.weight for one in linears]), self._working([one.bias for one in linears]))

    def _norm(self, norm: nn.LayerNorm) -> Norm:
        return Norm(self._working([norm.weight]), self._working([norm.bias]), norm.eps)

    @torch.no_grad()
    def _working(self, masters: Sequence[torch.Tensor]) -> torch.Tensor:
        """Return the tensor that holds these parameters, one below the other."""
        if self.dtype == torch.float32 and len(masters) == 1:
            return masters[0]
        working = torch.cat([master.detach() for master in masters]).to(self.dtype).requires_grad_()
        first = 0
        for master in masters:
            copy = _Copy(master, working, first)
            if self.dtype == torch.float32:
                master.data = copy.rows
            self._copies.append(copy)
            first += len(master)
        return working


@dataclass(frozen=True, slots=True, eq=False)
class _Copy:
    """Which rows of a working tensor belong to a parameter."""

    master: torch.Tensor
    working: torch.Tensor
    first: int

    @property
    def rows(self) -> torch.Tensor:
        """The values."""
        return self.working.detach()[self.first : self.first + len(self.master)]

    @property
    def grad(self) -> torch.Tensor | None:
        """Their gradients."""
        grad = self.working.grad
        return None if grad is None else grad[self.first : self.first + len(self.master)]


class WordEmbeddings:
    """Looks words up, and adds the gradients of these rows to the table's.

    A micro-batch changes few rows; a table of zeros for each one would cost more.

    Args:
        table: The word embeddings, fp32.
    """

    def __init__(self, table: nn.Embedding) -> None:
        self._table = table
        self._looked_up: list[tuple[torch.Tensor, torch.Tensor]] = []

    def __call__(self, ids_T: torch.Tensor) -> torch.Tensor:
        """Return the rows of these ids, shape (T, width)."""
        rows_TE = nn.functional.embedding(ids_T, self._table.weight.detach())
        if torch.is_grad_enabled() and self._table.weight.requires_grad:
            rows_TE.requires_grad_()
            self._looked_up.append((ids_T, rows_TE))
        return rows_TE

    @torch.no_grad()
    def collect(self) -> None:
        """Add the gradients of a micro-batch to the table's; a padding id's row has none, as in torch."""
        weight, padding = self._table.weight, self._table.padding_idx
        for ids_T, rows_TE in self._looked_up:
            if rows_TE.grad is None:
                continue
            if weight.grad is None:
                weight.grad = torch.zeros_like(weight)
            weight.grad.index_add_(0, ids_T, rows_TE.grad)
            if padding is not None:
                weight.grad[padding] = 0
        self.forget()

    def forget(self) -> None:
        """Forget the words that were looked up."""
        self._looked_up.clear()
