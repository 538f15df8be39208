"""What the machine is and how fast it multiplies matrices: the maximum to which shares refer."""

import os
import platform
import statistics
import sys
import time
from pathlib import Path
from typing import Any

__all__ = ["cores", "describe", "memory_now", "memory_peak", "rates"]


def cores() -> int:
    """Return the processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def describe() -> dict[str, Any]:
    """Return versions, processor and GPU."""
    import torch
    import transformers

    gpu = torch.cuda.is_available()
    return {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "processor": _processor(),
        "cores": cores(),
        "cuda": gpu,
        "gpu": torch.cuda.get_device_name(0) if gpu else None,
    }


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def rates(device: str, threads: int, seconds: float = 1.0) -> dict[str, float]:
    """Return operations a second (a multiplication and an addition are two) of square matrix products.

    Median over products that take `seconds` in all for each number format, after one that does not count. 2,048 wide on
    a CPU, 8,192 on a GPU, where fp32 is true fp32 (TF32 is off unless PyTorch's default changes).
    """
    import torch

    torch.set_num_threads(threads)
    place = torch.device(device)
    width = 8192 if place.type == "cuda" else 2048
    found = {}
    for name, dtype in (("fp32", torch.float32), ("bf16", torch.bfloat16)):
        left, right = (torch.randn(width, width, device=place).to(dtype) for _ in range(2))
        taken: list[float] = []
        while sum(taken[1:]) < seconds:
            began = time.perf_counter()
            torch.mm(left, right)
            if place.type == "cuda":
                torch.cuda.synchronize(place)
            taken.append(time.perf_counter() - began)
        found[name] = 2 * width**3 / statistics.median(taken[1:])
    return found


def memory_now() -> int:
    """Return the resident size of this process in bytes; 0 if the system does not say."""
    statm = Path("/proc/self/statm")
    return int(statm.read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE") if statm.is_file() else 0


def memory_peak() -> int:
    """Return the largest resident size of this process so far, in bytes."""
    status = Path("/proc/self/status")
    if status.is_file():  # getrusage also remembers what the process was before it became this program
        for line in status.read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) * 1024
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
