"""A linear model in a folder: JSON and safetensors, never pickle, so that opening a stranger's folder runs no code.

model.json          format, version, class names, configuration
words.json          the single words, in the order of their ids
weights.safetensors idf, coefficients, intercept, and sequences.2, sequences.3 (see `Vocabulary`)
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import Field, ValidationError
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from catalog.dataset import Strict
from catalog.errors import ModelSourceError
from plugins.nlp.text_classification.linear.config import LinearConfig
from plugins.nlp.text_classification.linear.model import LinearModel
from plugins.nlp.text_classification.linear.terms import Vocabulary
from plugins.nlp.text_classification.storage import write_folder

__all__ = ["open_model", "save_model"]

_HEADER, _WORDS, _WEIGHTS = "model.json", "words.json", "weights.safetensors"


class _Header(Strict):
    """The first file of the folder."""

    format: Literal["modelcat-linear"] = "modelcat-linear"
    version: Literal[1] = 1
    labels: tuple[str, ...] = Field(min_length=2, max_length=1000)
    config: LinearConfig


def save_model(folder: Path, model: LinearModel, config: LinearConfig) -> None:
    """Write the model; the folder appears whole or not at all, an older one is replaced."""
    header = _Header(labels=model.labels, config=config)
    tensors = {"idf": model.idf, "coefficients": model.coefficients, "intercept": model.intercept}
    tensors |= {f"sequences.{length}": terms for length, terms in enumerate(model.vocabulary.sequences, start=2)}

    def write(target: Path) -> None:
        (target / _HEADER).write_text(header.model_dump_json(indent=2) + "\n", encoding="utf-8")
        (target / _WORDS).write_text(json.dumps(model.vocabulary.words, ensure_ascii=False), encoding="utf-8")
        save_file({name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}, target / _WEIGHTS)

    write_folder(folder, write)


def open_model(folder: Path) -> LinearModel:
    """Read a model and check that its parts fit each other.

    Raises:
        ModelSourceError: A file is missing or damaged, or the folder holds another kind of model.
    """
    try:
        header = _Header.model_validate_json((folder / _HEADER).read_bytes())
        words = json.loads((folder / _WORDS).read_bytes())
        tensors = load_file(folder / _WEIGHTS)
    except (OSError, ValueError, RecursionError, SafetensorError) as error:
        reason = f"{error.error_count()} errors in {_HEADER}" if isinstance(error, ValidationError) else error
        raise ModelSourceError(f"{folder} does not hold a linear model: {reason}. Train it again.") from error
    if problem := next(_problems(header, words, tensors), None):
        raise ModelSourceError(f"{folder} does not hold a whole linear model: {problem}. Train it again.")
    sequences = tuple(tensors[f"sequences.{length}"] for length in range(2, header.config.ngram_max + 1))
    vocabulary = Vocabulary(tuple(words), sequences)
    return LinearModel(header.labels, vocabulary, tensors["idf"], tensors["coefficients"], tensors["intercept"])


def _problems(header: _Header, words: Any, tensors: dict[str, np.ndarray]) -> Iterator[str]:
    """Tell what does not fit; each check relies on those before it, so only the first answer counts."""
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        yield f"{_WORDS} is not a list of strings"
    if len(set(words)) != len(words) or len(set(header.labels)) != len(header.labels):
        yield "a word or a class is named twice"
    lengths = range(2, header.config.ngram_max + 1)
    expected = {"idf", "coefficients", "intercept", *(f"sequences.{length}" for length in lengths)}
    if set(tensors) != expected:
        yield f"{_WEIGHTS} holds {', '.join(sorted(tensors))} instead of {', '.join(sorted(expected))}"
    shorter = features = len(words)
    for length in lengths:
        terms = tensors[f"sequences.{length}"]
        if terms.dtype != np.int32 or terms.ndim != 2 or terms.shape[1] != 2:
            yield f"sequences.{length} has shape {terms.shape} and type {terms.dtype}"
        if terms.size and (terms.min() < 0 or terms[:, 0].max() >= shorter or terms[:, 1].max() >= len(words)):
            yield f"sequences.{length} names a term that is not there"
        if (np.diff(terms[:, 0].astype(np.int64) * len(words) + terms[:, 1]) <= 0).any():
            yield f"sequences.{length} is not in order"
        shorter = len(terms)
        features += shorter
    rows = 1 if len(header.labels) == 2 else len(header.labels)
    shapes = {"idf": (features,), "coefficients": (rows, features), "intercept": (rows,)}
    for name, shape in shapes.items():
        tensor = tensors[name]
        if tensor.shape != shape or tensor.dtype != np.float32 or not np.isfinite(tensor).all():
            yield f"{name} is not {shape} finite float32 numbers"
