"""The whole state of a training, copied between two steps and restored, and what identifies the training.

Masks of dropout come from torch's generators, on the CPU and on the GPU. The order of rows comes from seed and epoch,
which need no state. The generators of Python and numpy are kept because libraries draw from them.
"""

import hashlib
import json
import platform
import random
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np
import torch

from catalog.contract import TrialContext
from plugins.nlp.encoders.checkpoints.content import TrainingCheckpoint
from plugins.nlp.encoders.config import FineTuningConfig
from plugins.nlp.encoders.device import use_threads
from plugins.nlp.encoders.packed import PackedModel
from plugins.nlp.encoders.progress import Progress
from plugins.nlp.encoders.stepper import Stepper
from plugins.nlp.encoders.text_encoder import TextEncoder

__all__ = ["identity_of", "restore", "snapshot"]

_LIBRARIES = ("modelcat", "torch", "transformers", "tokenizers", "numpy")
_PREDICTIONS = "probabilities"
"""Named as in checkpoints of modelcat 0.1, which knew no other predictions."""


def snapshot(
    step: int, identity: Mapping[str, str], model: PackedModel, stepper: Stepper, progress: Progress
) -> TrainingCheckpoint:
    """Copy everything that the training after `step` depends on; this waits for the device.

    The weights and predictions of the best epoch are not copied: they are copies already.
    """
    steps_state, moments = stepper.state()
    progress_state, best = progress.state()
    rng_state, arrays = _rng_state(model.device)
    tensors = {
        "model": _copies(model.module.state_dict()),
        "optimizer": _copies(moments),
        "random": arrays,
    }
    if best is not None:
        tensors["best"] = {name: value.numpy() for name, value in best.weights.items()}
        tensors["validation"] = {_PREDICTIONS: best.predictions}
    state = {
        "stepper": steps_state,
        "progress": progress_state,
        "random": rng_state,
        "threads": torch.get_num_threads(),
    }
    return TrainingCheckpoint(step, identity, state, tensors)


def restore(
    checkpoint: TrainingCheckpoint, model: PackedModel, stepper: Stepper, progress: Progress, *, repeatable: bool
) -> None:
    """Restore what `snapshot` copied.

    Args:
        checkpoint: One whose identity was checked.
        model: A new one, like the others.
        stepper: The same.
        progress: The same.
        repeatable: Whether to compute on as many threads as before, however many there are now: with another
            number the sums are added up in another order.
    """
    tensors = checkpoint.tensors
    if repeatable:
        use_threads(int(checkpoint.state["threads"]))
    model.module.load_state_dict(_tensors(tensors["model"]))
    stepper.restore(checkpoint.state["stepper"], _tensors(tensors["optimizer"]))
    predictions = tensors["validation"][_PREDICTIONS].copy() if "validation" in tensors else None
    progress.restore(checkpoint.state["progress"], _tensors(tensors.get("best", {})), predictions)
    _restore_rng(checkpoint.state["random"], tensors["random"], model.device)


def _copies(tensors: Mapping[str, torch.Tensor]) -> dict[str, np.ndarray]:
    return {name: value.detach().to("cpu", copy=True).numpy() for name, value in tensors.items()}


def _tensors(arrays: Mapping[str, np.ndarray]) -> dict[str, torch.Tensor]:
    """Return copies of tensors, in torch's own memory layout."""
    return {name: torch.from_numpy(value.copy()) for name, value in arrays.items()}


def identity_of(
    config: FineTuningConfig, context: TrialContext, model: PackedModel, encoder: TextEncoder, data: Mapping[str, str]
) -> dict[str, str]:
    """Return names and values to compare, hashes of long ones: a checkpoint is resumed only if all are the same.

    Threads are not among them: a checkpoint brings its own. Nor is the name of the device: another one of its kind
    will do, but on another kind, or in another number format, it would be another training.

    Args:
        config: Of the training.
        context: The same.
        model: The same.
        encoder: The same.
        data: Of the data, and what else the task depends on.
    """
    shapes = {name: list(value.shape) for name, value in model.module.state_dict().items()}
    return {
        "model_config": _digest(config.model_dump(mode="json")),
        "model": _digest(shapes),
        "tokenizer": _digest(encoder.fingerprint),
        **data,
        "seed": str(context.seed),
        "metric": context.metric,
        "device": model.device.type,
        "precision": model.precision.name,
        "python": ".".join(platform.python_version_tuple()[:2]),
        **{library: _version(library) for library in _LIBRARIES},
    }


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:  # run from its sources
        return "unknown"


def _rng_state(device: torch.device) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Return the states of all generators of random numbers: what JSON holds, and arrays by name."""
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


def _restore_rng(state: Mapping[str, Any], arrays: Mapping[str, np.ndarray], device: torch.device) -> None:
    """Restore what `_rng_state` returned."""
    version, gauss = state["python"]
    random.setstate((version, tuple(arrays["python"].tolist()), gauss))
    np.random.set_state(("MT19937", arrays["numpy"], *state["numpy"]))  # noqa: NPY002 -- see above
    torch.set_rng_state(torch.from_numpy(arrays["torch"].copy()))
    if device.type == "cuda":
        torch.cuda.set_rng_state(torch.from_numpy(arrays["cuda"].copy()), device)
