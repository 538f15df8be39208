"""A short measured training that is thrown away: how fast, and in how much memory."""

import time
from dataclasses import dataclass

import numpy as np
import torch

from plugins.nlp.text_classification.bert import device as devices
from plugins.nlp.text_classification.bert.batches import order
from plugins.nlp.text_classification.bert.classifier import Classifier
from plugins.nlp.text_classification.bert.config import BertConfig
from plugins.nlp.text_classification.bert.memory import peak_bytes, reported
from plugins.nlp.text_classification.bert.model import build
from plugins.nlp.text_classification.bert.precision import choose
from plugins.nlp.text_classification.bert.preparation import PreparedBert
from plugins.nlp.text_classification.bert.scoring import Judged, log_probabilities
from plugins.nlp.text_classification.bert.stepping import Stepper
from plugins.nlp.text_classification.bert.tokens import Tokens, flatten
from plugins.nlp.text_classification.bert.weighting import class_weights

__all__ = ["Probe", "probe"]

_TRAINING_SHARE = 0.8
"""Of the time given; the rest is for judging."""
_ENOUGH_SECONDS = 0.3
"""Judging so long is a measurement; less is mostly overhead, and more texts are taken."""
_FEWEST_STEPS = 2


@dataclass(frozen=True, slots=True)
class Probe:
    """What was measured.

    Attributes:
        seconds: How long it took in all.
        steps: Optimizer steps that were timed; the first, on the longest texts, is not among them.
        seconds_per_token: Of the training loop, per real token.
        evaluation_seconds: Judging the validation split once, from a part of it.
        peak_memory_bytes: See `memory.peak_bytes`; None where nobody tells.
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


def probe(config: BertConfig, prepared: PreparedBert, *, device: str, threads: int, seconds: float) -> Probe:
    """Take a few optimizer steps of the real configuration on real batches, and judge a few texts.

    The first step takes the longest batch, so that memory is that of the worst one, and is not timed. The others take
    batches that are spread evenly over what an epoch's cost.

    Raises:
        InputError: There is no such device.
        OutOfMemoryError: Not even one text at a time fits.
    """
    place = devices.resolve(device)
    devices.use_threads(threads)
    precision = choose(config.precision, config.fp16, place, prepared.source.hidden)
    began = time.perf_counter()
    with reported(place, config.max_seq_length):
        model = build(prepared.source, config.attention_probs_dropout, config.seed).to(place)
        classifier = Classifier(model, place, precision)
        weights = class_weights(config, prepared.summary)
        training = Judged(prepared.tokens["train"], prepared.data.splits["train"].labels, weights)
        stepper = Stepper(classifier, training, config)
        batches = order(training.tokens.lengths, config.step_size, config.seed, epoch=0)
        batches.sort(key=lambda rows: int(training.tokens.lengths[rows].sum()))
        stepper.step(batches[-1], config.resolved_learning_rate)
        before, timed_from = stepper.tokens, _now(place)
        steps = 0
        for index in _spread(len(batches)):
            stepper.step(batches[index], config.resolved_learning_rate)
            steps += 1
            elapsed = _now(place) - timed_from
            if steps >= _FEWEST_STEPS and time.perf_counter() - began >= _TRAINING_SHARE * seconds:
                break
        per_token = elapsed / max(1, stepper.tokens - before)
        evaluation = _evaluation_seconds(classifier, prepared.tokens["validation"])
    return Probe(
        seconds=time.perf_counter() - began,
        steps=steps,
        seconds_per_token=per_token,
        evaluation_seconds=evaluation,
        peak_memory_bytes=peak_bytes(place),
        model_bytes=sum(parameter.numel() * 4 for parameter in model.parameters()),
        halvings=stepper.budget.halvings,
    )


def _spread(count: int) -> list[int]:
    """Return 0 to count - 1 so that any first few are spread evenly: the middle, then the quarters, and so on.

    That is van der Corput's sequence (1935): the binary digits of 1, 2, 3, ... mirrored behind the point.
    """
    digits = max(1, count.bit_length())
    mirrored = (int(f"{number:0{digits}b}"[::-1], 2) * count >> digits for number in range(1, 2**digits))
    return list(dict.fromkeys([*mirrored, *range(count)]))


def _evaluation_seconds(classifier: Classifier, tokens: Tokens) -> float:
    """Judge evenly spread texts, more of them until it takes long enough to be measured; return it for all."""
    by_length = np.argsort(tokens.lengths, kind="stable")
    rows = min(32, len(tokens))
    while True:
        chosen = by_length[np.linspace(0, len(tokens) - 1, rows).round().astype(np.int64)]
        part = flatten([tokens.ids[tokens.offsets[row] : tokens.offsets[row + 1]] for row in chosen])
        began = _now(classifier.device)
        log_probabilities(classifier, part)
        elapsed = _now(classifier.device) - began
        if elapsed >= _ENOUGH_SECONDS or rows == len(tokens):
            return float(elapsed * tokens.lengths.sum() / max(1, part.ids.size))
        rows = min(len(tokens), 4 * rows)


def _now(device: torch.device) -> float:
    """Return the time once the device has done what it was given."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.perf_counter()
