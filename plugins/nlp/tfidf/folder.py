"""A linear model of texts in a folder: JSON and safetensors, never pickle; opening an unknown folder runs no code.

model.json          format, version, configuration, what counts as a word, and what the task needs
terms.json          words and word sequences, in the order of their ids
modelcat.json       the model's key
weights.safetensors idf (terms), coefficients (outputs, terms), intercept (outputs); float32
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
from pydantic import BaseModel, ValidationError
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file
from sklearn.feature_extraction.text import TfidfVectorizer

from catalog.errors import ModelSourceError, clause
from catalog.files import read_limited
from plugins.safetensors_header import read_header
from plugins.storage import MODEL_RECORD, write_folder

__all__ = ["WEIGHTS", "Stored", "read_model", "write_model"]

WEIGHTS = "weights.safetensors"
_HEADER, _TERMS = "model.json", "terms.json"
_MOST_HEADER, _MOST_TERMS = 1 << 24, 1 << 30
"""Bytes; a vocabulary of ten million pairs of words has 200 MB."""
_LARGEST = 1e9
"""No fit comes near it; below it no text can cause a float32 overflow."""

Header = TypeVar("Header", bound=BaseModel)


@dataclass(frozen=True, slots=True, eq=False)
class Stored(Generic[Header]):
    """What a folder holds.

    Attributes:
        header: The task's own.
        terms: In the order of their ids.
        idf: float32, shape (terms,).
        coefficients: float32, shape (outputs, terms).
        intercept: float32, shape (outputs,).
    """

    header: Header
    terms: list[str]
    idf: np.ndarray
    coefficients: np.ndarray
    intercept: np.ndarray


def write_model(
    folder: Path,
    header: str,
    record: Mapping[str, Any],
    vectorizer: TfidfVectorizer,
    coefficients: np.ndarray,
    intercept: np.ndarray,
) -> None:
    """Write a model; the folder is written completely or not at all, and replaces an older one.

    Args:
        folder: Where.
        header: JSON.
        record: What goes into modelcat.json; its ``key`` is the model's in the catalog.
        vectorizer: Fitted.
        coefficients: Shape (outputs, terms).
        intercept: Shape (outputs,).
    """
    terms = json.dumps(vectorizer.get_feature_names_out().tolist(), ensure_ascii=False)
    tensors = {"idf": vectorizer.idf_, "coefficients": coefficients, "intercept": intercept}

    def write(target: Path) -> None:
        (target / _HEADER).write_text(header + "\n", encoding="utf-8")
        (target / _TERMS).write_text(terms, encoding="utf-8")
        (target / MODEL_RECORD).write_text(json.dumps(dict(record), indent=2) + "\n", encoding="utf-8")
        contiguous = {name: np.ascontiguousarray(tensor, dtype=np.float32) for name, tensor in tensors.items()}
        save_file(contiguous, target / WEIGHTS)

    write_folder(folder, write)


def read_model(folder: Path, kind: type[Header], outputs: Callable[[Header], int]) -> Stored[Header]:
    """Read a model and check that its parts fit each other.

    Args:
        folder: Where.
        kind: Of the header.
        outputs: Returns how many outputs a model with such a header has.

    Raises:
        ModelSourceError: A file is missing or damaged, or the folder holds another kind of model.
    """
    try:
        header = kind.model_validate_json(read_limited(folder / _HEADER, _MOST_HEADER))
        terms = json.loads(read_limited(folder / _TERMS, _MOST_TERMS))
        read_header(folder / WEIGHTS)  # the library would wait for a pipe
        tensors = load_file(folder / WEIGHTS)
    except (OSError, ValueError, RecursionError, SafetensorError) as error:
        reason = f"{error.error_count()} errors in {_HEADER}" if isinstance(error, ValidationError) else error
        raise ModelSourceError(f"{folder} does not hold a linear model: {clause(reason)}. Train it again.") from error
    if problem := next(_problems(terms, tensors, outputs(header)), None):
        raise ModelSourceError(f"{folder} does not hold a whole linear model: {clause(problem)}. Train it again.")
    return Stored(header, terms, tensors["idf"], tensors["coefficients"], tensors["intercept"])


def _problems(terms: Any, tensors: Mapping[str, np.ndarray], outputs: int) -> Iterator[str]:
    """Yield what does not fit; each check relies on those before it, so only the first answer counts."""
    if not isinstance(terms, list) or not terms or not all(isinstance(term, str) for term in terms):
        yield f"{_TERMS} is not a list of strings"
    if len(set(terms)) != len(terms):
        yield "a term is named twice"
    shapes = {"idf": (len(terms),), "coefficients": (outputs, len(terms)), "intercept": (outputs,)}
    if tensors.keys() != shapes.keys():
        yield f"{WEIGHTS} holds {', '.join(sorted(tensors))} instead of {', '.join(sorted(shapes))}"
    for name, shape in shapes.items():
        tensor = tensors[name]
        if tensor.shape != shape or tensor.dtype != np.float32 or not (np.abs(tensor) <= _LARGEST).all():
            yield f"{name} is not {shape} finite float32 numbers"
