"""The states of all generators of random numbers that a training may draw from.

Masks of dropout come from torch's own, on the CPU and on the GPU; the order of examples from seed and epoch, which need
no state. Python's and numpy's are kept for what libraries draw.
"""

import random
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

__all__ = ["restore_chance", "state_of_chance"]


def state_of_chance(device: torch.device) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Return the states: what JSON holds, and arrays by name."""
    version, numbers, gauss = random.getstate()
    _, keys, position, has_gauss, cached = np.random.get_state(legacy=True)  # noqa: NPY002 -- libraries use that one
    arrays: dict[str, np.ndarray] = {
        "python": np.array(numbers, dtype=np.int64),
        "numpy": np.array(keys, dtype=np.uint32),
        "torch": torch.get_rng_state().numpy().copy(),
    }
    if device.type == "cuda":
        arrays["cuda"] = torch.cuda.get_rng_state(device).numpy().copy()
    return {"python": [version, gauss], "numpy": [int(position), int(has_gauss), float(cached)]}, arrays


def restore_chance(state: Mapping[str, Any], arrays: Mapping[str, np.ndarray], device: torch.device) -> None:
    """Take over what `state_of_chance` returned."""
    version, gauss = state["python"]
    random.setstate((version, tuple(arrays["python"].tolist()), gauss))
    np.random.set_state(("MT19937", arrays["numpy"], *state["numpy"]))  # noqa: NPY002 -- see above
    torch.set_rng_state(torch.from_numpy(arrays["torch"].copy()))
    if device.type == "cuda":
        torch.cuda.set_rng_state(torch.from_numpy(arrays["cuda"].copy()), device)
