"""A trained model evaluated on one split, or on a file."""

import time
from pathlib import Path

import numpy as np

from catalog.contract import Evaluation
from catalog.contract.capabilities import EvaluationFile
from catalog.errors import InputError
from plugins.nlp.encoders.evaluation import evaluation_details
from plugins.nlp.encoders.memory import forget_peak, oom_as_error
from plugins.nlp.encoders.model_folder import SavedModel
from plugins.nlp.encoders.tokens import EncodedTokens, cached_tokens, encode
from plugins.nlp.text_regression.bert.folder import load, read_numbers
from plugins.nlp.text_regression.bert.objective import PreparedBert
from plugins.nlp.text_regression.bert.predictor import values_of
from plugins.nlp.text_regression.data import load_labelled
from plugins.nlp.text_regression.evaluation import save_and_evaluate

__all__ = ["evaluate", "evaluate_file"]


def evaluate(
    model_dir: Path, prepared: PreparedBert, split: str, *, folder: Path, device: str, threads: int
) -> Evaluation:
    """Predict every example of `split` in the format that `choose_inference` calls ``auto``, and score the predictions.

    The texts are encoded as in the model's training: with its own tokenizer, length and truncation.

    Raises:
        InputError: There is no such split or device.
        ModelSourceError: `model_dir` holds no such model.
        OutOfMemoryError: It does not fit into memory.
    """
    if split not in prepared.data.splits:
        raise InputError(f"Unknown split {split!r}; known are {', '.join(prepared.data.splits)}.")
    trained = load(model_dir, device, threads, "auto")
    examples = prepared.data.splits[split]
    tokens = cached_tokens(examples.texts, trained.encoder, prepared.cache)
    return _scored(trained, model_dir, split, tokens, examples.labels, folder)


def evaluate_file(
    model_dir: Path, file: EvaluationFile, *, folder: Path, device: str, threads: int, precision: str = "auto"
) -> Evaluation:
    """Evaluate on a file; see `catalog.contract.capabilities.EvaluatesFiles` and `ChoosesPrecision`.

    Raises:
        DataError: The file cannot be used, or has rows without a number.
        InputError: There is no such device, or it has no arithmetic of that precision.
        ModelSourceError: `model_dir` holds no such model.
        OutOfMemoryError: It does not fit into memory.
    """
    trained, found = load(model_dir, device, threads, precision), load_labelled(file)
    tokens = encode(found.split.texts, trained.encoder)
    return found.described(_scored(trained, model_dir, "file", tokens, found.split.labels, folder, found.rows))


def _scored(
    trained: SavedModel,
    model_dir: Path,
    split: str,
    tokens: EncodedTokens,
    labels: np.ndarray,
    folder: Path,
    places: np.ndarray | None = None,
) -> Evaluation:
    device, longest = trained.model.device, trained.settings.max_length
    forget_peak(device)
    began = time.perf_counter()
    with oom_as_error(device, longest):
        values = values_of(trained.model, tokens)
    seconds = time.perf_counter() - began
    details = evaluation_details(tokens, longest, model_dir, device)
    interval = read_numbers(model_dir).interval
    return save_and_evaluate(split, labels, values, folder, seconds, places, interval=interval, **details)
