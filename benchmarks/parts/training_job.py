"""The contestants of the training benchmarks, and what one training of one of them is given."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["CONTESTANTS", "Side", "TrainingJob"]


@dataclass(frozen=True, slots=True)
class Side:
    """A way to train.

    Attributes:
        attention_dropout: 0 is modelcat's default, 0.1 that of published models; None is the value of the checkpoint.
        tuned: Whether Trainer computes in bf16, in batches of similar length, evaluates in batches of 32, and on a GPU
            collates in four processes. Else all settings of speed are the defaults of `TrainingArguments`.
            Scaled-dot-product attention and the fused AdamW are Trainer's defaults.
    """

    attention_dropout: float | None
    tuned: bool = False


CONTESTANTS: Mapping[str, Side] = {
    "modelcat": Side(0.0),
    "modelcat-dropout": Side(0.1),
    "trainer": Side(None),
    "trainer-tuned": Side(0.0, tuned=True),
    "trainer-tuned-dropout": Side(0.1, tuned=True),
}


@dataclass(frozen=True, slots=True)
class TrainingJob:
    """One training by one contestant.

    Attributes:
        contestant: One of `CONTESTANTS`.
        model: Folder of the checkpoint.
        files: JSON Lines by split: train, validation, and if wanted warmup and test.
        hyperparameters: max_length, batch, epochs, learning_rate, weight_decay, warmup_share, seed. With ``best``,
            Trainer validates every epoch and keeps the best one, as modelcat always does; else it only trains,
            and its memory is that of the training alone. With ``at_scale``, tuned Trainer sorts 50 batches by length at
            a time even if there are few, as it does if there are 200.
        device: ``cpu`` or ``cuda:0``.
        threads: CPU threads.
        keep: A folder that is made for modelcat's trained model.
    """

    contestant: str
    model: str
    files: Mapping[str, str]
    hyperparameters: Mapping[str, Any]
    device: str
    threads: int
    keep: str | None = None

    @property
    def side(self) -> Side:
        """How the contestant trains."""
        return CONTESTANTS[self.contestant]
