"""Word embeddings: their gradients touch few rows, and a table of zeros for each micro-batch would cost more."""

import torch
from torch import nn

__all__ = ["Words"]


class Words:
    """Looks words up; gradients of what was looked up are added to the table's where they belong.

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
        """Forget what was looked up."""
        self._looked_up.clear()
