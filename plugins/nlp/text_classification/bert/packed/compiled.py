"""Compiling what a GPU would else wait for: launching the small kernels of a layer takes longer than their work."""

import importlib.util
import shutil
from collections.abc import Callable

import torch

__all__ = ["compiled"]


def compiled(function: Callable[..., torch.Tensor], device: torch.device) -> Callable[..., torch.Tensor]:
    """Return the function compiled for packs of any size, or as it is: on a CPU, or where nothing can compile.

    One graph serves all numbers of tokens and texts, so that there are few compilations; torch keeps what it compiled
    on disk for the next process. Triton needs a C compiler.
    """
    can = importlib.util.find_spec("triton") and any(map(shutil.which, ("cc", "gcc", "clang")))
    return torch.compile(function, dynamic=True) if device.type == "cuda" and can else function
