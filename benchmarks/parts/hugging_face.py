"""transformers' Trainer as its documentation uses it, and tuned."""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import torch
from torch.utils.data import Sampler
from transformers import (
    AutoModelForSequenceClassification,
    AutoTokenizer,
    Trainer,
    TrainerCallback,
    TrainingArguments,
)
from transformers.trainer_pt_utils import get_length_grouped_indices

from parts.reviews import LABELS, records
from parts.training_job import TrainingJob

__all__ = ["Fitted", "fit", "lengths", "tokenise"]

Rows = list[dict[str, Any]]


def tokenise(tokenizer: Any, file: str, max_length: int) -> Rows:
    """Return the rows of a JSON Lines file as what Trainer takes, cut and not padded.

    A plain list: it hands rows out faster than a `datasets.Dataset` does, which is to Trainer's advantage.
    """
    read = records(file)
    encoded = tokenizer([record["text"] for record in read], truncation=True, max_length=max_length)
    return [
        {**{name: values[row] for name, values in encoded.items()}, "labels": LABELS.index(record["label"])}
        for row, record in enumerate(read)
    ]


def lengths(*, model: str, file: str, max_length: int) -> list[int]:
    """Return the tokens of each row of a JSON Lines file, special ones included, after cutting."""
    return [len(row["input_ids"]) for row in tokenise(AutoTokenizer.from_pretrained(model), file, max_length)]


@dataclass(slots=True)
class Fitted:
    """A training that has ended, and how.

    Attributes:
        trainer: Holds the trained model; the best epoch's if that was requested.
        attention_dropout: The value that the model trained with.
        seconds: From on_train_begin to on_train_end, evaluation left out.
        processed_tokens: Given to the model in training, padding counted.
        steps: Optimizer steps.
        train_loss: Mean over the training.
        validation_accuracy: Of the model that was kept; None if nothing was validated.
    """

    trainer: Any
    attention_dropout: float
    seconds: float
    processed_tokens: int
    steps: int
    train_loss: float
    validation_accuracy: float | None

    def accuracy(self, rows: Rows) -> float:
        """Return the share of rows that the model labels right; in order of length, to save the reader's time."""
        ordered = sorted(rows, key=lambda row: len(row["input_ids"]))
        return float(self.trainer.evaluate(ordered)["eval_accuracy"])


class _Clock(TrainerCallback):
    """Times the training loop and keeps the best epoch's weights in memory."""

    def __init__(self, device: str) -> None:
        self._device = device
        self._began = 0.0
        self.seconds = 0.0
        self.best: tuple[tuple[float, float], dict[str, torch.Tensor]] | None = None

    def _now(self) -> float:
        if self._device != "cpu":
            torch.cuda.synchronize()
        return time.perf_counter()

    def on_train_begin(self, *_: Any, **__: Any) -> None:
        """Start."""
        self._began = self._now()

    def on_train_end(self, *_: Any, **__: Any) -> None:
        """Stop."""
        self.seconds += self._now() - self._began

    def on_evaluate(self, *_: Any, metrics: Mapping[str, float], model: Any, **__: Any) -> None:
        """Keep the weights of the highest accuracy, of equal ones those of the lower loss, as modelcat does."""
        score = (metrics["eval_accuracy"], -metrics["eval_loss"])
        if self.best is None or score > self.best[0]:
            self.best = score, {name: value.detach().cpu().clone() for name, value in model.state_dict().items()}


