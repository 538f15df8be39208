"""Counts the GPUs of this machine without importing torch: the coordinator never does."""

import os
import subprocess
from pathlib import Path

__all__ = ["usable_gpus"]

_DRIVER = Path("/proc/driver/nvidia/gpus")
#: A driver with a fault can make nvidia-smi hang.
_SECONDS = 20.0


def usable_gpus() -> int:
    """Return how many GPUs a worker of this machine will see; ``CUDA_VISIBLE_DEVICES`` works as in CUDA."""
    installed = _installed()
    chosen = os.environ.get("CUDA_VISIBLE_DEVICES")
    if chosen is None or not installed:
        return installed
    count = 0
    for entry in chosen.split(","):
        name = entry.strip()
        if not (name.startswith(("GPU-", "MIG-")) or (name.isdecimal() and int(name) < installed)):
            break  # CUDA ignores everything after a device that does not exist
        count += 1
    return count


def _installed() -> int:
    """Count GPUs of NVIDIA's driver; 0 if there is none."""
    if _DRIVER.is_dir():
        return sum(1 for _ in _DRIVER.iterdir())
    try:
        listed = subprocess.run(
            ["nvidia-smi", "-L"],  # noqa: S607 -- in any folder in which the driver has put it
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return 0
    return sum(line.startswith("GPU ") for line in listed.stdout.splitlines())
