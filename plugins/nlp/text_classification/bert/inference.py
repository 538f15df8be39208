"""Which arithmetic a trained model answers in."""

from typing import cast

import torch

from catalog.errors import InputError
from plugins.nlp.text_classification.bert.precision import Name, Precision, choose

__all__ = ["PRECISIONS", "choose_inference"]

PRECISIONS = ("auto", "fp32", "bf16", "int8")
"""What may be asked for.

Measured against fp32 with MiniLM, fine-tuned on reviews: bf16 moved a probability by 0.0007 on average and by 0.0095 at
most and changed 1 label of 1,500; int8 moved it by 0.005 and by 0.08, and changed 1 label of 120.
"""


def choose_inference(wanted: str, trained_in: str, device: torch.device, hidden: int) -> Precision:
    """Return the format that a model answers in.

    Args:
        wanted: One of `PRECISIONS`. ``auto`` is the format that trainings on the device choose for themselves, so bf16
            where it computes in it; but a model that was trained in fp32 stays there, and int8 is never chosen unasked.
        trained_in: The format of the training.
        device: Where the model is.
        hidden: Width of the model's hidden layers.

    Raises:
        InputError: There is no such format, or the device has no arithmetic for it.
    """
    if wanted not in PRECISIONS:
        raise InputError(f"Unknown precision {wanted!r}; known are {', '.join(PRECISIONS)}.")
    if wanted == "int8" and not _has_int8(device):
        raise InputError(
            "int8 is for CPUs with 8-bit dot products (VNNI), "
            + ("not for GPUs" if device.type == "cuda" else "which this one has not")
            + "; possible here are auto, fp32 and bf16."
        )
    if wanted == "auto" and trained_in != "fp32":
        return choose("auto", None, device, hidden)
    return Precision("fp32" if wanted == "auto" else cast("Name", wanted), device.type)


def _has_int8(device: torch.device) -> bool:
    """Tell whether the device multiplies 8-bit integers, and in one go.

    Older processors add pairs of products in 16 bits, which overflow.
    """
    probe = getattr(torch.cpu, "_is_vnni_supported", None)  # private; a torch without it counts as no
    return device.type == "cpu" and hasattr(torch, "_int_mm") and probe is not None and bool(probe())
