"""What running out of memory looks like on each device."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from catalog.errors import OutOfMemoryError
from plugins.nlp.text_classification import memory

__all__ = ["forget_peak", "is_exhausted", "peak_bytes", "release", "reported"]


_SIGNS = (
    "can't allocate memory",
    "CUDA error: out of memory",
    "CUDA driver error: out of memory",
    "Triton Error [CUDA]: out of memory",
    "CUBLAS_STATUS_ALLOC_FAILED",
)
"""Of torch's allocator on CPUs, and on GPUs of whoever allocates without it: page-locked memory, kernels, cuBLAS."""


def is_exhausted(error: BaseException) -> bool:
    """Tell whether an error means that memory ran out: torch's class for it is for its own allocator on GPUs."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return isinstance(error, RuntimeError) and any(sign in str(error) for sign in _SIGNS)


def peak_bytes(device: torch.device) -> int | None:
    """Return the most memory in use so far, in bytes: the GPU's by this process, or the process's own on a CPU."""
    return int(torch.cuda.max_memory_allocated(device)) if device.type == "cuda" else memory.peak_bytes()


def forget_peak(device: torch.device) -> None:
    """Let `peak_bytes` of a GPU begin anew; a process's own peak on a CPU cannot be forgotten."""
    # Before the GPU is used there is none, and torch refuses to be asked.
    if device.type == "cuda" and torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
        torch.cuda.reset_peak_memory_stats(device)


def release(device: torch.device) -> None:
    """Give back what torch keeps for later, so that smaller pieces find room in one piece."""
    if device.type == "cuda":
        torch.cuda.empty_cache()


@contextmanager
def reported(device: torch.device, max_length: int) -> Iterator[None]:
    """Turn every way of running out of memory into one error that says what to change.

    Batch sizes are not to blame: whoever computes cuts a batch down to single texts before giving up.

    Raises:
        OutOfMemoryError: Memory ran out inside the block.
    """
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if not is_exhausted(error):
            raise
        release(device)
        raise OutOfMemoryError(
            f"Out of memory on {device} with max_seq_length {max_length}, even with one text at a time, which is how a "
            "batch is computed where it does not fit. Lower max_seq_length, use a smaller model, or free memory there.",
            field="model_config.max_seq_length",
        ) from error
