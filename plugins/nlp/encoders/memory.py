"""How many tokens fit into memory at a time, and what happens if memory runs out."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch

from catalog.errors import OutOfMemoryError
from plugins import memory
from plugins.nlp.encoders.families import FAMILIES
from plugins.nlp.encoders.packed.model import PackedModel
from plugins.nlp.encoders.tokens import EncodedTokens

__all__ = [
    "Budget",
    "forget_budgets",
    "forget_peak",
    "is_exhausted",
    "oom_as_error",
    "peak_bytes",
    "release",
    "token_budget",
]

_Key = tuple[object, ...]
_safe: dict[_Key, int] = {}
"""Kept only while the process lives: later, other programs may use less of the device's memory."""

_SIGNS = (
    "can't allocate memory",
    "CUDA error: out of memory",
    "CUDA driver error: out of memory",
    "Triton Error [CUDA]: out of memory",
    "CUBLAS_STATUS_ALLOC_FAILED",
)
"""Messages of torch's allocator on CPUs and, on GPUs, of page-locked memory, kernels and cuBLAS, which bypass it."""


def is_exhausted(error: BaseException) -> bool:
    """Return whether an error means that memory ran out: torch's class for it covers only its own allocator on GPUs."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return isinstance(error, RuntimeError) and any(sign in str(error) for sign in _SIGNS)


def peak_bytes(device: torch.device) -> int | None:
    """Return the most memory in use so far, in bytes: the GPU's by this process, or the process's own on a CPU."""
    return int(torch.cuda.max_memory_allocated(device)) if device.type == "cuda" else memory.peak_bytes()


def forget_peak(device: torch.device) -> None:
    """Start a new peak for `peak_bytes` of a GPU; a process's own peak on a CPU cannot be forgotten."""
    # Before the GPU is used there is no peak, and torch raises an error.
    if device.type == "cuda" and torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
        torch.cuda.reset_peak_memory_stats(device)


def release(device: torch.device) -> None:
    """Release the memory that torch keeps for reuse, so that less fragmented memory is available."""
    if device.type == "cuda":
        torch.cuda.empty_cache()


@contextmanager
def oom_as_error(device: torch.device, max_length: int) -> Iterator[None]:
    """Turn every way of running out of memory into one error that says what to change.

    The batch size is not the cause: a batch is cut down to single texts before this is raised.

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


def token_budget(device: torch.device, *, training: bool) -> int:
    """Return the tokens of a micro-batch: what fits a CPU's caches, or fills a GPU without filling its memory.

    Measured for the CPU with MiniLM at 512 tokens: micro-batches of 8 rows are the fastest, 32 rows at once are 4 %
    slower and take four times the memory.
    """
    if device.type == "cpu":
        return 4096
    return 32_768 if training else 131_072


class Budget:
    """The tokens of a micro-batch.

    A smaller size is remembered for the model's shape, the length of the texts, the way of attention and the
    device, so that the next training of this process does not run out of memory again. Nothing is
    remembered if torch is deterministic: otherwise earlier attempts would change the order of sums.

    Args:
        model: What computes.
        tokens: Its input.
        training: Whether gradients are computed too.

    Attributes:
        tokens: The most of a micro-batch; a single text may have more.
        halvings: How often memory ran out and `tokens` was halved.
        remembered: Whether an earlier training had to reduce it.
    """

    def __init__(self, model: PackedModel, tokens: EncodedTokens, *, training: bool) -> None:
        self._device = model.device
        config, longest = model.module.config, int(tokens.lengths.max(initial=0))
        shape = (config.model_type, config.num_hidden_layers, config.hidden_size, model.module.num_parameters())
        dropout = getattr(config, FAMILIES[config.model_type].attention_dropout) if training else 0.0
        self._key: _Key = (*shape, longest, bool(dropout), str(self._device), model.precision.name, training)
        self.remembered = self._key in _safe and not torch.are_deterministic_algorithms_enabled()
        self.tokens = _safe[self._key] if self.remembered else token_budget(self._device, training=training)
        self.halvings = 0

    def halve(self, tried: int) -> None:
        """From now on use half as many tokens as did not fit; those were `tried` in all."""
        self.tokens = max(1, min(self.tokens, tried) // 2)
        self.halvings += 1
        release(self._device)

    def state(self) -> dict[str, Any]:
        """Return what a checkpoint needs to cut micro-batches as before."""
        return {"tokens": self.tokens, "halvings": self.halvings, "remembered": self.remembered}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Restore what `state` returned."""
        self.tokens, self.halvings = int(state["tokens"]), int(state["halvings"])
        self.remembered = bool(state["remembered"])

    def worked(self) -> None:
        """Remember the size that fitted in the end."""
        if self.halvings:
            _safe[self._key] = self.tokens


def forget_budgets() -> None:
    """Forget the remembered sizes: other processes may have left the device."""
    _safe.clear()
