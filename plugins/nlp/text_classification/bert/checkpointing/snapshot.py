"""The whole state of a training, copied between two steps, and put back."""

from collections.abc import Mapping

import numpy as np
import torch

from plugins.nlp.text_classification.bert import device as devices
from plugins.nlp.text_classification.bert.checkpointing.chance import restore_chance, state_of_chance
from plugins.nlp.text_classification.bert.classifier import Classifier
from plugins.nlp.text_classification.bert.progress import Progress
from plugins.nlp.text_classification.bert.stepping import Stepper
from plugins.nlp.text_classification.checkpoints import Checkpoint

__all__ = ["restore", "snapshot"]

_PROBABILITIES = "probabilities"


def snapshot(
    step: int, identity: Mapping[str, str], classifier: Classifier, stepper: Stepper, progress: Progress
) -> Checkpoint:
    """Copy all that the training after `step` depends on; waits for the device.

    The weights and predictions of the best epoch are not copied: they were when they were kept.
    """
    stepping, moments = stepper.state()
    progressing, best = progress.state()
    chance, arrays = state_of_chance(classifier.device)
    tensors = {
        "model": _copies(classifier.model.state_dict()),
        "optimizer": _copies(moments),
        "random": arrays,
    }
    if best is not None:
        tensors["best"] = {name: value.numpy() for name, value in best.weights.items()}
        tensors["validation"] = {_PROBABILITIES: best.probabilities}
    state = {"stepper": stepping, "progress": progressing, "random": chance, "threads": torch.get_num_threads()}
    return Checkpoint(step, identity, state, tensors)


def restore(
    checkpoint: Checkpoint, classifier: Classifier, stepper: Stepper, progress: Progress, *, repeatable: bool
) -> None:
    """Put back what `snapshot` copied.

    Args:
        checkpoint: Its identity is known to be right.
        classifier: New, as are the others.
        stepper: The same.
        progress: The same.
        repeatable: Whether to compute on as many threads as before, however many there are now: another number would
            add up in another order.
    """
    tensors = checkpoint.tensors
    if repeatable:
        devices.use_threads(int(checkpoint.state["threads"]))
    classifier.model.load_state_dict(_tensors(tensors["model"]))
    stepper.restore(checkpoint.state["stepper"], _tensors(tensors["optimizer"]))
    probabilities = tensors["validation"][_PROBABILITIES].copy() if "validation" in tensors else None
    progress.restore(checkpoint.state["progress"], _tensors(tensors.get("best", {})), probabilities)
    restore_chance(checkpoint.state["random"], tensors["random"], classifier.device)


def _copies(tensors: Mapping[str, torch.Tensor]) -> dict[str, np.ndarray]:
    return {name: value.detach().to("cpu", copy=True).numpy() for name, value in tensors.items()}


def _tensors(arrays: Mapping[str, np.ndarray]) -> dict[str, torch.Tensor]:
    """Return tensors of their own, in memory as torch lays it out."""
    return {name: torch.from_numpy(value.copy()) for name, value in arrays.items()}
