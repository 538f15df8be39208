"""Labels for texts by one contestant: texts in, labels out, tokenisation included, imports and loading left out."""

import importlib
import inspect
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch

from parts import machine

__all__ = ["answer"]

_BATCH = 32


def answer(*, contestant: str, model: str, texts: Sequence[str], device: str, threads: int) -> dict[str, Any]:
    """Label texts and return what it took.

    Args:
        contestant: ``modelcat`` (as it opens a model by default), ``modelcat-PRECISION``, ``pipeline`` (its
            defaults: one text at a time, the checkpoint's number format) or ``pipeline-tuned`` (bf16, batches of 32,
            texts sorted by length; the sorting is timed).
        model: Folder of a model that modelcat trained.
        texts: What to label.
        device: ``cpu`` or ``cuda:0``.
        threads: CPU threads.

    Returns:
        labels, seconds, seconds of the warm-up (32 of the texts, not counted), memory in bytes. ``skipped`` alone if
        modelcat does not support the precision here.
    """
    torch.set_num_threads(threads)
    ours = contestant.startswith("modelcat")
    importlib.import_module("plugins.nlp.text_classification.bert.trainer" if ours else "transformers.pipelines")
    imports = machine.memory_now()
    if ours:
        labels_of, skipped = _modelcat(contestant.partition("-")[2], Path(model), device, threads)
        if labels_of is None:
            return {"skipped": skipped}
    else:
        labels_of = _pipeline(model, device, tuned=contestant == "pipeline-tuned")
    began = time.perf_counter()
    labels_of(texts[:_BATCH])
    warm = time.perf_counter()
    labels = labels_of(texts)
    done = time.perf_counter()
    peak = machine.memory_peak()
    return {
        "labels": labels,
        "texts": len(labels),
        "seconds": done - warm,
        "texts_per_second": len(labels) / (done - warm),
        "warmup_seconds": warm - began,
        "peak": peak,
        "peak_above_imports": peak - imports,
        "gpu_peak": torch.cuda.max_memory_allocated() if device != "cpu" else None,
    }


Labeller = Callable[[Sequence[str]], list[str]]


def _modelcat(precision: str, model: Path, device: str, threads: int) -> tuple[Labeller | None, str]:
    from catalog.errors import ModelcatError
    from plugins.nlp.text_classification.bert.trainer import BertTrainer

    trainer = BertTrainer()
    named = {"precision": precision} if precision else {}
    if named and "precision" not in inspect.signature(trainer.open).parameters:
        return None, "BertTrainer.open takes no precision"
    try:
        predictor = trainer.open(model, device, threads, **named)
    except (ModelcatError, ValueError) as error:
        return None, str(error)
    return lambda texts: [one["label"] for one in predictor.predict(texts)], ""


def _pipeline(model: str, device: str, *, tuned: bool) -> Labeller:
    from transformers import pipeline

    if not tuned:
        ask = pipeline("text-classification", model=model, device=device)
        return lambda texts: [one["label"] for one in ask(list(texts), truncation=True)]
    ask = pipeline("text-classification", model=model, device=device, dtype=torch.bfloat16)

    def labels(texts: Sequence[str]) -> list[str]:
        order = sorted(range(len(texts)), key=lambda row: len(texts[row]))
        found = ask([texts[row] for row in order], truncation=True, batch_size=_BATCH)
        labels = [""] * len(texts)
        for row, one in zip(order, found, strict=True):
            labels[row] = one["label"]
        return labels

    return labels
