"""A linear model in a folder: JSON and safetensors, never pickle, so that opening a stranger's folder runs no code.

model.json          format, version, class names, configuration, and what counts as a word if not runs of letters alone
terms.json          words and word sequences, in the order of their ids
modelcat.json       the positive class; folders of modelcat 0.1 have no such file
weights.safetensors idf (terms), coefficients (1 or classes, terms), intercept (1 or classes); float32
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import Field, ValidationError
from safetensors import SafetensorError, safe_open
from safetensors.numpy import load_file, save_file
from sklearn.linear_model import LogisticRegression

from catalog.dataset import Strict
from catalog.errors import ModelSourceError, clause
from catalog.files import read_limited
from plugins.nlp.text_classification.linear.config import LinearConfig
from plugins.nlp.text_classification.linear.model import LinearModel, make_vectorizer
from plugins.nlp.tfidf.tokens import WORDS, Kind, Tokens
from plugins.safetensors_header import read_header
from plugins.storage import MODEL_RECORD, write_file, write_folder

__all__ = ["open_model", "read_temperature", "rewrite_scaled", "save_model"]

_HEADER, _TERMS, _WEIGHTS = "model.json", "terms.json", "weights.safetensors"
_KEY = "nlp/text-classification/linear"
_TEMPERATURE = "modelcat_temperature"
_MOST_HEADER, _MOST_TERMS = 1 << 24, 1 << 30
"""Bytes; a vocabulary of ten million pairs of words has 200 MB."""
_LARGEST = 1e9
"""No fit comes near it; below it no text can make a float32 overflow."""


class _Header(Strict):
    """The first file of the folder."""

    format: Literal["modelcat-linear"] = "modelcat-linear"
    version: Literal[1] = 1
    labels: tuple[str, ...] = Field(min_length=2, max_length=1000)
    config: LinearConfig
    tokens: Kind | None = None
    longer: int | None = Field(None, ge=0, le=1)


_TOKENS = {"tokens", "longer"}
"""Fields that are written only if words are not just words: other folders are as those of the last release."""


def save_model(folder: Path, model: LinearModel, config: LinearConfig) -> None:
    """Write the model; the folder appears whole or not at all, an older one is replaced."""
    tokens = model.tokens
    plain = tokens.kind == "words"
    header = _Header(labels=model.labels, config=config, tokens=tokens.kind, longer=tokens.longer)
    description = header.model_dump_json(indent=2, exclude=_TOKENS if plain else None)
    terms = json.dumps(model.vectorizer.get_feature_names_out().tolist(), ensure_ascii=False)
    record = {"key": _KEY, "positive": model.labels[model.positive] if len(model.labels) == 2 else None}
    classifier = model.classifier
    tensors = {"idf": model.vectorizer.idf_, "coefficients": classifier.coef_, "intercept": classifier.intercept_}

    def write(target: Path) -> None:
        (target / _HEADER).write_text(description + "\n", encoding="utf-8")
        (target / _TERMS).write_text(terms, encoding="utf-8")
        (target / MODEL_RECORD).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
        contiguous = {name: np.ascontiguousarray(tensor, dtype=np.float32) for name, tensor in tensors.items()}
        save_file(contiguous, target / _WEIGHTS)

    write_folder(folder, write)


def open_model(folder: Path) -> LinearModel:
    """Read a model and check that its parts fit each other.

    Raises:
        ModelSourceError: A file is missing or damaged, or the folder holds another kind of model.
    """
    try:
        header = _Header.model_validate_json(read_limited(folder / _HEADER, _MOST_HEADER))
        terms = json.loads(read_limited(folder / _TERMS, _MOST_TERMS))
        read_header(folder / _WEIGHTS)  # the library would wait for a pipe
        tensors = load_file(folder / _WEIGHTS)
    except (OSError, ValueError, RecursionError, SafetensorError) as error:
        reason = f"{error.error_count()} errors in {_HEADER}" if isinstance(error, ValidationError) else error
        raise ModelSourceError(f"{folder} does not hold a linear model: {clause(reason)}. Train it again.") from error
    if problem := next(_problems(header, terms, tensors), None):
        raise ModelSourceError(f"{folder} does not hold a whole linear model: {clause(problem)}. Train it again.")
    tokens = WORDS if header.tokens is None else Tokens(header.tokens, header.longer or 0)
    vectorizer = make_vectorizer(header.config.ngram_max, header.config.min_df, terms, tokens)
    vectorizer.idf_ = tensors["idf"]
    classifier = LogisticRegression(C=header.config.C)
    classifier.classes_ = np.arange(len(header.labels))
    classifier.coef_, classifier.intercept_ = tensors["coefficients"], tensors["intercept"]
    return LinearModel(header.labels, vectorizer, classifier, tokens)


def read_temperature(folder: Path) -> float | None:
    """Return the temperature that is folded into the model; None where it has not been calibrated.

    Raises:
        ModelSourceError: The folder holds no such model.
    """
    open_model(folder)
    with safe_open(folder / _WEIGHTS, framework="np") as file:
        held = (file.metadata() or {}).get(_TEMPERATURE)
    return None if held is None else float(held)


def rewrite_scaled(folder: Path, temperature: float) -> None:
    """Divide the scores of a model that `open_model` opens by `temperature`, and remember it.

    The temperature stands in the metadata of the very file that holds the weights: both change in one rename.
    """
    tensors = load_file(folder / _WEIGHTS)
    for name in ("coefficients", "intercept"):
        tensors[name] = (tensors[name].astype(np.float64) / temperature).astype(np.float32)
    held = {_TEMPERATURE: repr(temperature)}
    write_file(folder / _WEIGHTS, lambda temporary: save_file(tensors, temporary, held))


def _problems(header: _Header, terms: Any, tensors: dict[str, np.ndarray]) -> Iterator[str]:
    """Tell what does not fit; each check relies on those before it, so only the first answer counts."""
    if not isinstance(terms, list) or not terms or not all(isinstance(term, str) for term in terms):
        yield f"{_TERMS} is not a list of strings"
    if len(set(terms)) != len(terms) or len(set(header.labels)) != len(header.labels):
        yield "a term or a class is named twice"
    rows = 1 if len(header.labels) == 2 else len(header.labels)
    shapes = {"idf": (len(terms),), "coefficients": (rows, len(terms)), "intercept": (rows,)}
    if tensors.keys() != shapes.keys():
        yield f"{_WEIGHTS} holds {', '.join(sorted(tensors))} instead of {', '.join(sorted(shapes))}"
    for name, shape in shapes.items():
        tensor = tensors[name]
        if tensor.shape != shape or tensor.dtype != np.float32 or not (np.abs(tensor) <= _LARGEST).all():
            yield f"{name} is not {shape} finite float32 numbers"
