"""A trained model evaluated on one split, or on a file."""

import time
from pathlib import Path

import numpy as np

from catalog.contract import Evaluation
from catalog.contract.capabilities import EvaluationFile
from catalog.errors import InputError, ModelSourceError
from plugins.nlp.encoders.memory import forget_peak, peak_bytes
from plugins.nlp.token_classification.bert.objective import predictions_of
from plugins.nlp.token_classification.bert.preparation import PreparedBert
from plugins.nlp.token_classification.bert.tagger import Tagger, load
from plugins.nlp.token_classification.data import load_labelled
from plugins.nlp.token_classification.evaluation import save_and_evaluate
from plugins.nlp.token_classification.sentences import Sentences

__all__ = ["evaluate", "evaluate_file"]


def evaluate(
    model_dir: Path, prepared: PreparedBert, split: str, *, folder: Path, device: str, threads: int
) -> Evaluation:
    """Tag every sentence of `split` in the format that `choose_inference` calls ``auto``, and score the tags.

    Raises:
        InputError: There is no such split or device.
        ModelSourceError: `model_dir` holds no model of this plugin, or one for other tags.
        OutOfMemoryError: It does not fit into memory.
    """
    if split not in prepared.data.splits:
        raise InputError(f"Unknown split {split!r}; known are {', '.join(prepared.data.splits)}.")
    tagger = load(model_dir, device, threads, "auto")
    if tagger.known != prepared.data.tags:
        raise ModelSourceError(
            f"{model_dir} knows the tags {', '.join(tagger.known.names)}, but {prepared.summary.name} has "
            f"{', '.join(prepared.data.tags.names)}. Evaluate it on data with its own tags."
        )
    return _evaluate(tagger, model_dir, split, prepared.data.splits[split], folder)


def evaluate_file(
    model_dir: Path, file: EvaluationFile, *, folder: Path, device: str, threads: int, precision: str = "auto"
) -> Evaluation:
    """Evaluate on a file with tags; see `catalog.contract.capabilities.EvaluatesFiles` and `ChoosesPrecision`.

    Raises:
        DataError: The file cannot be used, or has tags that the model does not know.
        InputError: There is no such device, or it has no arithmetic of that precision.
        ModelSourceError: `model_dir` holds no model of this plugin.
        OutOfMemoryError: It does not fit into memory.
    """
    tagger = load(model_dir, device, threads, precision)
    found = load_labelled(file, tagger.known)
    return found.described(_evaluate(tagger, model_dir, "file", found.split, folder, found.rows))


def _evaluate(
    tagger: Tagger,
    model_dir: Path,
    split: str,
    sentences: Sentences,
    folder: Path,
    places: np.ndarray | None = None,
) -> Evaluation:
    device = tagger.trained.model.device
    forget_peak(device)
    windows = tagger.windows(sentences.words)
    began = time.perf_counter()
    said = predictions_of(tagger.probabilities(windows), sentences, tagger.known)
    return save_and_evaluate(
        split,
        sentences.words,
        said,
        folder,
        time.perf_counter() - began,
        places,
        model_dir=model_dir,
        peak_memory_bytes=peak_bytes(device),
        windows=len(windows.tokens),
    )
