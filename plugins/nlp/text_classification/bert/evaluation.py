"""A trained model judged on one split."""

import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from catalog.errors import InputError, ModelSourceError
from catalog.results import Evaluation
from plugins.nlp.text_classification.bert.memory import reported
from plugins.nlp.text_classification.bert.precision import choose
from plugins.nlp.text_classification.bert.preparation import PreparedBert
from plugins.nlp.text_classification.bert.scoring import log_probabilities
from plugins.nlp.text_classification.bert.tokens import cached_tokens
from plugins.nlp.text_classification.bert.trained import load_trained
from plugins.nlp.text_classification.judging import judge

__all__ = ["evaluate"]


def evaluate(
    model_dir: Path, prepared: PreparedBert, split: str, *, folder: Path, device: str, threads: int
) -> Evaluation:
    """Predict every example of `split` in the number format the model was trained in, and score the predictions.

    The texts are read as the model was taught to: with its own tokenizer, length and truncation.

    Raises:
        InputError: There is no such split or device.
        ModelSourceError: `model_dir` holds no model of this plugin, or one for other classes.
        OutOfMemoryError: It does not fit.
    """
    if split not in prepared.data.splits:
        raise InputError(f"Unknown split {split!r}; known are {', '.join(prepared.data.splits)}.")
    trained = load_trained(model_dir, device, threads)
    if trained.labels != prepared.summary.labels:
        raise ModelSourceError(
            f"{model_dir} tells apart {', '.join(trained.labels)}, but {prepared.summary.name} has "
            f"{', '.join(prepared.summary.labels)}. Evaluate it on data with its own classes."
        )
    examples = prepared.data.splits[split]
    tokens = cached_tokens(examples.texts, trained.encoder, prepared.cache)
    device_used = trained.classifier.device
    hidden = trained.classifier.model.config.hidden_size
    precision = choose(trained.reading.precision, None, device_used, hidden)
    began = time.perf_counter()
    with reported(device_used, trained.reading.max_length):
        scores = log_probabilities(replace(trained.classifier, precision=precision), tokens)
    seconds = time.perf_counter() - began
    return judge(split, examples.labels, np.exp(scores).astype(np.float32), folder, seconds)
