"""One training by one contestant, with what it took.

Texts are tokenised before the clock starts, for both. The clock runs from the first step's batch to the end of the
last step, evaluation left out, for both: modelcat's `TrialResult.seconds`, and from Trainer's on_train_begin to its
on_train_end. A warm-up training on other reviews comes first and is told apart (memory pools, compilation).
"""

import gc
import statistics
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from parts import machine

__all__ = ["CONTESTANTS", "Side", "Task", "bert_config", "context", "data", "train"]


@dataclass(frozen=True, slots=True)
class Side:
    """A way to train.

    Attributes:
        attention_dropout: 0 is modelcat's default, 0.1 that of published models; None is what the checkpoint says.
        tuned: Whether Trainer computes in bf16, in batches of similar length, evaluates in batches of 32, and on a GPU
            collates in four processes. Else all that has to do with speed is as `TrainingArguments` has it.
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
class Task:
    """What a contestant is asked to do.

    Attributes:
        contestant: One of `CONTESTANTS`.
        model: Folder of the checkpoint.
        files: JSON Lines by split: train, validation, and if wanted warmup and test.
        hyperparameters: max_length, batch, epochs, learning_rate, weight_decay, warmup_share, seed. With ``best``,
            Trainer validates every epoch and keeps the best one, as modelcat always does; else it does nothing but
            train, and its memory is that alone. With ``at_scale``, tuned Trainer sorts 50 batches by length at a time
            however few there are, as it does where there are 200.
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


def train(**arguments: Any) -> dict[str, Any]:
    """Train once, as the fields of a `Task` say, and return what it took.

    Returns:
        examples, real_tokens (after cutting, each epoch counted), processed_tokens (with padding; None for modelcat,
        which tells it in its profile), steps, seconds and wall_seconds (the whole call, evaluation and saving in),
        warmup_seconds, train_loss, validation_accuracy, test_accuracy, memory in bytes: ``peak_above_imports`` leaves
        out what the process had once its libraries were imported, ``gpu_peak`` is what torch had allocated there at
        most in the measured training, ``gpu_reserved`` what it held.
    """
    import torch

    task = Task(**arguments)
    torch.set_num_threads(task.threads)
    side = _modelcat if task.contestant.startswith("modelcat") else _trainer
    with tempfile.TemporaryDirectory() as folder:
        found = side(task, Path(folder))
    on_gpu = task.device != "cpu"
    peak = machine.memory_peak()
    return found | {
        "peak": peak,
        "peak_above_imports": peak - found["imports"],
        "gpu_peak": torch.cuda.max_memory_allocated() if on_gpu else None,
        "gpu_reserved": torch.cuda.max_memory_reserved() if on_gpu else None,
        "examples_per_second": found["examples"] / found["seconds"],
        "tokens_per_second": found["real_tokens"] / found["seconds"],
    }


def bert_config(task: Task) -> Any:
    """Return modelcat's configuration of a training."""
    from plugins.nlp.text_classification.bert.config import BertConfig

    given = task.hyperparameters
    return BertConfig.model_validate(
        {
            "model_name": task.model,
            "num_labels": 2,
            "max_seq_length": given["max_length"],
            "batch_size": given["batch"],
            "epochs": given["epochs"],
            "learning_rate": given["learning_rate"],
            "weight_decay": given["weight_decay"],
            "warmup_steps": given["warmup_share"],
            "attention_probs_dropout": task.side.attention_dropout,
            "seed": given["seed"],
        }
    )


def context(task: Task, folder: Path, **heard: Any) -> Any:
    """Return what modelcat's trainer is told; `heard` may hold report and tick."""
    from catalog.contract import Decision, Direction, TrialContext

    folder.mkdir()
    return TrialContext(
        folder=folder,
        device=task.device,
        threads=task.threads,
        seed=task.hyperparameters["seed"],
        metric="accuracy",
        direction=Direction.MAXIMIZE,
        quarters=False,
        report=heard.get("report", lambda _: Decision.GO_ON),
        tick=heard.get("tick", lambda _: None),
    )


