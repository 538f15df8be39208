"""Where the time of modelcat's training goes, seen from outside: by torch's profiler and the trainer's own callbacks.

An operation belongs to the backward pass if autograd runs it, to the optimizer if it comes after the step's last
backward pass (clipping, update, zeroing), to evaluation between a step's end and its report, else to the forward pass.
What no operation fills is feeding and Python: batches being gathered, and the profiler's own cost, so that this part is
too high. Adding up a micro-batch's gradients counts as forward if another micro-batch follows. Steps after the
first are counted. On a GPU the time of kernels is counted instead, and the rest is the wait for kernels. What
torch.compile has fused, or a CUDA graph replays, is seen as a whole.
"""

import bisect
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from parts.reviews import records
from parts.training import bert_config, context, data
from parts.training_job import TrainingJob

__all__ = ["profile"]

_TOKENISED = 1000
"""The least texts that are tokenised for the timing."""
_TICK, _REPORT = "benchmark tick", "benchmark report"


def profile(**arguments: Any) -> dict[str, Any]:
    """Train modelcat under a profiler, as the fields of a `training.TrainingJob` say, and return where time goes.

    Returns:
        seconds_per_step and share of the training loop by part; tokenising and evaluation in seconds an example;
        processed_per_real_token, None if no embedding of the vocabulary is seen.
    """
    import torch
    from torch.profiler import ProfilerActivity, record_function

    from catalog.contract import Decision
    from plugins.nlp.text_classification.bert.trainer import BertTrainer

    task = TrainingJob(**arguments)
    torch.set_num_threads(task.threads)
    trainer, config = BertTrainer(), bert_config(task)
    seen: list[float] = []

    def tick(share: float) -> None:
        seen.append(share)
        with record_function(_TICK):
            pass

    def report(_: Any) -> Any:
        with record_function(_REPORT):
            return Decision.GO_ON

    on_gpu = task.device != "cpu"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        cache = folder / "cache"
        prepared = trainer.prepare(data(task, cache), config, cache)
        texts = [record["text"] for record in records(task.files["train"])]
        texts *= -(-_TOKENISED // len(texts))
        began = time.perf_counter()
        prepared.encoder.encode(texts)
        tokenising = (time.perf_counter() - began) / len(texts)
        trainer.train(config, prepared, context(task, folder / "warmup"))
        told = context(task, folder / "profiled", tick=tick, report=report)
        activities = [ProfilerActivity.CPU] + [ProfilerActivity.CUDA] * on_gpu
        with torch.profiler.profile(activities=activities, record_shapes=True) as profiler:
            result = trainer.train(config, prepared, told)
        vocabulary = int(prepared.source.config.vocab_size)
        validation = prepared.summary.rows["validation"]
    parts, evaluation, processed = _parts(profiler.events(), on_gpu, vocabulary)
    steps = len(seen) - 1
    total = sum(parts.values())
    real = round(result.tokens_per_second * result.seconds)
    return {
        "steps": steps,
        "seconds_per_step": {part: taken / max(1, steps) for part, taken in parts.items()},
        "share": {part: taken / total for part, taken in parts.items()} if total else {},
        "tokenising_seconds_per_example": tokenising,
        "evaluation_seconds_per_example": evaluation / (validation * config.epochs),
        "processed_per_real_token": processed / real if processed else None,
    }


def _parts(events: Sequence[Any], on_gpu: bool, vocabulary: int) -> tuple[dict[str, float], float, int]:
    """Return seconds by part of the training loop, seconds of evaluation, and tokens embedded in training."""
    ticks = sorted(e.time_range.end for e in events if e.name == _TICK)
    reports = sorted(e.time_range.start for e in events if e.name == _REPORT)
    # An evaluation lasts from the last tick before a report to that report.
    windows = [(ticks[bisect.bisect(ticks, end) - 1], end) for end in reports]

    def judged(moment: float) -> bool:
        return any(start <= moment < end for start, end in windows)

    roots = sorted((e for e in events if e.cpu_parent is None and _runs(e)), key=lambda e: e.time_range.start)
    taken = {"forward": 0.0, "backward": 0.0, "optimizer": 0.0}
    pending = 0.0  # of the forward pass if a backward pass follows, of the optimizer if the step ends
    started = False
    for event in roots:
        if event.name == _TICK:
            taken["optimizer"] += pending
            pending, started = 0.0, True
        elif started and event.time_range.start < ticks[-1] and not judged(event.time_range.start):
            cost = (event.device_time_total if on_gpu else event.cpu_time_total) / 1e6
            if event.name.startswith("autograd::engine::evaluate_function"):
                taken["backward"] += cost
                taken["forward"] += pending
                pending = 0.0
            else:
                pending += cost
    evaluation = sum(end - start for start, end in windows) / 1e6
    between = (ticks[-1] - ticks[0]) / 1e6 - sum(end - start for start, end in windows if end <= ticks[-1]) / 1e6
    taken["feeding, Python and waiting"] = max(0.0, between - sum(taken.values()))
    embedded = sum(
        _count(e.input_shapes[1])
        for e in events
        if e.name == "aten::embedding" and e.input_shapes[0][:1] == [vocabulary] and not judged(e.time_range.start)
    )
    return taken, evaluation, embedded


def _runs(event: Any) -> bool:
    return str(event.device_type).endswith("CPU") and event.name != _REPORT


def _count(shape: Sequence[int]) -> int:
    product = 1
    for size in shape:
        product *= size
    return product
