"""One training by one contestant, with what it took.

Texts are tokenised before the clock starts, for both. The clock runs from the first step's batch to the end of the
last step, evaluation left out, for both: modelcat's `TrialResult.seconds`, and from Trainer's on_train_begin to its
on_train_end. A warm-up training on other reviews comes first and is reported separately (memory pools, compilation).
"""

import gc
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from parts import machine
from parts.training_job import TrainingJob

__all__ = ["bert_config", "context", "data", "train"]


def train(**arguments: Any) -> dict[str, Any]:
    """Train once, as the fields of a `TrainingJob` say, and return what it took.

    Returns:
        examples, real_tokens (after cutting, each epoch counted), processed_tokens (with padding; None for modelcat,
        which reports it in its profile), steps, seconds and wall_seconds (the whole call, evaluation and saving in),
        warmup_seconds, train_loss, validation_accuracy, test_accuracy, memory in bytes: ``peak_above_imports`` leaves
        out what the process had once its libraries were imported, ``gpu_peak`` is what torch had allocated there at
        most in the measured training, ``gpu_reserved`` what it held.
    """
    import torch

    task = TrainingJob(**arguments)
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


def bert_config(task: TrainingJob) -> Any:
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


def context(task: TrainingJob, folder: Path, **heard: Any) -> Any:
    """Return the context of modelcat's trainer; `heard` may hold report and tick."""
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


def data(task: TrainingJob, cache: Path, training: str = "train") -> Any:
    """Read the files as modelcat does; the model is trained on the file named `training`."""
    from plugins.nlp.text_classification.data import load
    from plugins.nlp.text_classification.dataset import FilesDataset

    files = task.files
    test = files.get("test", files["validation"])  # otherwise a part of the training split would be kept back for it
    given = FilesDataset(source="files", train=files[training], validation=files["validation"], test=test)
    return load(given, cache)


def _modelcat(task: TrainingJob, folder: Path) -> dict[str, Any]:
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


def _trainer(task: TrainingJob, folder: Path) -> dict[str, Any]:
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