def data(task: Task, cache: Path, training: str = "train") -> Any:
    """Read the files as modelcat does; what is called `training` is trained on."""
    from plugins.nlp.text_classification.data import load
    from plugins.nlp.text_classification.dataset import FilesDataset

    files = task.files
    test = files.get("test", files["validation"])  # or a part of the training split would be kept back for it
    given = FilesDataset(source="files", train=files[training], validation=files["validation"], test=test)
    return load(given, cache)


def _modelcat(task: Task, folder: Path) -> dict[str, Any]:
    from plugins.nlp.text_classification.bert.trainer import BertTrainer

    imports = machine.memory_now()
    trainer, config, cache = BertTrainer(), bert_config(task), folder / "cache"
    warmup_seconds = 0.0
    if "warmup" in task.files:
        warm = config.model_copy(update={"epochs": 1})
        prepared = trainer.prepare(data(task, cache, "warmup"), warm, cache)
        warmup_seconds = trainer.train(warm, prepared, context(task, folder / "warmup")).seconds
        del prepared
        _forget(task.device)
    prepared = trainer.prepare(data(task, cache), config, cache)
    ticks: list[float] = []
    told = context(task, folder / "trained", tick=ticks.append)
    began = time.perf_counter()
    result = trainer.train(config, prepared, told)
    wall = time.perf_counter() - began
    found: dict[str, Any] = {}
    if "test" in task.files:
        place = {"folder": told.folder, "device": task.device, "threads": task.threads}
        judged = trainer.evaluate(result.model_dir, prepared, "test", **place)
        found = {"test_accuracy": judged.metrics["accuracy"], "test_rows": judged.rows, "test_seconds": judged.seconds}
    if task.keep is not None:
        Path(result.model_dir).rename(task.keep)
    return found | {
        "imports": imports,
        "attention_dropout": task.side.attention_dropout,
        "examples": round(result.examples_per_second * result.seconds),
        "real_tokens": round(result.tokens_per_second * result.seconds),
        "processed_tokens": None,
        "steps": len(ticks),
        "seconds": result.seconds,
        "wall_seconds": wall,
        "warmup_seconds": warmup_seconds,
        "train_loss": statistics.fmean(epoch.train_loss for epoch in result.history),
        "validation_accuracy": result.metrics["accuracy"],
        "notes": list(result.notes),
    }


def _trainer(task: Task, folder: Path) -> dict[str, Any]:
    from transformers import AutoTokenizer

    from parts import hugging_face

    imports = machine.memory_now()
    given = task.hyperparameters
    tokenizer = AutoTokenizer.from_pretrained(task.model)
    rows = {split: hugging_face.tokenise(tokenizer, file, given["max_length"]) for split, file in task.files.items()}
    warmup_seconds = 0.0
    if "warmup" in rows:
        warmup_seconds = hugging_face.fit(task, tokenizer, rows["warmup"], None, 1, folder).seconds
        _forget(task.device)
    validation = rows["validation"] if given.get("best") else None
    began = time.perf_counter()
    fitted = hugging_face.fit(task, tokenizer, rows["train"], validation, given["epochs"], folder)
    wall = time.perf_counter() - began
    found: dict[str, Any] = {}
    if "test" in rows:
        began = time.perf_counter()
        found = {"test_accuracy": fitted.accuracy(rows["test"]), "test_rows": len(rows["test"])}
        found["test_seconds"] = time.perf_counter() - began
    return found | {
        "imports": imports,
        "attention_dropout": fitted.attention_dropout,
        "examples": len(rows["train"]) * given["epochs"],
        "real_tokens": sum(len(row["input_ids"]) for row in rows["train"]) * given["epochs"],
        "processed_tokens": fitted.processed_tokens,
        "steps": fitted.steps,
        "seconds": fitted.seconds,
        "wall_seconds": wall,
        "warmup_seconds": warmup_seconds,
        "train_loss": fitted.train_loss,
        "validation_accuracy": fitted.validation_accuracy,
        "notes": [],
    }


def _forget(device: str) -> None:
    """Let the measured training's peak on a GPU begin without what the warm-up left."""
    gc.collect()
    if device != "cpu":
        import torch

        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()
