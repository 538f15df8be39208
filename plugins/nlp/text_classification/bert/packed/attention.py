"""Attention within each text of a pack, never across; H: heads times their width, D: the width of one.

On a GPU one kernel of torch's takes all texts at once (`torch.nn.attention.varlen`). On a CPU texts of one length,
which are neighbours, go through the fused kernel together: no mask, no padding, nothing copied to tell them apart.
"""

import torch
from torch.nn import functional

from plugins.nlp.text_classification.bert.packed import explicit
from plugins.nlp.text_classification.bert.packed.pack import Pack, by_run

__all__ = ["attend_all", "attend_first", "has_varlen"]

_SHORT = (torch.bfloat16, torch.float16)
_AMPERE = (8, 0)
_WIDEST = 256
"""Units of a head."""


def attend_all(qkv_T3H: torch.Tensor, pack: Pack, heads: int, dropout: float) -> torch.Tensor:
    """Return what every token takes from its text, shape (T, H).

    Args:
        qkv_T3H: Queries, keys and values of all heads, side by side.
        pack: Where texts begin.
        heads: How many.
        dropout: Share of attention weights dropped; on a GPU its kernel is left where it is above 0.
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
    """Return what the first token of each text takes from its text, shape (B, H); see `attend_all`."""
    key_ThD, value_ThD = key_value_T2H.view(len(key_value_T2H), 2, heads, -1).unbind(1)
    return _attend(query_BH.view(len(query_BH), heads, -1), key_ThD, value_ThD, pack, dropout).flatten(1)


def has_varlen(hidden_TH: torch.Tensor, heads: int, dropout: float) -> bool:
    """Tell whether the GPU's kernel for texts of any length can be used.

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
        return explicit.attend(query, key, value, pack.runs, dropout)
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
    # A tuple where more is asked for; a cast might break compiled graphs.
    return varlen_attn(query, key, value, starts, pack.starts, most, pack.most)  # type: ignore[return-value]
