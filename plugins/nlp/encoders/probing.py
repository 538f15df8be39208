"""A short measured training that is thrown away: how fast, and in how much memory."""

import time
from dataclasses import dataclass

import numpy as np
import torch

from plugins.nlp.encoders.batches import order
from plugins.nlp.encoders.config import FineTuningConfig
from plugins.nlp.encoders.memory import peak_bytes
from plugins.nlp.encoders.objective import Objective
from plugins.nlp.encoders.packed import PackedModel
from plugins.nlp.encoders.precision import choose
from plugins.nlp.encoders.scoring import outputs_of
from plugins.nlp.encoders.sources.source import ModelSource, build
from plugins.nlp.encoders.stepper import Stepper
from plugins.nlp.encoders.tokens import EncodedTokens, flatten

__all__ = ["Probe", "probe"]

_TRAINING_SHARE = 0.8
"""Of the time given; the rest is for evaluation."""
_ENOUGH_SECONDS = 0.3
"""An evaluation that takes so long is a measurement; less is mostly overhead, and more rows are taken."""
_FEWEST_STEPS = 2


@dataclass(frozen=True, slots=True)
class Probe:
    """What was measured.

    Attributes:
        seconds: How long it took in all.
        steps: Optimizer steps that were timed; the first, on the longest texts, is not among them.
        seconds_per_token: Of the training loop, per real token.
        evaluation_seconds: Of one evaluation of the validation split, from a part of it.
        peak_memory_bytes: See `memory.peak_bytes`; None if the system does not say.
        model_bytes: Of the kept weights, in fp32.
        halvings: How often memory ran out and micro-batches were cut.
    """

    seconds: float
    steps: int
    seconds_per_token: float
    evaluation_seconds: float
    peak_memory_bytes: int | None
    model_bytes: int
    halvings: int


def probe(
    config: FineTuningConfig,
    source: ModelSource,
    training: Objective,
    validation: EncodedTokens,
    *,
    device: torch.device,
    seconds: float,
) -> Probe:
    """Take a few optimizer steps of the real configuration on real batches, and evaluate a few rows.

    The first step takes the longest batch, so that memory is that of the worst one, and is not timed. The others take
    batches that are spread evenly over what an epoch's cost.
    """
    precision = choose(config.precision, config.fp16, device, source.hidden)
    began = time.perf_counter()
    module = build(source, config.attention_probs_dropout, config.seed).to(device)
    model = PackedModel(module, device, precision)
    stepper = Stepper(model, training, config)
    batches = order(training.tokens.lengths, config.step_size, config.seed, epoch=0)
    batches.sort(key=lambda rows: int(training.tokens.lengths[rows].sum()))
    stepper.step(batches[-1], config.resolved_learning_rate)
    before, timed_from = stepper.tokens, _now(device)
    steps = 0
    for index in _spread(len(batches)):
        stepper.step(batches[index], config.resolved_learning_rate)
        steps += 1
        elapsed = _now(device) - timed_from
        if steps >= _FEWEST_STEPS and time.perf_counter() - began >= _TRAINING_SHARE * seconds:
            break
    per_token = elapsed / max(1, stepper.tokens - before)
    evaluation = _evaluation_seconds(model, validation)
    return Probe(
        seconds=time.perf_counter() - began,
        steps=steps,
        seconds_per_token=per_token,
        evaluation_seconds=evaluation,
        peak_memory_bytes=peak_bytes(device),
        model_bytes=sum(parameter.numel() * 4 for parameter in module.parameters()),
        halvings=stepper.budget.halvings,
    )


def _spread(count: int) -> list[int]:
    """Return 0 to count - 1 so that any first few are spread evenly: the middle, then the quarters, and so on.

    That is van der Corput's sequence (1935): the binary digits of 1, 2, 3, ... mirrored behind the point.
    """
    digits = max(1, count.bit_length())
    mirrored = (int(f"{number:0{digits}b}"[::-1], 2) * count >> digits for number in range(1, 2**digits))
    return list(dict.fromkeys([*mirrored, *range(count)]))


def _evaluation_seconds(model: PackedModel, tokens: EncodedTokens) -> float:
    """Evaluate evenly spread rows, more of them until the time can be measured; return the seconds of all rows."""
    by_length = np.argsort(tokens.lengths, kind="stable")
    rows = min(32, len(tokens))
    while True:
        chosen = by_length[np.linspace(0, len(tokens) - 1, rows).round().astype(np.int64)]
        part = flatten([tokens.ids[tokens.offsets[row] : tokens.offsets[row + 1]] for row in chosen])
        began = _now(model.device)
        outputs_of(model, part)
        elapsed = _now(model.device) - began
        if elapsed >= _ENOUGH_SECONDS or rows == len(tokens):
            return float(elapsed * tokens.lengths.sum() / max(1, part.ids.size))
        rows = min(len(tokens), 4 * rows)


def _now(device: torch.device) -> float:
    """Return the time once the device has done what it was given."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.perf_counter()
