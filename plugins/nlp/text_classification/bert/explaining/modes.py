"""Looking at a model without leaving a trace in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

__all__ = ["eager_attention", "frozen"]


@contextmanager
def frozen(model: Any) -> Iterator[None]:
    """Turn off dropout, and the gradients of weights: a third of the arithmetic of a step would go into them."""
    modes = [(module, module.training) for module in model.modules()]
    wanted = [weight for weight in model.parameters() if weight.requires_grad]
    model.eval()
    for weight in wanted:
        weight.requires_grad_(False)
    try:
        with torch.enable_grad():
            yield
    finally:
        for weight in wanted:
            weight.requires_grad_(True)
        for module, mode in modes:
            module.training = mode


@contextmanager
def eager_attention(model: Any) -> Iterator[None]:
    """Have attention computed step by step: the fast kernels never hold what `output_attentions` asks for."""
    before = model.config._attn_implementation  # noqa: SLF001 -- there is a public setter, and no getter
    model.set_attn_implementation("eager")
    try:
        yield
    finally:
        model.set_attn_implementation(before)
