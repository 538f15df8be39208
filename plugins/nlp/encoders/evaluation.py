"""What an evaluation records of an encoder, whatever is predicted."""

from pathlib import Path
from typing import Any

import torch

from plugins.nlp.encoders.memory import peak_bytes
from plugins.nlp.encoders.tokens import EncodedTokens

__all__ = ["evaluation_details"]


def evaluation_details(tokens: EncodedTokens, max_length: int, model_dir: Path, device: torch.device) -> dict[str, Any]:
    """Return what `save_and_evaluate` of a task records of a model's tokens, size and memory."""
    return {
        "lengths": tokens.uncut,
        "max_length": max_length,
        "tokens": int(tokens.lengths.sum()),
        "model_dir": model_dir,
        "peak_memory_bytes": peak_bytes(device),
    }
