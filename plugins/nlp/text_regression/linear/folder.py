"""A linear model of numbers in a folder; see `plugins.nlp.tfidf.folder`.

Its model.json holds mean and standard deviation of the training targets, and the prediction interval.
"""

from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import Field

from catalog.dataset import Strict
from catalog.errors import ModelSourceError
from plugins.nlp.text_regression.linear.config import LinearConfig
from plugins.nlp.text_regression.linear.model import LinearModel
from plugins.nlp.tfidf.folder import read_model, write_model
from plugins.nlp.tfidf.tokens import Kind, TextTokens
from plugins.nlp.tfidf.vectorizer import make_vectorizer
from plugins.regression.conformal import interval_from_json, interval_to_json

__all__ = ["open_model", "save_model"]

_KEY = "nlp/text-regression/linear"


class _Header(Strict):
    """The first file of the folder."""

    format: Literal["modelcat-linear-regression"] = "modelcat-linear-regression"
    version: Literal[1] = 1
    config: LinearConfig
    tokens: Kind = "words"
    longer: int = Field(0, ge=0, le=1)
    centre: float
    scale: float = Field(gt=0)
    interval: dict[str, Any] | None = None


def save_model(folder: Path, model: LinearModel, config: LinearConfig) -> None:
    """Write the model; the folder is written completely or not at all, and replaces an older one."""
    header = _Header(
        config=config,
        tokens=model.tokens.kind,
        longer=model.tokens.longer,
        centre=model.centre,
        scale=model.scale,
        interval=interval_to_json(model.interval),
    )
    write_model(
        folder,
        header.model_dump_json(indent=2),
        {"key": _KEY},
        model.vectorizer,
        model.coefficients[None],
        np.array([model.intercept]),
    )


def open_model(folder: Path) -> LinearModel:
    """Read a model and check that its parts fit each other.

    Raises:
        ModelSourceError: A file is missing or damaged, or the folder holds another kind of model.
    """
    stored = read_model(folder, _Header, lambda _: 1)
    header, tokens = stored.header, TextTokens(stored.header.tokens, stored.header.longer)
    try:
        interval = interval_from_json(header.interval)
    except ValueError as error:
        raise ModelSourceError(f"{folder} does not hold a whole linear model: its interval is damaged.") from error
    vectorizer = make_vectorizer(header.config.ngram_max, header.config.min_df, stored.terms, tokens)
    vectorizer.idf_ = stored.idf
    intercept = float(stored.intercept[0])
    return LinearModel(vectorizer, stored.coefficients[0], intercept, header.centre, header.scale, tokens, interval)
