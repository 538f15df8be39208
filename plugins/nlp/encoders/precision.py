"""Which number format a training and a trained model compute in; weights and optimizer state are always fp32."""

from dataclasses import dataclass
from typing import Literal, cast

import torch

from catalog.errors import InputError

__all__ = ["PRECISIONS", "Name", "Precision", "choose", "choose_inference"]

Name = Literal["fp32", "bf16", "fp16", "int8"]
PRECISIONS = ("auto", "fp32", "bf16", "int8")
"""The formats that can be chosen.

Measured against fp32 with MiniLM, fine-tuned on reviews: bf16 changed a probability by 0.0007 on average and by 0.0095
at most and changed 1 label of 1,500; int8 changed it by 0.005 and by 0.08, and changed 1 label of 120.
"""
_NARROW = 256
"""Models with smaller hidden layers gain nothing from bf16 on a CPU: its casts cost as much as its arithmetic saves.

Measured with AVX512-BF16, whole steps of 32 texts of about 50 tokens, bf16 against fp32: 2 layers of 128 equal, 4 of
256 1.3 times faster, 4 of 512 1.6 times.
"""
_DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16, "int8": torch.float32}


@dataclass(frozen=True, slots=True)
class Precision:
    """A number format on a device.

    Attributes:
        name: ``fp32``, ``bf16`` or ``fp16``; at inference also ``int8``.
        device_type: ``cpu`` or ``cuda``.
        note: Why the format differs from the one that was requested; empty if it does not.
    """

    name: Name
    device_type: str
    note: str = ""

    @property
    def dtype(self) -> torch.dtype:
        """The type that the layers compute in; with int8, only what is not a product of weights."""
        return _DTYPES[self.name]

    @property
    def scaled(self) -> bool:
        """Whether gradients are too small for the format unless the loss is scaled."""
        return self.name == "fp16"


def choose(precision: str, fp16: bool | None, device: torch.device, hidden: int) -> Precision:
    """Return the format for a configuration on a device.

    Args:
        precision: ``auto``, ``fp32``, ``bf16`` or ``fp16``.
        fp16: True requests fp16 if `precision` is auto, False excludes it, None leaves it open.
        device: A CPU never gets fp16, for which it has no fast arithmetic; a note says which format it got instead.
        hidden: Width of the model's hidden layers.
    """
    on_gpu = device.type == "cuda"
    wanted = "fp16" if precision == "auto" and fp16 and on_gpu else precision
    if wanted in {"fp32", "bf16"} or (wanted == "fp16" and on_gpu):
        return Precision(wanted, device.type)  # type: ignore[arg-type]
    fallback: Name = "fp16" if on_gpu and fp16 is not False else "fp32"
    name: Name = "bf16" if (on_gpu or hidden >= _NARROW) and _has_bf16(device) else fallback
    note = f"fp16 was asked for; a CPU has no fast fp16, so {name} was used." if fp16 or wanted == "fp16" else ""
    return Precision(name, device.type, note)


def choose_inference(wanted: str, trained_in: str, device: torch.device, hidden: int) -> Precision:
    """Return the format that a trained model predicts in.

    Args:
        wanted: One of `PRECISIONS`. ``auto`` is the format that trainings on the device choose, so bf16 if the device
            computes in it; but a model that was trained in fp32 stays in fp32, and int8 is never chosen automatically.
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


def _has_bf16(device: torch.device) -> bool:
    """Return whether the device computes in bf16: GPUs with the units, CPUs with AVX512-BF16 or AMX.

    Other CPUs emulate it and are slower than in fp32, so they do not count.
    """
    if device.type == "cuda":
        with torch.cuda.device(device):
            return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    probes = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")  # private; None in a torch that lacks them
    return any(bool(probe()) for name in probes if (probe := getattr(torch.cpu, name, None)) is not None)


def _has_int8(device: torch.device) -> bool:
    """Return whether the device multiplies 8-bit integers in one instruction.

    Older processors add pairs of products in 16 bits, which overflow.
    """
    probe = getattr(torch.cpu, "_is_vnni_supported", None)  # private; None in a torch that lacks it
    return device.type == "cpu" and hasattr(torch, "_int_mm") and probe is not None and bool(probe())
