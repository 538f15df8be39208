"""A trained model evaluated on one split, or on a file."""

import time
from pathlib import Path

import numpy as np

from catalog.contract import Evaluation
from catalog.contract.capabilities import EvaluationFile
from catalog.errors import InputError, ModelSourceError
from plugins.nlp.encoders.evaluation import evaluation_details
from plugins.nlp.encoders.memory import forget_peak, oom_as_error
from plugins.nlp.encoders.model_folder import SavedModel
from plugins.nlp.encoders.tokens import EncodedTokens, cached_tokens, encode
from plugins.nlp.text_classification.bert.objective import log_probabilities
from plugins.nlp.text_classification.bert.predictor import load
from plugins.nlp.text_classification.bert.preparation import PreparedBert
from plugins.nlp.text_classification.data import load_labelled
from plugins.nlp.text_classification.evaluation import save_and_evaluate
from plugins.nlp.text_classification.model_record import read_positive

__all__ = ["evaluate", "evaluate_file"]


def evaluate(
    model_dir: Path, prepared: PreparedBert, split: str, *, folder: Path, device: str, threads: int
) -> Evaluation:
    """Predict every example of `split` in the format that `choose_inference` calls ``auto``, and score the predictions.

    The texts are encoded as in the model's training: with its own tokenizer, length and truncation.

    Raises:
        InputError: There is no such split or device.
        ModelSourceError: `model_dir` holds no model of this plugin, or one for other classes.
        OutOfMemoryError: It does not fit into memory.
    """
    if split not in prepared.data.splits:
        raise InputError(f"Unknown split {split!r}; known are {', '.join(prepared.data.splits)}.")
    trained = load(model_dir, device, threads, "auto")
    if trained.labels != prepared.data.classes.labels:
        raise ModelSourceError(
            f"{model_dir} tells apart {', '.join(trained.labels)}, but {prepared.summary.name} has "
            f"{', '.join(prepared.data.classes.labels)}. Evaluate it on data with its own classes."
        )
    examples = prepared.data.splits[split]
    tokens = cached_tokens(examples.texts, trained.encoder, prepared.cache)
    positive = prepared.data.classes.positive_id
    return _judge(trained, model_dir, split, tokens, examples.labels, folder, positive)


def evaluate_file(
    model_dir: Path, file: EvaluationFile, *, folder: Path, device: str, threads: int, precision: str = "auto"
) -> Evaluation:
    """Evaluate on a labelled file; see `catalog.contract.capabilities.EvaluatesFiles` and `ChoosesPrecision`.

    Raises:
        DataError: The file cannot be used, or has labels that the model does not know.
        InputError: There is no such device, or it has no arithmetic of that precision.
        ModelSourceError: `model_dir` holds no model of this plugin.
        OutOfMemoryError: It does not fit into memory.
    """
    trained = load(model_dir, device, threads, precision)
    found = load_labelled(file, trained.labels)
    tokens = encode(found.split.texts, trained.encoder)
    positive = read_positive(model_dir, trained.labels)
    return found.described(_judge(trained, model_dir, "file", tokens, found.split.labels, folder, positive, found.rows))


def _judge(  # noqa: PLR0913, PLR0917 -- what is evaluated, on what, and where it goes
    trained: SavedModel,
    model_dir: Path,
    split: str,
    tokens: EncodedTokens,
    labels: np.ndarray,
    folder: Path,
    positive: int,
    places: np.ndarray | None = None,
) -> Evaluation:
    device = trained.model.device
    forget_peak(device)
    began = time.perf_counter()
    with oom_as_error(device, trained.settings.max_length):
        scores = log_probabilities(trained.model, tokens)
    seconds = time.perf_counter() - began
    probabilities = np.exp(scores).astype(np.float32)
    details = evaluation_details(tokens, trained.settings.max_length, model_dir, device)
    names = trained.labels
    return save_and_evaluate(
        split, labels, probabilities, folder, seconds, names=names, places=places, positive=positive, **details
    )
