"""A linear model of classes in a folder; see `plugins.nlp.tfidf.folder`.

Its model.json holds the class names, its modelcat.json the positive class; folders of modelcat 0.1 have no such file.
There is one output for two classes, else one for each.
"""

from pathlib import Path
from typing import Literal, Self

import numpy as np
from pydantic import Field, model_validator
from safetensors import safe_open
from safetensors.numpy import load_file, save_file
from sklearn.linear_model import LogisticRegression

from catalog.dataset import Strict
from plugins.nlp.text_classification.linear.config import LinearConfig
from plugins.nlp.text_classification.linear.model import LinearModel
from plugins.nlp.tfidf.folder import WEIGHTS, read_model, write_model
from plugins.nlp.tfidf.tokens import WORDS, Kind, TextTokens
from plugins.nlp.tfidf.vectorizer import make_vectorizer
from plugins.storage import write_file

__all__ = ["open_model", "read_temperature", "rewrite_scaled", "save_model"]

_KEY = "nlp/text-classification/linear"
_TEMPERATURE = "modelcat_temperature"


class _Header(Strict):
    """The first file of the folder."""

    format: Literal["modelcat-linear"] = "modelcat-linear"
    version: Literal[1] = 1
    labels: tuple[str, ...] = Field(min_length=2, max_length=1000)
    config: LinearConfig
    tokens: Kind | None = None
    longer: int | None = Field(None, ge=0, le=1)

    @model_validator(mode="after")
    def _has_different_labels(self) -> Self:
        if len(set(self.labels)) != len(self.labels):
            raise ValueError("a class is named twice")
        return self


_TOKENS = {"tokens", "longer"}
"""Fields that are written only if words are not just words: other folders look like those of the last release."""


def save_model(folder: Path, model: LinearModel, config: LinearConfig) -> None:
    """Write the model; the folder is written completely or not at all, and replaces an older one."""
    tokens, classifier = model.tokens, model.classifier
    header = _Header(labels=model.labels, config=config, tokens=tokens.kind, longer=tokens.longer)
    description = header.model_dump_json(indent=2, exclude=_TOKENS if tokens.kind == "words" else None)
    record = {"key": _KEY, "positive": model.labels[model.positive] if len(model.labels) == 2 else None}
    write_model(folder, description, record, model.vectorizer, classifier.coef_, classifier.intercept_)


def open_model(folder: Path) -> LinearModel:
    """Read a model and check that its parts fit each other.

    Raises:
        ModelSourceError: A file is missing or damaged, or the folder holds another kind of model.
    """
    stored = read_model(folder, _Header, lambda header: 1 if len(header.labels) == 2 else len(header.labels))
    header = stored.header
    tokens = WORDS if header.tokens is None else TextTokens(header.tokens, header.longer or 0)
    vectorizer = make_vectorizer(header.config.ngram_max, header.config.min_df, stored.terms, tokens)
    vectorizer.idf_ = stored.idf
    classifier = LogisticRegression(C=header.config.C)
    classifier.classes_ = np.arange(len(header.labels))
    classifier.coef_, classifier.intercept_ = stored.coefficients, stored.intercept
    return LinearModel(header.labels, vectorizer, classifier, tokens)


def read_temperature(folder: Path) -> float | None:
    """Return the temperature that is folded into the model; None if it has not been calibrated.

    Raises:
        ModelSourceError: The folder holds no such model.
    """
    open_model(folder)
    with safe_open(folder / WEIGHTS, framework="np") as file:
        held = (file.metadata() or {}).get(_TEMPERATURE)
    return None if held is None else float(held)


def rewrite_scaled(folder: Path, temperature: float) -> None:
    """Divide the scores of a model that `open_model` opens by `temperature`, and remember it.

    The temperature is in the metadata of the file that holds the weights, so that one rename changes both.
    """
    tensors = load_file(folder / WEIGHTS)
    for name in ("coefficients", "intercept"):
        tensors[name] = (tensors[name].astype(np.float64) / temperature).astype(np.float32)
    held = {_TEMPERATURE: repr(temperature)}
    write_file(folder / WEIGHTS, lambda temporary: save_file(tensors, temporary, held))
