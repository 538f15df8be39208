"""Linear layers in 8-bit integers for inference: weights are quantised once, inputs during each call.

torch's own dynamic quantisation (`torch.ao.quantization.quantize_dynamic`) is deprecated together with its quantised
tensors, and quantises all tokens of a batch by one scale, so that a prediction depends on the other texts. Here each
output has a scale for its weights (symmetric), and each token one for itself (its own least to its own greatest value),
as in ZeroQuant (Yao et al., 2022, arXiv 2206.01861, section 4.1). The product of integers, `torch._int_mm`, is exact.

Shapes: T tokens, K inputs, N outputs.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch

from plugins.nlp.encoders.packed.weights import Affine, Layer, Linear

__all__ = ["QuantizedAffine", "quantize"]

_TOKENS = 256
"""Tokens at a time, so that intermediate results stay in the processor's cache: up to twice as fast."""
_LEAST = 1e-12
"""The size of a step if all values of a token, or all weights of an output, are equal."""


def quantize(layers: Sequence[Layer]) -> tuple[Layer, ...]:
    """Return layers with nearly the same outputs; they cannot be trained.

    Args:
        layers: Of an encoder, in fp32.
    """
    return tuple(
        replace(
            layer,
            attend=_quantized(layer.attend),
            mix=_quantized(layer.mix),
            up=_quantized(layer.up),
            down=_quantized(layer.down),
        )
        for layer in layers
    )


@dataclass(frozen=True, slots=True, eq=False)
class QuantizedAffine:
    """A linear layer whose product is one of 8-bit integers.

    Attributes:
        steps_NK: Weights in units of `unit_N`, int8.
        unit_N: What one step is worth, fp32.
        total_N: Sum of the weights of each output, as quantised, fp32.
        bias_N: Added in fp32.
    """

    steps_NK: torch.Tensor
    unit_N: torch.Tensor
    total_N: torch.Tensor
    bias_N: torch.Tensor

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """Return about ``x @ weight.T + bias``, shape (T, N), fp32, for `x` of shape (T, K)."""
        found = x.new_empty(len(x), len(self.bias_N))
        for tokens, into in zip(torch.split(x, _TOKENS), torch.split(found, _TOKENS), strict=True):
            self._multiply(tokens, into)
        return found

    def part(self, first: int, last: int) -> "QuantizedAffine":
        """Return the layer that gives these of its outputs."""
        names = ("steps_NK", "unit_N", "total_N", "bias_N")
        return QuantizedAffine(*(getattr(self, name)[first:last] for name in names))

    def _multiply(self, x: torch.Tensor, into: torch.Tensor) -> None:
        least = x.amin(dim=1, keepdim=True)
        unit = (x.amax(dim=1, keepdim=True) - least).div_(255).clamp_min_(_LEAST)
        steps = (x - least).mul_(unit.reciprocal()).sub_(128).round_().to(torch.int8)
        # x = least + unit * (steps + 128), so that its product has one part for the steps and one for the constant.
        product = torch._int_mm(steps, self.steps_NK.t()) * self.unit_N  # noqa: SLF001 -- torch's only name for it
        constant = torch.addcmul(self.bias_N, least.add_(unit, alpha=128), self.total_N)
        torch.add(product.mul_(unit), constant, out=into)


@torch.no_grad()
def _quantized(layer: Linear) -> QuantizedAffine:
    assert isinstance(layer, Affine)
    weight, bias = layer.weight.detach(), layer.bias.detach()
    unit = (weight.abs().amax(dim=1) / 127).clamp_min_(_LEAST)
    steps = (weight / unit[:, None]).round_()
    return QuantizedAffine(steps.to(torch.int8), unit, steps.sum(dim=1) * unit, bias.clone())
