"""Attention within each text of a pack, never across; H: heads times their width, D: the width of one.

On a GPU one kernel of torch's takes all texts at once (`torch.nn.attention.varlen`). On a CPU texts of one length,
which are neighbours, go through the fused kernel together: no mask, no padding, no copies.

For training in a short format on a CPU attention uses plain matrix products. There torch's fused kernel has the
fastest forward pass, but not the fastest backward pass: with bf16 and AVX-512 both together take twice as long as
products that keep the attention weights. These are one number for each pair of tokens of a text, layer and head;
micro-batches are small, so they take little memory. Scores are rounded to the format before the softmax, as they are
where transformers' own attention runs under autocast.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch.nn import functional

from plugins.nlp.encoders.packed.dropout import masked, random_mask
from plugins.nlp.encoders.packed.pack import Pack, Run, by_run

__all__ = ["attend_all", "attend_first", "has_varlen", "plain_attention"]

_SHORT = (torch.bfloat16, torch.float16)
_AMPERE = (8, 0)
_WIDEST = 256
"""Units of a head."""


def attend_all(qkv_T3H: torch.Tensor, pack: Pack, heads: int, dropout: float) -> torch.Tensor:
    """Return the attention output of every token, shape (T, H).

    Args:
        qkv_T3H: Queries, keys and values of all heads, side by side.
        pack: Where texts begin.
        heads: How many.
        dropout: Share of attention weights dropped; above 0, the GPU's kernel is not used.
    """
    query_ThD, key_ThD, value_ThD = qkv_T3H.view(len(qkv_T3H), 3, heads, -1).unbind(1)
    return _attend(query_ThD, key_ThD, value_ThD, pack, dropout).flatten(1)


def attend_first(
    query_BH: torch.Tensor,
    key_value_T2H: torch.Tensor,
    pack: Pack,
    heads: int,
    dropout: float,
) -> torch.Tensor:
    """Return the attention output of the first token of each text, shape (B, H); see `attend_all`."""
    key_ThD, value_ThD = key_value_T2H.view(len(key_value_T2H), 2, heads, -1).unbind(1)
    return _attend(query_BH.view(len(query_BH), heads, -1), key_ThD, value_ThD, pack, dropout).flatten(1)


def has_varlen(hidden_TH: torch.Tensor, heads: int, dropout: float) -> bool:
    """Return whether the GPU's kernel for texts of any length can be used.

    It is FlashAttention: for short formats, GPUs since Ampere, heads of 8, 16, ... 256 units, and without dropout.
    """
    width = hidden_TH.shape[-1] // heads
    return (
        hidden_TH.device.type == "cuda"
        and hidden_TH.dtype in _SHORT
        and not dropout
        and width % 8 == 0
        and width <= _WIDEST
        and torch.cuda.get_device_capability(hidden_TH.device) >= _AMPERE
    )


def _attend(query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, pack: Pack, dropout: float) -> torch.Tensor:
    if not pack.runs:
        return _varlen(query, key, value, pack)
    if key.device.type == "cpu" and key.dtype in _SHORT and key.requires_grad and torch.is_grad_enabled():
        return plain_attention(query, key, value, pack.runs, dropout)
    mixed = [
        functional.scaled_dot_product_attention(q, k, v, dropout_p=dropout).transpose(1, 2).flatten(0, 1)
        for q, k, v in by_run(pack.runs, (query,), (key, value))
    ]
    return torch.cat(mixed)


def _varlen(query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, pack: Pack) -> torch.Tensor:
    from torch.nn.attention.varlen import varlen_attn

    if len(query) == len(key):
        starts, most = pack.starts, pack.most
    else:
        starts, most = torch.arange(pack.starts.numel(), dtype=torch.int32, device=pack.starts.device), 1
    # A tuple if more is requested; a cast might break compiled graphs.
    return varlen_attn(query, key, value, starts, pack.starts, most, pack.most)  # type: ignore[return-value]


def plain_attention(
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, runs: Sequence[Run], dropout: float
) -> torch.Tensor:
    """Return the attention output of queries, shape as `query`, by plain matrix products.

    Args:
        query: Shape (queries, heads, D); as many for each text as for any other, or one for each of its tokens.
        key: Shape (T, heads, D).
        value: As `key`.
        runs: The texts.
        dropout: Share of attention weights dropped.
    """
    mixed: torch.Tensor = _PlainAttention.apply(query, key, value, tuple(runs), dropout)  # type: ignore[no-untyped-call]  # torch's
    return mixed


class _PlainAttention(torch.autograd.Function):
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