def fit(task: TrainingJob, tokenizer: Any, rows: Rows, validation: Rows | None, epochs: int, folder: Path) -> Fitted:
    """Fine-tune once.

    Args:
        task: The task of `training.train`.
        tokenizer: Of the checkpoint.
        rows: Of `tokenise`.
        validation: Judged after every epoch; the best epoch is kept. None leaves both out.
        epochs: Passes.
        folder: Where Trainer may write; it writes nothing.
    """
    given, device = task.hyperparameters, task.device
    network = AutoModelForSequenceClassification.from_pretrained(
        task.model,
        num_labels=len(LABELS),
        dtype=torch.float32,
        **_dropout(task.model, task.side.attention_dropout),
    )
    arguments = TrainingArguments(
        output_dir=str(folder / "trainer"),
        per_device_train_batch_size=given["batch"],
        num_train_epochs=epochs,
        learning_rate=given["learning_rate"],
        weight_decay=given["weight_decay"],
        warmup_steps=given["warmup_share"],
        seed=given["seed"],
        eval_strategy="no" if validation is None else "epoch",
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
        use_cpu=device == "cpu",
        **(_tuned(device) if task.side.tuned else {}),
    )
    clock = _Clock(device)
    trainer = Trainer(
        model=network,
        args=arguments,
        train_dataset=rows,
        eval_dataset=validation,
        processing_class=tokenizer,
        compute_metrics=_accuracy,
        callbacks=[clock],
    )
    _exclude_evaluation(trainer, clock)
    if task.side.tuned and given.get("at_scale"):
        lengths_of_rows = [len(row["input_ids"]) for row in rows]
        # Private, but there is no public access to the content of batches.
        trainer._get_train_sampler = lambda *_: _Grouped(lengths_of_rows, given["batch"], given["seed"])  # noqa: SLF001
    processed = _Processed()
    network.register_forward_pre_hook(processed, with_kwargs=True)
    output = trainer.train()
    best = clock.best if validation is not None else None
    if best is not None:
        network.load_state_dict(best[1])
    return Fitted(
        trainer=trainer,
        attention_dropout=_attention_dropout(network.config),
        seconds=clock.seconds,
        processed_tokens=processed.tokens,
        steps=output.global_step,
        train_loss=output.training_loss,
        validation_accuracy=None if best is None else best[0][0],
    )


def _tuned(device: str) -> dict[str, Any]:
    known = {field.name for field in fields(TrainingArguments)}
    grouped = (
        {"train_sampling_strategy": "group_by_length"}
        if "train_sampling_strategy" in known
        else {"group_by_length": True}  # its name before transformers 5
    )
    workers = {"dataloader_num_workers": 4, "dataloader_persistent_workers": True} if device != "cpu" else {}
    return {"bf16": True, "per_device_eval_batch_size": 32, **grouped, **workers}


def _dropout(model: str, wanted: float | None) -> dict[str, float]:
    if wanted is None:
        return {}
    config = json.loads(Path(model, "config.json").read_text(encoding="utf-8"))
    return {"attention_dropout" if config["model_type"] == "distilbert" else "attention_probs_dropout_prob": wanted}


def _attention_dropout(config: Any) -> float:
    name = "attention_dropout" if config.model_type == "distilbert" else "attention_probs_dropout_prob"
    return float(getattr(config, name))


def _accuracy(judged: Any) -> dict[str, float]:
    return {"accuracy": float((judged.predictions.argmax(axis=-1) == judged.label_ids).mean())}


def _exclude_evaluation(trainer: Any, clock: _Clock) -> None:
    """Subtract the seconds of evaluations within the training."""
    evaluate = trainer.evaluate

    def timed(*arguments: Any, **named: Any) -> Any:
        began = time.perf_counter()
        try:
            return evaluate(*arguments, **named)
        finally:
            clock.seconds -= time.perf_counter() - began

    trainer.evaluate = timed


class _Grouped(Sampler[int]):
    """Trainer's own order by length, with as much to choose from as in a large data set."""

    def __init__(self, lengths: list[int], batch: int, seed: int) -> None:
        self._lengths, self._batch = lengths, batch
        self._generator = torch.Generator().manual_seed(seed)

    def __len__(self) -> int:
        return len(self._lengths)

    def __iter__(self) -> Iterator[int]:
        most = min(50, -(-len(self._lengths) // self._batch))
        return iter(get_length_grouped_indices(self._lengths, self._batch, most, generator=self._generator))


class _Processed:
    """Counts the tokens that a model is given while it trains; waits for nothing."""

    def __init__(self) -> None:
        self.tokens = 0

    def __call__(self, module: Any, _: Sequence[Any], given: Mapping[str, Any]) -> None:
        if module.training:
            self.tokens += given["input_ids"].numel()
