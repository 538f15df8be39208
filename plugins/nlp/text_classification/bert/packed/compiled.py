"""Compiling what a GPU would else wait for: launching the small kernels of a layer takes longer than their work."""

import importlib.util
import shutil
from collections.abc import Callable

import torch

__all__ = ["compiled", "vary"]

_GRAPHS = 64
"""Of one function at most. A model takes up to four: training or judging, one text or several. After torch's own limit
of 8 a worker's third model would run uncompiled."""


def compiled(function: Callable[..., torch.Tensor], device: torch.device) -> Callable[..., torch.Tensor]:
    """Return the function compiled, or as it is: on a CPU, or where nothing can compile.

    One graph serves all sizes of what `vary` is told of. All else, the widths of the model above all, is fixed in it:
    sums over a width that is known are faster. torch keeps what it compiled on disk for the next process. Triton needs
    a C compiler.
    """
    can = importlib.util.find_spec("triton") and any(map(shutil.which, ("cc", "gcc", "clang")))
    if device.type != "cuda" or not can:
        return function
    torch._dynamo.config.recompile_limit = max(_GRAPHS, torch._dynamo.config.recompile_limit)  # noqa: SLF001 -- so named
    return torch.compile(function, dynamic=False)


def vary(*tensors: torch.Tensor) -> None:
    """Tell the compiler that the first sizes of these tensors differ from call to call."""
    for tensor in tensors:
        torch._dynamo.maybe_mark_dynamic(tensor, 0)  # noqa: SLF001 -- so named
