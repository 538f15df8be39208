"""Attention by plain matrix products, for training in a short format on a CPU.

torch's fused kernel is the fastest forward there, but its backward is not: with bf16 and AVX-512 both together take
twice as long as products that keep the attention weights. What is kept is one number for each pair of tokens of a text,
layer and head; micro-batches are small, so it is little. Scores are rounded to the format before the softmax, as they
are where transformers' own attention runs under autocast.

Shapes: B texts of L tokens, Q queries each, D a head's width.
"""

from collections.abc import Sequence
from typing import Any

import torch

from plugins.nlp.text_classification.bert.packed.dropout import masked, random_mask
from plugins.nlp.text_classification.bert.packed.pack import Run, by_run

__all__ = ["attend"]


def attend(
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, runs: Sequence[Run], dropout: float
) -> torch.Tensor:
    """Return what queries take from their texts, shape as `query`.

    Args:
        query: Shape (queries, heads, D); as many for each text as for any other, or one for each of its tokens.
        key: Shape (T, heads, D).
        value: As `key`.
        runs: The texts.
        dropout: Share of attention weights dropped.
    """
    mixed: torch.Tensor = _Attention.apply(query, key, value, tuple(runs), dropout)  # type: ignore[no-untyped-call]  # torch's
    return mixed


class _Attention(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, runs: tuple[Run, ...], dropout: float
    ) -> torch.Tensor:
        mixed = torch.empty(query.shape, dtype=query.dtype)
        kept: list[torch.Tensor] = []
        ctx.scale = 1.0
        for q, m, k, v in by_run(runs, (query, mixed), (key, value)):
            weights = torch.matmul(q * q.shape[-1] ** -0.5, k.transpose(-1, -2)).softmax(dim=-1)
            kept.append(weights)
            if dropout:
                mask, ctx.scale = random_mask(weights.shape, dropout)
                kept.append(mask)
                weights = masked(weights, mask)
            m.copy_(torch.matmul(weights, v).mul_(ctx.scale))
        ctx.runs, ctx.dropped = runs, bool(dropout)
        ctx.save_for_backward(query, key, value, *kept)
        return mixed

    @staticmethod
    def backward(ctx: Any, *grads: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        query, key, value, *kept = ctx.saved_tensors
        found = [torch.empty(tensor.shape, dtype=tensor.dtype) for tensor in (query, key, value)]
        saved = iter(kept)
        for q, g, to_q, k, v, to_k, to_v in by_run(
            ctx.runs, (query, grads[0], found[0]), (key, value, found[1], found[2])
        ):
            weights = next(saved)
            mask = next(saved) if ctx.dropped else None
            g = g * ctx.scale if ctx.dropped else g  # noqa: PLW2901 -- the same gradient, scaled
            to_v.copy_(torch.matmul((weights if mask is None else masked(weights, mask)).transpose(-1, -2), g))
            to_weights = torch.matmul(g, v.transpose(-1, -2))
            if mask is not None:
                to_weights = masked(to_weights, mask)
            to_scores = torch._softmax_backward_data(to_weights, weights, -1, weights.dtype)  # noqa: SLF001 -- torch's only name for it
            scale = q.shape[-1] ** -0.5
            to_q.copy_(torch.matmul(to_scores, k).mul_(scale))
            to_k.copy_(torch.matmul(to_scores.transpose(-1, -2), q).mul_(scale))
        return (*found, None, None)
