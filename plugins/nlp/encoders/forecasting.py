"""A forecast of a training on texts: examines the texts, and measures a part of the training."""

from collections.abc import Callable, Iterator
from typing import Any

import torch

from catalog.contract import Forecast
from catalog.statement import Statement
from plugins.nlp.encoders.config import EncoderConfig, FineTuningConfig
from plugins.nlp.encoders.objective import Objective
from plugins.nlp.encoders.preparation import Prepared
from plugins.nlp.encoders.probing import Probe, probe
from plugins.nlp.encoders.schedule import schedule_of
from plugins.nlp.encoders.training import on_device
from plugins.nlp.texts.advice import on_lengths
from plugins.nlp.texts.findings import DataFindings, find_in_texts
from plugins.nlp.texts.lengths import length_forecasts

__all__ = ["forecast_texts", "on_warmup"]


def forecast_texts(
    config: EncoderConfig,
    prepared: Prepared[Any],
    training: Callable[[torch.device], Objective],
    *,
    device: str,
    threads: int,
    seconds: float,
) -> tuple[Forecast, DataFindings]:
    """Examine the training texts, and train for about `seconds`; nothing is kept.

    Args:
        config: The configuration.
        prepared: Data, weights and tokens.
        training: Makes the objective of the training split on a device.
        device: As in `TrialContext`.
        threads: CPU threads.
        seconds: How long to measure.

    Returns:
        A forecast with advice on lengths and schedule, and what was found in the texts.

    Raises:
        InputError: There is no such device.
        OutOfMemoryError: Not even a single text fits into memory.
    """
    tokens, configured = prepared.tokens["train"], prepared.encoder.max_length
    with on_device(config, device, threads) as place:
        validation = prepared.tokens["validation"]
        measured = probe(config, prepared.source, training(place), validation, device=place, seconds=seconds)
    lengths = length_forecasts(tokens.uncut, configured, prepared.source.max_positions, measured.seconds_per_token)
    found = find_in_texts(prepared.data.splits["train"].texts, tokens.uncut, "tokens", lengths, configured)
    forecast = Forecast(
        summary_notes=prepared.summary.notes,
        probe_seconds=measured.seconds,
        seconds_per_epoch=float(tokens.lengths.sum() * measured.seconds_per_token),
        evaluation_seconds=measured.evaluation_seconds,
        peak_memory_bytes=measured.peak_memory_bytes,
        model_bytes=measured.model_bytes,
        facts=found.facts(),
        figures=found.figures(),
        details=found.details(prepared.summary),
        advice=(*on_lengths(lengths, configured), *_on_training(config, prepared.summary.rows["train"], measured)),
    )
    return forecast, found


def on_warmup(config: FineTuningConfig, rows: int) -> Iterator[Statement]:
    """Advise against a warm-up that takes most of a training.

    Args:
        config: The configuration.
        rows: Examples of a pass over the training split.
    """
    schedule = schedule_of(config, rows)
    if 2 * schedule.warmup > schedule.total:
        yield Statement(
            "The warm-up of {warmup:count} steps takes more than half of the {total:count} steps of a training: give "
            "warmup_steps as a share, such as 0.06.",
            {"warmup": schedule.warmup, "total": schedule.total},
        )


def _on_training(config: EncoderConfig, rows: int, measured: Probe) -> Iterator[Statement]:
    yield from on_warmup(config, rows)
    if measured.halvings:
        yield Statement(
            "Memory ran out {times:count} times, and batches were computed in smaller pieces: slower, with the same "
            "gradients. A lower max_seq_length or a smaller model needs less.",
            {"times": measured.halvings},
        )
