"""What happens between steps: evaluation, reports, the best epoch, early stopping."""

import math
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch

from catalog.contract import Decision, Direction, EpochMetrics, Outcome, TrialContext
from catalog.errors import DivergedError
from plugins.nlp.encoders.config import FineTuningConfig
from plugins.nlp.encoders.objective import Objective
from plugins.nlp.encoders.packed import PackedModel
from plugins.nlp.encoders.schedule import Schedule
from plugins.nlp.encoders.scoring import outputs_of
from plugins.nlp.encoders.stepper import Stepper

__all__ = ["Kept", "Progress"]

_CHECK_STEPS = 50
"""Steps between checks of the loss: each check waits for the device."""


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """A measured state of the model.

    Attributes:
        measured: What was measured.
        weights: On the CPU, by name.
        predictions: On validation, see `objective.Evaluated`.
        seconds: Spent computing them.
    """

    measured: EpochMetrics
    weights: dict[str, torch.Tensor]
    predictions: np.ndarray
    seconds: float


class Progress:
    """Follows one training from its first step to its outcome.

    Attributes:
        seconds: Spent in the training loop so far, without evaluation.
        history: Measurements at epoch ends.
        best: The epoch to keep; the final state if a training stops within its first epoch.
        outcome: How the training ended.
        notes: What a reader should know.
    """

    def __init__(
        self,
        config: FineTuningConfig,
        schedule: Schedule,
        context: TrialContext,
        model: PackedModel,
        stepper: Stepper,
        validation: Objective,
    ) -> None:
        self._config = config
        self._schedule = schedule
        self._context = context
        self._model = model
        self._stepper = stepper
        self._validation = validation
        self._quarters = schedule.quarters() if context.quarters else frozenset()
        self._began = self._resumed = time.perf_counter()
        self._evaluation_seconds = 0.0
        self._lowest_loss = math.inf
        self._epochs_since_lowest = 0
        self.seconds = 0.0
        self.history: list[EpochMetrics] = []
        self.notes: list[str] = []
        self._last: EpochMetrics  # at the latest there is one after the last step
        self.best: Kept | None = None
        self.outcome = Outcome.COMPLETE

    @property
    def measured(self) -> EpochMetrics:
        """The measurement of the state that is kept; of the newest one if none is kept."""
        return self._last if self.best is None else self.best.measured

    def after(self, step: int, rate: float) -> bool:
        """Do what is due after `step` (the first is 1); return whether to continue.

        Raises:
            DivergedError: The loss is not finite.
        """
        self._context.tick(step / self._schedule.total)
        epoch_end = self._schedule.ends_epoch(step)
        late = step < self._schedule.total and self._out_of_time()
        if not (epoch_end or late or step in self._quarters):
            if step % _CHECK_STEPS == 0:
                self._finite_loss(step, rate)
            return True
        measured, predictions = self._measure(step, rate)
        self._last = measured
        if epoch_end:
            self.history.append(measured)
        decision = self._context.report(measured)
        stopped = late or decision is Decision.STOP
        if decision is Decision.PRUNE:
            self.outcome = Outcome.PRUNED
        elif stopped:
            self.outcome = Outcome.STOPPED
        if epoch_end or (stopped and self.best is None):
            self._keep(measured, predictions)
        if epoch_end and decision is Decision.GO_ON and not late:
            stopped = self._overfits(measured)
        self._resumed = time.perf_counter()
        return not stopped and decision is Decision.GO_ON

    def state(self) -> tuple[dict[str, Any], Kept | None]:
        """Return the state for a checkpoint; call it after `after` has finished the step."""
        now = time.perf_counter()
        numbers = {
            "seconds": self.seconds + now - self._resumed,
            "elapsed": now - self._began,
            "lowest_loss": self._lowest_loss,
            "epochs_since_lowest": self._epochs_since_lowest,
            "history": [asdict(measured) for measured in self.history],
            "notes": list(self.notes),
            "best": None if self.best is None else asdict(self.best.measured),
            "judging": None if self.best is None else self.best.seconds,
        }
        return numbers, self.best

    def restore(
        self, numbers: Mapping[str, Any], weights: dict[str, torch.Tensor], predictions: np.ndarray | None
    ) -> None:
        """Restore what `state` returned, with the weights and predictions of the best epoch, if there was one."""
        self._resumed = time.perf_counter()
        self._began = self._resumed - numbers["elapsed"]
        self.seconds = float(numbers["seconds"])
        self._lowest_loss = float(numbers["lowest_loss"])
        self._epochs_since_lowest = int(numbers["epochs_since_lowest"])
        self.history = [EpochMetrics(**measured) for measured in numbers["history"]]
        self.notes = list(numbers["notes"])
        if predictions is not None:
            best = EpochMetrics(**numbers["best"])
            self.best = Kept(best, weights, predictions, float(numbers["judging"]))

    def _measure(self, step: int, rate: float) -> tuple[EpochMetrics, np.ndarray]:
        train_loss, train_metric = self._finite_loss(step, rate), self._stepper.metric_so_far()
        self.seconds += time.perf_counter() - self._resumed
        self._stepper.restart()
        began = time.perf_counter()
        outputs = outputs_of(self._model, self._validation.tokens)
        self._evaluation_seconds = time.perf_counter() - began
        evaluated = self._validation.evaluate(outputs)
        if not math.isfinite(loss := evaluated.metrics["loss"]):
            raise self._diverged("validation", loss, step, rate)
        measured = EpochMetrics(
            epoch=step / self._schedule.steps_per_epoch,
            progress=step / self._schedule.total,
            train_loss=train_loss,
            metrics=evaluated.metrics,
            learning_rate=rate,
            seconds=self.seconds,
            train_metrics={self._validation.train_metric: train_metric},
        )
        return measured, evaluated.predictions

    def _keep(self, measured: EpochMetrics, predictions: np.ndarray) -> None:
        if self.best is None or self._rank(measured) > self._rank(self.best.measured):
            state = self._model.module.state_dict()
            weights = {name: value.detach().to("cpu", copy=True) for name, value in state.items()}
            self.best = Kept(measured, weights, predictions, self._evaluation_seconds)

    def _rank(self, measured: EpochMetrics) -> tuple[float, float]:
        """Return a key that is larger for a better measurement; of equal ones the one with the lower loss is better."""
        score = measured.metrics[self._context.metric]
        return (score if self._context.direction is Direction.MAXIMIZE else -score, -measured.metrics["loss"])

    def _overfits(self, measured: EpochMetrics) -> bool:
        if measured.metrics["loss"] < self._lowest_loss:
            self._lowest_loss, self._epochs_since_lowest = measured.metrics["loss"], 0
        else:
            self._epochs_since_lowest += 1
        patience = self._config.patience
        if patience is None or self._epochs_since_lowest < patience or measured.progress == 1:
            return False
        self.notes.append(
            f"Ended early after epoch {measured.epoch:g} of {self._schedule.epochs}: the validation loss has not "
            f"fallen for {patience} {'epoch' if patience == 1 else 'epochs'}."
        )
        return True

    def _out_of_time(self) -> bool:
        limit = self._context.time_limit
        return limit is not None and time.perf_counter() - self._began >= limit

    def _finite_loss(self, step: int, rate: float) -> float:
        loss = self._stepper.loss_so_far()
        if not math.isfinite(loss):
            raise self._diverged("training", loss, step, rate)
        return loss

    def _diverged(self, which: str, loss: float, step: int, rate: float) -> DivergedError:
        return DivergedError(
            f"The {which} loss is {loss} at step {step} of {self._schedule.total}, where the learning rate is "
            f"{rate:.3g}. Lower learning_rate (now {self._config.resolved_learning_rate:g}), lengthen warmup_steps "
            f"(now {self._config.warmup_steps:g}), or set max_grad_norm.",
            field="model_config.learning_rate",
        )
