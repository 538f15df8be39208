"""The device that a training runs on, its threads, and trainings that repeat to the last bit.

On a CPU trainings repeat anyway, given the same number of threads: measured with random models in fp32 and bf16, with
and without attention dropout, on two threads, within a process and between processes. Another number of threads adds up
in another order.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

from catalog.errors import InputError

__all__ = ["repeatable", "resolve", "use_threads"]

_WORKSPACE = "CUBLAS_WORKSPACE_CONFIG"
_WORKSPACES = (":4096:8", ":16:8")
"""Settings with which cuBLAS repeats its results, fast one first (cuBLAS documentation, "Results reproducibility")."""


def resolve(name: str) -> torch.device:
    """Return the device of a `TrialContext`: ``cpu``, ``cuda:N``, or ``auto:N`` (the N-th GPU, else the CPU).

    Raises:
        InputError: There is no such device here.
    """
    match = re.fullmatch(r"(cpu)|(cuda|auto):(\d+)", name)
    if match is None:
        raise InputError(f"Unknown device {name!r}; known are cpu, cuda:N and auto:N.")
    if match[1]:
        return torch.device("cpu")
    number, found = int(match[3]), torch.cuda.device_count() if torch.cuda.is_available() else 0
    if number < found:
        return torch.device("cuda", number)
    if match[2] == "auto":
        return torch.device("cpu")
    raise InputError(f"There is no device {name!r} here: {found} CUDA devices are found. Use cpu or auto:{number}.")


def use_threads(threads: int) -> None:
    """Let torch use this many CPU threads, for this process from here on."""
    torch.set_num_threads(max(1, threads))


@contextmanager
def repeatable(device: torch.device, *, wanted: bool) -> Iterator[None]:
    """Within the block let torch give equal bits each time, if that is `wanted`; slower on a GPU.

    Afterwards torch's settings are restored. cuBLAS reads its setting when it starts, so it stays set in this process.

    Args:
        device: The device that computes; on a GPU, enter the block before anything is computed.
        wanted: If false, nothing is changed.

    Raises:
        InputError: The environment has a cuBLAS setting whose results do not repeat.
    """
    if not wanted:
        yield
        return
    if device.type == "cuda" and os.environ.setdefault(_WORKSPACE, _WORKSPACES[0]) not in _WORKSPACES:
        raise InputError(
            f"{_WORKSPACE} is {os.environ[_WORKSPACE]!r} in the environment; with that no training repeats itself. "
            f"Unset it, set it to {' or '.join(_WORKSPACES)}, or leave deterministic out.",
            field="model_config.deterministic",
        )
    before = torch.are_deterministic_algorithms_enabled(), torch.is_deterministic_algorithms_warn_only_enabled()
    memory: Any = torch.utils.deterministic  # made of properties, which its types do not declare
    benchmark, fill = torch.backends.cudnn.benchmark, memory.fill_uninitialized_memory
    try:
        # Errors, not warnings: if torch may only warn, its flash attention adds up gradients in any order. The
        # compiler hears it too, and chooses no kernels by their time, which is never the same twice.
        torch.use_deterministic_algorithms(True, warn_only=False)
        torch.backends.cudnn.benchmark = False
        memory.fill_uninitialized_memory = False  # costs time, and all memory that is read here is written first
        yield
    finally:
        torch.use_deterministic_algorithms(before[0], warn_only=before[1])
        torch.backends.cudnn.benchmark = benchmark
        memory.fill_uninitialized_memory = fill
