"""Dropout whose masks cost little on a CPU: torch's own takes a quarter of the time of the matrix products there.

A mask is made of 16 random bits an element, drawn 64 at a time, by integer arithmetic that vectorises; probabilities
are exact to 1/32,768. Measured with AVX-512 on 1.6 million bf16 numbers: 3 ms instead of 12.
"""

import math
from typing import Any

import torch
from torch.nn import functional

__all__ = ["drop", "drop_and_add", "masked", "random_mask"]

_WHOLE = {2: torch.int16, 4: torch.int32, 8: torch.int64}
"""Integers by their bytes."""
_LEVELS = 1 << 15
"""Thresholds are compared after one bit is given up, so that the difference fits 16 bits."""


def drop(x: torch.Tensor, probability: float) -> torch.Tensor:
    """Return `x` with elements zeroed at random and the rest scaled up, so that the mean stays."""
    if not probability:
        return x
    if x.device.type != "cpu":
        return functional.dropout(x, probability)
    dropped: torch.Tensor = _Dropped.apply(x, None, probability)  # type: ignore[no-untyped-call]  # torch's
    return dropped


def drop_and_add(x: torch.Tensor, residual: torch.Tensor, probability: float) -> torch.Tensor:
    """Return ``residual + drop(x, probability)``."""
    if not probability:
        return residual + x
    if x.device.type != "cpu":
        return residual + functional.dropout(x, probability)
    summed: torch.Tensor = _Dropped.apply(x, residual, probability)  # type: ignore[no-untyped-call]  # torch's
    return summed


class _Dropped(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, residual: torch.Tensor | None, probability: float) -> torch.Tensor:
        kept, ctx.scale = random_mask(x.shape, probability)
        ctx.save_for_backward(kept)
        left = masked(x, kept)
        return left * ctx.scale if residual is None else torch.add(residual, left, alpha=ctx.scale)

    @staticmethod
    def backward(ctx: Any, *grads: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        (kept,), (grad,) = ctx.saved_tensors, grads
        return masked(grad, kept) * ctx.scale, grad if ctx.needs_input_grad[1] else None, None


def random_mask(shape: torch.Size, probability: float) -> tuple[torch.Tensor, float]:
    """Return a mask, int16 with all bits set for kept elements, and the factor that scales kept elements."""
    dropped = min(_LEVELS - 1, round(probability * _LEVELS))
    count = math.prod(shape)
    kept = torch.empty((count + 3) // 4, dtype=torch.int64).random_(-(2**63), None).view(torch.int16)[:count]
    # Each value from -2^14 to 2^14 - 1 is equally likely; the lowest `dropped` ones are dropped. Kept ones become
    # negative.
    kept.bitwise_right_shift_(1).neg_().add_(dropped - 1 - _LEVELS // 2).bitwise_right_shift_(15)
    return kept.view(shape), _LEVELS / (_LEVELS - dropped)


def masked(x: torch.Tensor, kept: torch.Tensor) -> torch.Tensor:
    """Return `x` with 0 in place of dropped elements, by its bits."""
    whole = _WHOLE[x.element_size()]
    return (x.contiguous().view(whole) & kept.to(whole)).view(x.dtype)
