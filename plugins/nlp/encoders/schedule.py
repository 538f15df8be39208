"""How many steps a training has, how its learning rate changes, and when it is measured. No heavy imports."""

import math
from dataclasses import dataclass

from plugins.nlp.encoders.config import FineTuningConfig

__all__ = ["Schedule", "schedule_of"]


@dataclass(frozen=True, slots=True)
class Schedule:
    """Counts of optimizer steps.

    Attributes:
        steps_per_epoch: Steps of one pass over the training split; the last one may see fewer examples.
        epochs: Passes.
        warmup: Steps over which the learning rate rises; it may exceed `total`.
    """

    steps_per_epoch: int
    epochs: int
    warmup: int

    @property
    def total(self) -> int:
        """Steps of the whole training."""
        return self.steps_per_epoch * self.epochs

    def factor(self, step: int) -> float:
        """Return the share of the highest learning rate that `step` (the first is 1) uses.

        It rises linearly from 0 and falls linearly to 0, as for the published BERT (Devlin et al., 2019, appendix A.2)
        and in transformers' Trainer, so that equal settings mean equal trainings.
        """
        done = step - 1
        if done < self.warmup:
            return done / self.warmup
        return (self.total - done) / max(1, self.total - self.warmup)

    def ends_epoch(self, step: int) -> bool:
        """Return whether `step` is the last of an epoch."""
        return step % self.steps_per_epoch == 0

    def quarters(self) -> frozenset[int]:
        """Return the steps nearest to 25, 50, 75 and 100 % of the schedule; fewer if there are fewer steps."""
        return frozenset(max(1, round(self.total * share / 4)) for share in (1, 2, 3, 4))


def schedule_of(config: FineTuningConfig, rows: int) -> Schedule:
    """Return the schedule of a training on `rows` examples."""
    steps = math.ceil(rows / config.step_size)
    warmup = config.warmup_steps
    count = warmup if isinstance(warmup, int) else round(warmup * steps * config.epochs)
    return Schedule(steps_per_epoch=steps, epochs=config.epochs, warmup=count)
