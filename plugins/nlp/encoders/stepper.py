"""One optimizer step, with the same result however it is cut into micro-batches."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import nn

from catalog.errors import OutOfMemoryError
from plugins.nlp.encoders.batches import cut
from plugins.nlp.encoders.config import FineTuningConfig
from plugins.nlp.encoders.memory import Budget, is_exhausted
from plugins.nlp.encoders.objective import Objective
from plugins.nlp.encoders.packed import PackedModel

__all__ = ["Stepper", "build_optimizer"]


class Stepper:
    """Takes optimizer steps on one model.

    The loss of a step is the weighted mean over its targets: the sums of all micro-batches are divided by the weight of
    the whole step, so that no cut changes the gradients. If memory runs out,
    micro-batches get smaller, down to one row.

    Attributes:
        budget: Tokens of a micro-batch.
        examples: Rows seen so far, summed over epochs.
        tokens: Real tokens seen so far, summed over epochs.
    """

    def __init__(self, model: PackedModel, training: Objective, config: FineTuningConfig) -> None:
        self._model = model
        self._training = training
        self._config = config
        self._optimizer = build_optimizer(model.module, config)
        self._scaler = torch.amp.GradScaler(model.device.type, enabled=model.precision.scaled)
        self._loss_sum = torch.zeros((), device=model.device)
        self._metric_sum = torch.zeros((), device=model.device)
        self._count = 0
        self._weight_sum = 0.0
        self.budget = Budget(model, training.tokens, training=True)
        self.examples = 0
        self.tokens = 0

    def step(self, rows: np.ndarray, rate: float) -> None:
        """Train on `rows` (in order of length) at learning rate `rate`, without waiting for the device."""
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        while (sums := self._try_gradients(rows)) is None:
            self._model.forget()
            self.budget.halve(int(self._training.tokens.lengths[rows].sum()))
        self.budget.worked()
        self._update()
        self._loss_sum += sums[0]
        self._metric_sum += sums[1]
        self._count += self._training.count(rows)
        self._weight_sum += self._training.weight(rows)
        self.examples += rows.size
        self.tokens += int(self._training.tokens.lengths[rows].sum())

    def loss_so_far(self) -> float:
        """Return the mean training loss since the last `restart`; waits for the device."""
        return float(self._loss_sum) / self._weight_sum if self._weight_sum else 0.0

    def metric_so_far(self) -> float:
        """Return the mean of the training metric since the last `restart`; waits for the device."""
        return float(self._metric_sum) / self._count if self._count else 0.0

    def restart(self) -> None:
        """Start new means."""
        self._loss_sum.zero_()
        self._metric_sum.zero_()
        self._weight_sum, self._count = 0.0, 0

    def state(self) -> tuple[dict[str, Any], dict[str, torch.Tensor]]:
        """Return the state for a checkpoint besides the model, between two steps; tensors are not copied."""
        states = self._optimizer.state_dict()["state"]
        moments = {f"{index}.{name}": value for index, state in states.items() for name, value in state.items()}
        numbers = {
            "scaler": self._scaler.state_dict(),
            "budget": self.budget.state(),
            "loss_sum": float(self._loss_sum),
            "hits": float(self._metric_sum),  # these two are named as in checkpoints of modelcat 0.1
            "seen": self._count,
            "weight_sum": self._weight_sum,
            "examples": self.examples,
            "tokens": self.tokens,
        }
        return numbers, moments

    def restore(self, numbers: Mapping[str, Any], moments: Mapping[str, torch.Tensor]) -> None:
        """Restore what `state` returned; the model already has its weights."""
        states: dict[int, dict[str, torch.Tensor]] = {}
        for key, value in moments.items():
            index, _, name = key.partition(".")
            states.setdefault(int(index), {})[name] = value
        self._optimizer.load_state_dict({**self._optimizer.state_dict(), "state": states})
        self._scaler.load_state_dict(dict(numbers["scaler"]))
        self.budget.restore(numbers["budget"])
        self._loss_sum.fill_(numbers["loss_sum"])
        self._metric_sum.fill_(numbers["hits"])
        self._count, self._weight_sum = int(numbers["seen"]), float(numbers["weight_sum"])
        self.examples, self.tokens = int(numbers["examples"]), int(numbers["tokens"])
        self._model.refresh()

    def _update(self) -> None:
        try:
            if self._config.max_grad_norm:
                self._scaler.unscale_(self._optimizer)
                nn.utils.clip_grad_norm_(self._model.module.parameters(), self._config.max_grad_norm)
            self._scaler.step(self._optimizer)
            self._scaler.update()
            self._model.refresh()
        except (RuntimeError, MemoryError) as error:
            if is_exhausted(error):  # its state is twice as large as the model; smaller batches do not help
                raise OutOfMemoryError(
                    f"Out of memory on {self._model.device}: the model's weights, gradients and the optimizer's "
                    "state do not fit, whatever the batch. Use a smaller model, or free memory there.",
                    field="model_config.model_name",
                ) from error
            raise

    def _try_gradients(self, rows: np.ndarray) -> torch.Tensor | None:
        """Return the step's sums of loss and training metric, with its gradients in the parameters.

        None if memory ran out.
        """
        micro_batches = cut(rows, self._training.tokens.lengths, self.budget.tokens, self._config.batch_size)
        try:
            return self._gradients(micro_batches, self._training.weight(rows))
        except (RuntimeError, MemoryError) as error:
            if len(micro_batches) == rows.size or not is_exhausted(error):
                raise
            return None

    def _gradients(self, micro_batches: Sequence[np.ndarray], weight: float) -> torch.Tensor:
        total = torch.zeros(2, device=self._model.device)
        for rows in micro_batches:
            loss, metric = self._training.loss(self._model.outputs(self._training.tokens, rows), rows)
            scaled: Any = self._scaler.scale(loss / weight)
            scaled.backward()
            self._model.collect()
            total += torch.stack([loss.detach(), metric])
        return total


def build_optimizer(model: nn.Module, config: FineTuningConfig) -> torch.optim.Optimizer:
    """Return AdamW (Loshchilov and Hutter, 2019, arXiv 1711.05101) with bias correction, which fine-tuning needs.

    On bias correction: Mosbach et al., 2021, arXiv 2006.04884, section 5.

    Matrices decay by `weight_decay`; biases and the scales of normalisations, which are vectors, do not. One fused
    kernel updates all parameters.
    """
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    groups = [
        {"params": [p for p in parameters if p.ndim > 1], "weight_decay": config.weight_decay},
        {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(
        groups, lr=config.resolved_learning_rate, betas=(0.9, 0.999), eps=config.adam_epsilon, fused=True
    )
